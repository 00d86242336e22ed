import { useState } from 'react';

import { errorWords } from '../../../backend/backend';
import type { CostRange } from '../../../backend/generated/CostRange';
import { axisMoney, money, moneyChange } from '../../../format/money';
import { share } from '../../../format/number';
import { Button } from '../../Button/Button';
import { DayBars } from '../../DayBars/DayBars';
import { EmptyState, ErrorState } from '../../EmptyState/EmptyState';
import { Segmented } from '../../Segmented/Segmented';
import { Skeleton } from '../../Skeleton/Skeleton';
import { StateIcon } from '../../StateIcon/StateIcon';
import { CostDetailDialog } from '../cost/CostDetailDialog';
import { CostFiguresStrip } from '../cost/CostFiguresStrip';
import { dayBars } from '../cost/dayBars';
import { dayQuestion, type CostQuestion } from '../cost/useCostDetail';
import { useCosts } from './useDashboard';

const RANGES: readonly { value: CostRange; label: string }[] = [
  { value: 'this_month', label: 'This month' },
  { value: 'last_7_days', label: '7 days' },
  { value: 'last_30_days', label: '30 days' },
  { value: 'last_12_months', label: '12 months' },
];

/** What one deployment has cost; every amount opens to its formula, rates and hours. */
export function CostSection({ deploymentId }: { deploymentId: string }) {
  const [range, setRange] = useState<CostRange>('this_month');
  const [opened, setOpened] = useState<CostQuestion | null>(null);
  const costs = useCosts(deploymentId, range);
  const view = costs.data;
  if (costs.isError && !view) {
    return (
      <ErrorState
        title="Its costs could not be read"
        message={errorWords(costs.error)}
        actions={<Button onClick={() => void costs.refetch()}>Read again</Button>}
      />
    );
  }
  return (
    <section aria-label="Cost" className="flex flex-col gap-4 px-5 py-3">
      <div className="flex items-start gap-4">
        {view ? <p className="min-w-0 flex-1 text-lead" data-copy="">{view.sentence}</p> : <span className="flex-1"><Skeleton width="70%" height={16} /></span>}
        <Segmented label="Range" options={RANGES} value={range} onChange={setRange} />
      </div>
      {view?.caution && (
        <p className="flex items-start gap-2 text-reason text-warn">
          <StateIcon name="warn" className="mt-0.5 shrink-0" />
          {view.caution}
        </p>
      )}
      {view?.deployments.length === 0 ? (
        <EmptyState title="Nothing was metered in this time">Each evaluation meters what ran since the one before.</EmptyState>
      ) : (
        <>
          <CostFiguresStrip
            size="fact"
            figures={view?.total}
            note={view?.before ? `${moneyChange(view.before.change)} against ${view.before.range}` : null}
            onOpen={() => { setOpened({ range, deploymentId }); }}
          />
          {view ? (
            <>
              <DayBars
                bars={dayBars(view)}
                label="Cost by day: used is dark, paid and not used is light, estimated is hatched"
                amount={axisMoney}
                onOpen={({ key }) => { setOpened({ ...dayQuestion(view, key), deploymentId }); }}
              />
              <table aria-label="By resource" className="w-72">
                <tbody>
                  {view.resources.map((row) => (
                    <tr key={row.resource} className="border-b border-line">
                      <th scope="row" className="py-1.5 text-left font-normal">{row.name}</th>
                      <td className="text-right text-text-2">{share(row.share)}</td>
                      <td className="w-24 text-right">{money(row.cost)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </>
          ) : (
            <Skeleton width="100%" height={152} />
          )}
        </>
      )}
      <CostDetailDialog question={opened} onClose={() => { setOpened(null); }} />
    </section>
  );
}
