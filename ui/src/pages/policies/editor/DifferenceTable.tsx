import type { PolicyView } from '../../../backend/generated/PolicyView';
import { perHour } from '../../../format/money';
import type { Change } from './changes';
import { Cell, Head, Table } from './Table';

/** Every changed field as it was and as it is now, and what the bounds cost. */
export function DifferenceTable({
  base,
  changes,
  priced,
}: {
  /** The policy in force; nothing while there is none. */
  base: PolicyView | null;
  changes: readonly Change[];
  /** The draft as the engine priced it; nothing while it has errors. */
  priced: PolicyView | null;
}) {
  const prices = [
    { label: 'Price at the minimum', was: base?.priceAtMin, now: priced?.priceAtMin },
    { label: 'Price at the maximum', was: base?.priceAtMax, now: priced?.priceAtMax },
  ];
  return (
    <Table label="Differences">
      <thead>
        <tr>
          <Head>{base ? 'Difference' : 'Price'}</Head>
          {base && <Head right>v{base.version}, in force</Head>}
          <Head right>{base ? 'Edited' : 'Per hour'}</Head>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ label, was, now }) => (
          <tr key={label}>
            <Cell>{label}</Cell>
            <Cell right quiet>
              {was}
            </Cell>
            <Cell right strong>
              {now}
            </Cell>
          </tr>
        ))}
        {base && changes.length === 0 && (
          <tr>
            <td colSpan={3} className="border-b border-line py-[3px] text-text-3">
              Nothing is changed yet.
            </td>
          </tr>
        )}
        {prices.map(({ label, was, now }) => (
          <tr key={label}>
            <Cell>{label}</Cell>
            {base && (
              <Cell right quiet>
                {was === undefined ? '' : perHour(was)}
              </Cell>
            )}
            <Cell right strong={now !== undefined && was !== now} quiet={now === undefined || was === now}>
              {now === undefined ? 'once it is valid' : perHour(now)}
            </Cell>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
