import { Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';

import { errorWords } from '../../backend/backend';
import type { BudgetDetail } from '../../backend/generated/BudgetDetail';
import type { BudgetView } from '../../backend/generated/BudgetView';
import type { Guard } from '../../backend/generated/Guard';
import { BurnDown } from '../../components/BurnDown/BurnDown';
import { useRefusal, useRefusals } from '../../backend/useRefusal';
import { Button } from '../../components/Button/Button';
import { useNow } from '../../components/clock/useNow';
import { Dialog } from '../../components/Dialog/Dialog';
import { ErrorState } from '../../components/EmptyState/EmptyState';
import { Kpi } from '../../components/Kpi/Kpi';
import { NumberField } from '../../components/NumberField/NumberField';
import { Reserved } from '../../components/Reserved/Reserved';
import { Segmented } from '../../components/Segmented/Segmented';
import { Skeleton } from '../../components/Skeleton/Skeleton';
import { StateIcon } from '../../components/StateIcon/StateIcon';
import { axisMoney, money, moneyChange, wholeMoney } from '../../format/money';
import { NBSP, share, wholeShare } from '../../format/number';
import { isoDay, when } from '../../format/time';
import { GuardPreview } from './GuardPreview';
import { STANDINGS } from './standing';
import { useBudget, useBudgetCommands } from './useBudgets';

const GUARDS: readonly { value: Guard; label: string }[] = [
  { value: 'off', label: 'Off' },
  { value: 'soft', label: 'On' },
  { value: 'strict', label: 'Strict' },
];

const GUARD_WORDS: Record<Guard, string> = {
  off: 'It only tells. Nothing is held back.',
  soft: 'Never scales up past what the rest of the period can pay for; urgent steps pass while an objective is breached. Never goes under a policy’s minimum.',
  strict: 'Never scales up past what the rest of the period can pay for, not even while an objective is breached. Never goes under a policy’s minimum.',
};

/** One budget: what is left, where it goes, what its guard does. */
export function BudgetPanel({ budgetId, onEdit, onDeleted }: { budgetId: string; onEdit: () => void; onDeleted: () => void }) {
  const [tried, setTried] = useState<number | null>(null);
  const detail = useBudget(budgetId, tried);
  const { save, remove } = useBudgetCommands();
  const refusal = useRefusals();
  const [deleting, setDeleting] = useState(false);
  if (detail.isError && !detail.data) {
    return (
      <ErrorState
        title="The budget could not be read"
        message={errorWords(detail.error)}
        actions={<Button onClick={() => void detail.refetch()}>Read again</Button>}
      />
    );
  }
  if (!detail.data) return <Loading />;
  const { budget } = detail.data;
  return (
    <div className="flex flex-col gap-4 px-5 py-3">
      <div className="flex items-start gap-3">
        <p className="flex min-w-0 flex-1 items-start gap-2.5 text-lead" data-copy="">
          <StateIcon name={STANDINGS[budget.status.level].icon} className={`mt-1 shrink-0 ${STANDINGS[budget.status.level].tone}`} />
          {budget.status.sentence}
        </p>
        <Button icon={<Pencil size={13} />} disabledReason={refusal('save_budget')} onClick={onEdit}>Change</Button>
        <Button kind="danger" icon={<Trash2 size={13} />} aria-label="Delete" disabledReason={refusal('delete_budget')} onClick={() => { setDeleting(true); }} />
      </div>
      <Figures budget={budget} />
      <Chart detail={detail.data} />
      <TryLimit
        budget={budget}
        tried={tried}
        error={detail.isError ? errorWords(detail.error) : null}
        saving={save.isPending}
        onTry={setTried}
        onKeep={(monthlyLimit) => {
          save.mutate({ budgetId, draft: { monthlyLimit } }, { onSuccess: () => { setTried(null); } });
        }}
      />
      <section aria-label="Guard" className="flex flex-col gap-2 border-t border-line pt-3">
        <div className="flex items-center gap-3">
          <h2 className="font-semibold">Guard</h2>
          <Reserved reason={refusal('save_budget')}>
            <Segmented
              label="Guard"
              options={GUARDS}
              value={budget.guard}
              onChange={(guard) => { save.mutate({ budgetId, draft: { guard } }); }}
            />
          </Reserved>
          {budget.status.heldBack > 0 && (
            <span className="flex items-center gap-1.5 text-reason font-medium text-warn">
              <StateIcon name="guard" />
              {`holds back ${String(budget.status.heldBack)} now`}
            </span>
          )}
        </div>
        <p className="max-w-160 text-reason text-text-2">{GUARD_WORDS[budget.guard]}</p>
        <GuardPreview budget={budget} />
        {save.isError && <p role="alert" className="text-reason text-crit">{errorWords(save.error)}</p>}
      </section>
      <Dialog
        open={deleting}
        onOpenChange={setDeleting}
        title={`Delete the budget ${budget.name}?`}
        description="Nothing is told or held back by it any more. What it told stays in the history of alerts."
        actions={
          <>
            <Button onClick={() => { setDeleting(false); }}>Keep it</Button>
            <Button
              kind="danger"
              busy={remove.isPending}
              onClick={() => { remove.mutate({ budgetId }, { onSuccess: () => { setDeleting(false); onDeleted(); } }); }}
            >
              Delete budget
            </Button>
          </>
        }
      />
    </div>
  );
}

function Figures({ budget: { status, monthlyLimit } }: { budget: BudgetView }) {
  const { projection } = status;
  return (
    <div className="flex flex-wrap gap-y-2 *:min-w-32 *:flex-1 *:border-line *:px-4 *:not-first:border-l *:first:pl-0">
      <Kpi
        size="fact"
        label="Spent"
        value={money(status.spent)}
        note={
          status.estimated > 0
            ? `${share(status.spentShare)}, ${money(status.estimated)} estimated`
            : `${share(status.spentShare)}, period ${share(status.goneShare)}`
        }
      />
      <Kpi
        size="fact"
        label="Burn rate"
        value={status.burnRatePerDay === null ? null : `${money(status.burnRatePerDay)}/day`}
        note={`last 7 days; even pace ${money(status.evenPacePerDay)}`}
      />
      <Kpi
        size="fact"
        label="Projected"
        value={projection ? wholeMoney(projection.end) : null}
        {...(projection ? { unit: ` ±${NBSP}${wholeMoney(projection.margin)}` } : {})}
        note={projection ? '80 % of outcomes' : `from ${status.projectedFrom ? when(new Date(status.projectedFrom), new Date()) : 'three days of data'} on`}
      />
      <Kpi
        size="fact"
        label={projection && projection.over > 0 ? 'To stay inside' : 'Room'}
        value={projection ? `${moneyChange(-projection.toStayInsidePerDay)}/day` : money(status.left)}
        note={
          projection
            ? `from today, ${projection.over > 0 ? '' : '+'}${share(-projection.toStayInsideShare)}`
            : `left of ${wholeMoney(monthlyLimit)}`
        }
      />
    </div>
  );
}

function Chart({ detail }: { detail: BudgetDetail }) {
  const { budget, days, path, thresholds } = detail;
  const { status } = budget;
  const now = useNow(60);
  const from = new Date(status.periodStart).getTime();
  const at = (text: string) => new Date(text).getTime();
  const { projection, runsOut } = status;
  const points = [
    { at: from, left: budget.monthlyLimit, words: `${wholeMoney(budget.monthlyLimit)} to spend` },
    ...days.map((day) => ({
      at: at(day.endsAt),
      left: day.left,
      words: `${isoDay(day.date)}: ${money(day.cost)} spent, ${money(day.left)} left`,
    })),
  ];
  return (
    <BurnDown
      label={`What is left of ${budget.name}: ${status.sentence}`}
      from={from}
      to={at(status.periodEnd)}
      now={at(detail.at)}
      limit={budget.monthlyLimit}
      points={points}
      path={path.map((point) => ({ ...point, at: at(point.at) }))}
      thresholds={thresholds}
      runsOut={
        runsOut?.at && at(runsOut.at) > at(detail.at)
          ? {
              at: at(runsOut.at),
              words: `Runs out ${when(new Date(runsOut.at), now)}`,
              spread: `${runsOut.earliest ? when(new Date(runsOut.earliest), now) : 'now'} to ${runsOut.latest ? when(new Date(runsOut.latest), now) : 'after the period'}, 80 % sure`,
            }
          : null
      }
      words={{
        limit: `${wholeMoney(budget.monthlyLimit)} to spend`,
        now: `Now, ${money(status.left)} left`,
        nowNote: `spent ${money(status.spent)} (${share(status.spentShare)})`,
        end: projection ? wholeMoney(-projection.over) : null,
        endNote: projection ? `±${NBSP}${wholeMoney(projection.margin)}` : null,
      }}
      date={(instant) => dayOf(days, instant)}
      amount={axisMoney}
    />
  );
}

/** The day of the month at an instant, by the budget's own days where they are known. */
function dayOf(days: BudgetDetail['days'], at: number): string {
  const day = days.find(({ endsAt }) => at < new Date(endsAt).getTime());
  return day ? isoDay(day.date).slice(4) : String(new Date(at + 43_200_000).getUTCDate());
}

function TryLimit({
  budget,
  tried,
  error,
  saving,
  onTry,
  onKeep,
}: {
  budget: BudgetView;
  tried: number | null;
  error: string | null;
  saving: boolean;
  onTry: (limit: number | null) => void;
  onKeep: (limit: number) => void;
}) {
  const refused = useRefusal('save_budget');
  // What stands in the field; untouched, it is the limit as it is.
  const [typed, setTyped] = useState<number | null | undefined>(undefined);
  const type = (limit: number | null | undefined) => {
    setTyped(limit);
    onTry(limit ?? null);
  };
  return (
    <div className="flex items-end gap-2">
      <NumberField
        label="Try another limit"
        labelHidden={false}
        className="w-40"
        value={typed === undefined ? budget.monthlyLimit : typed}
        error={error}
        onChange={type}
      />
      {tried !== null && (
        <>
          <Button kind="primary" busy={saving} disabledReason={refused ?? error} onClick={() => { onKeep(tried); }}>
            {`Keep ${wholeMoney(tried)}`}
          </Button>
          <Button onClick={() => { type(undefined); }}>Back</Button>
          <span className="pb-1 text-reason text-text-2">{`${wholeShare(budget.status.spentShare)} of it are spent`}</span>
        </>
      )}
    </div>
  );
}

function Loading() {
  return (
    <div aria-busy="true" className="flex flex-col gap-4 px-5 py-3">
      <Skeleton width="60%" height={18} />
      <div className="flex gap-6">{Array.from({ length: 4 }, (_, fact) => <Skeleton key={fact} width="22%" height={52} />)}</div>
      <Skeleton width="100%" height={300} />
    </div>
  );
}
