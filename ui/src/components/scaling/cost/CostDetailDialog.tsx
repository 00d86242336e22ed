import type { CostDetail } from '../../../backend/generated/CostDetail';
import type { PricedLines } from '../../../backend/generated/PricedLines';
import { money, rate } from '../../../format/money';
import { counted, shortNumber, share } from '../../../format/number';
import { day, when } from '../../../format/time';
import { Button } from '../../Button/Button';
import { useNow } from '../../clock/useNow';
import { Dialog } from '../../Dialog/Dialog';
import { Skeleton } from '../../Skeleton/Skeleton';
import { useCostDetail, type CostQuestion } from './useCostDetail';

/** How an amount comes about: what was paid for, at which rates, in which hours, by which formula. */
export function CostDetailDialog({ question, onClose }: { question: CostQuestion | null; onClose: () => void }) {
  const detail = useCostDetail(question);
  return (
    <Dialog
      open={question !== null}
      onOpenChange={(open) => { if (!open) onClose(); }}
      title={detail.data ? `${money(detail.data.figures.total)}: ${detail.data.title}` : 'How this comes about'}
    >
      {detail.isError ? (
        <div role="alert" className="flex flex-col items-start gap-2 text-data text-text-2">
          {detail.error.message}
          <Button onClick={() => void detail.refetch()}>Read again</Button>
        </div>
      ) : detail.data ? (
        <Full detail={detail.data} />
      ) : (
        <div aria-busy="true" className="flex flex-col gap-2">
          {Array.from({ length: 6 }, (_, line) => <Skeleton key={line} width={`${String(90 - line * 8)}%`} />)}
        </div>
      )}
    </Dialog>
  );
}

function Full({ detail }: { detail: CostDetail }) {
  if (detail.priced.length === 0) return <p className="text-data text-text-2">Nothing was metered in this time.</p>;
  return (
    <div className="flex flex-col gap-4 text-data">
      {detail.priced.map((priced) => (
        <Priced key={`${priced.tariffWords} ${priced.billed} ${String(priced.isEstimated)}`} priced={priced} />
      ))}
      <section aria-label="Formulas">
        <h3 className="pb-1 font-semibold">Formulas</h3>
        <ul className="flex flex-col gap-0.5 font-mono text-caption text-text-2">
          {detail.formulas.map((formula) => <li key={formula}>{formula}</li>)}
        </ul>
      </section>
      <Times detail={detail} />
    </div>
  );
}

function Priced({ priced }: { priced: PricedLines }) {
  return (
    <section aria-label={priced.isEstimated ? 'Estimated' : 'Observed'} data-priced="">
      <h3 className="flex justify-between gap-4 font-semibold">
        <span>{priced.isEstimated ? 'Estimated' : 'Observed'}, {priced.billed}</span>
        <span>{money(priced.total)}</span>
      </h3>
      <p className="pb-1 text-reason text-text-2">{priced.tariffWords}</p>
      <table className="w-full">
        <thead className="sr-only">
          <tr><th>Resource</th><th>Quantity</th><th>Rate</th><th>Cost</th></tr>
        </thead>
        <tbody>
          {priced.lines.map((line) => (
            <tr key={line.resource} className="border-t border-line">
              <td className="py-1">{line.name}</td>
              <td className="text-right text-text-2">{`${shortNumber(line.quantity, 3)} ${line.unit}`}</td>
              <td className="text-right text-text-2">{`× ${rate(line.rate)}`}</td>
              <td className="w-24 text-right">{money(line.cost)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="border-t border-line pt-1 text-caption text-text-3">{counted(Math.round(priced.instanceHours), 'instance-hour')}</p>
    </section>
  );
}

function Times({ detail }: { detail: CostDetail }) {
  const now = useNow(60);
  return (
    <section aria-label={detail.isByHour ? 'Hours' : 'Days'}>
      <h3 className="pb-1 font-semibold">{detail.isByHour ? 'Hours' : 'Days'}</h3>
      <table className="w-full">
        <thead>
          <tr className="text-left text-caption text-text-2">
            <th className="font-medium">{detail.isByHour ? 'Hour from' : 'Day'}</th>
            <th className="text-right font-medium">Instances, mean</th>
            <th className="text-right font-medium">Observed</th>
            <th className="w-24 text-right font-medium">Cost</th>
          </tr>
        </thead>
        <tbody>
          {detail.times.map((time) => {
            const at = new Date(time.startsAt);
            return (
              <tr key={time.startsAt} className="border-t border-line">
                <td className="py-0.5">{detail.isByHour ? when(at, now) : day(at, now)}</td>
                <td className="text-right text-text-2">{shortNumber(time.meanInstances, 2)}</td>
                <td className="text-right text-text-2">{share(time.figures.observedShare)}</td>
                <td className="text-right">{money(time.figures.total)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
