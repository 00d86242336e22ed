import type { ContributionView } from '../../../backend/generated/ContributionView';
import type { Metric } from '../../../backend/generated/Metric';
import { number, NO_READING } from '../../../format/number';
import { reading } from '../../../format/reading';
import type { EditedPolicy } from './draft';
import { triggerValue, triggerWords, type RuleFacts } from './ruleFacts';
import { Cell, Head, Table } from './Table';

/** Each metric of the draft: what was read last, and from where it would trigger. */
export function ReadingsTable({
  edited,
  before,
  facts,
  baseFacts,
  contributions,
}: {
  edited: EditedPolicy;
  before: EditedPolicy | null;
  facts: ReadonlyMap<Metric, RuleFacts>;
  baseFacts: ReadonlyMap<Metric, RuleFacts>;
  /** Of the newest evaluation. */
  contributions: readonly ContributionView[];
}) {
  return (
    <Table label="Readings against their triggers">
      <thead>
        <tr>
          <Head>Newest readings</Head>
          <Head right>Reading</Head>
          <Head right>Trigger</Head>
          <Head right>Weight</Head>
        </tr>
      </thead>
      <tbody>
        {edited.metrics.length === 0 && (
          <tr>
            <td colSpan={4} className="border-b border-line py-[3px] text-text-3">
              There is no metric to decide by. Add one.
            </td>
          </tr>
        )}
        {edited.metrics.map((rule) => {
          const about = facts.get(rule.metric);
          if (!about) return null;
          const read = contributions.find(({ metric }) => metric === rule.metric) ?? null;
          const old = before?.metrics.find(({ metric }) => metric === rule.metric);
          const oldFacts = baseFacts.get(rule.metric);
          const was = old && oldFacts ? triggerWords(old, oldFacts) : null;
          const now = triggerWords(rule, about);
          return (
            <tr key={rule.metric}>
              <Cell>{about.label}</Cell>
              <Cell right>
                <Read read={read} trigger={triggerValue(rule, about)} />
              </Cell>
              <Cell right strong>
                {was !== null && was !== now && <span className="mr-2 font-normal text-text-3">was {was}</span>}
                {now}
              </Cell>
              <Cell right quiet>
                {rule.weight === null ? 'no number' : number(rule.weight, 2)}
              </Cell>
            </tr>
          );
        })}
      </tbody>
    </Table>
  );
}

function Read({ read, trigger }: { read: ContributionView | null; trigger: number }) {
  if (!read) return <span className="text-text-3">read once it is saved</span>;
  if (read.state.kind === 'no_traffic') return <span className="text-text-2">no traffic</span>;
  if (read.value === null) {
    return (
      <span className="text-warn" title={read.words}>
        {NO_READING}
      </span>
    );
  }
  return (
    <span className={read.value >= trigger ? 'font-medium' : 'text-text-2'}>
      {reading(read.value, read.unit)}
      {read.qualifier !== null && <span className="text-text-3"> {read.qualifier}</span>}
    </span>
  );
}
