import { useState } from 'react';

import { errorWords } from '../../backend/backend';
import type { BudgetView } from '../../backend/generated/BudgetView';
import type { GuardPreview as Preview } from '../../backend/generated/GuardPreview';
import { Button } from '../../components/Button/Button';
import { Skeleton } from '../../components/Skeleton/Skeleton';
import { wholeMoney } from '../../format/money';
import { number, objective } from '../../format/number';
import { useGuardPreview } from './useBudgets';

/** What the guard would do to service until the period ends, before it is switched on. Played when asked: it takes a moment. */
export function GuardPreview({ budget }: { budget: BudgetView }) {
  const [asked, setAsked] = useState(false);
  const guard = budget.guard === 'strict' ? 'strict' : 'soft';
  const preview = useGuardPreview(budget.id, guard, asked);
  if (!asked) {
    return (
      <div>
        <Button onClick={() => { setAsked(true); }}>Preview guard</Button>
      </div>
    );
  }
  if (preview.isError) {
    return (
      <div role="alert" className="flex items-center gap-3 text-reason text-crit">
        {errorWords(preview.error)}
        <Button onClick={() => void preview.refetch()}>Play again</Button>
      </div>
    );
  }
  if (!preview.data) {
    return (
      <div aria-busy="true" className="flex flex-col gap-2">
        <Skeleton width="50%" />
        <Skeleton width="70%" height={72} />
      </div>
    );
  }
  return <Played preview={preview.data} />;
}

function Played({ preview }: { preview: Preview }) {
  const { off, on } = preview;
  return (
    <div className="flex max-w-160 flex-col gap-1.5">
      {preview.sentence && <p className="text-data font-medium" data-guard="">{preview.sentence}</p>}
      {preview.deployments > 0 && (
        <table aria-label="Guard off and on" className="w-full text-data">
          <thead>
            <tr className="border-b border-line text-caption text-text-2">
              <th className="h-7 text-left font-medium">Until the period ends</th>
              <th className="text-right font-medium">Off</th>
              <th className="text-right font-medium">On</th>
            </tr>
          </thead>
          <tbody>
            <Row name="Period end" off={wholeMoney(off.monthEnd)} on={wholeMoney(on.monthEnd)} />
            <Row name="Instances on average" off={number(off.meanInstances, 1)} on={number(on.meanInstances, 1)} />
            <Row name="Inside the objective" off={objective(1 - off.overObjective)} on={objective(1 - on.overObjective)} />
          </tbody>
        </table>
      )}
      <p className="text-reason text-text-3">{preview.basedOn}</p>
    </div>
  );
}

function Row({ name, off, on }: { name: string; off: string; on: string }) {
  return (
    <tr className="border-b border-line">
      <th scope="row" className="py-1.5 text-left font-normal">{name}</th>
      <td className="text-right text-text-2">{off}</td>
      <td className="text-right font-medium">{on}</td>
    </tr>
  );
}
