import { Link } from 'react-router';

import type { BudgetView } from '../../backend/generated/BudgetView';
import { StateIcon } from '../../components/StateIcon/StateIcon';
import { money, wholeMoney } from '../../format/money';
import { wholeShare } from '../../format/number';
import { STANDINGS } from './standing';

/** The scale runs to 125 %, so that a bar past the limit is seen. */
const SCALE = 1.25;

/** One budget in the list: where it stands at one look. */
export function BudgetRow({ budget, isOpen }: { budget: BudgetView; isOpen: boolean }) {
  const { status } = budget;
  const look = STANDINGS[status.level];
  const share = status.projection?.share ?? status.spentShare;
  return (
    <Link
      to={`/budgets/${encodeURIComponent(budget.id)}`}
      aria-current={isOpen ? 'true' : undefined}
      data-budget={budget.name}
      className="flex flex-col gap-1 border-b border-line border-l-2 border-l-transparent px-4.5 py-2.5 transition-colors duration-[80ms] hover:bg-hover aria-[current=true]:border-l-accent aria-[current=true]:bg-selected"
    >
      <span className="flex items-center gap-2">
        <span className="proportional truncate font-medium" title={budget.name}>{budget.name}</span>
        <span className="truncate text-reason text-text-2">{scopeAndGuard(budget)}</span>
        <span className={`ml-auto flex shrink-0 items-center gap-1.5 font-medium ${look.tone}`}>
          <StateIcon name={status.heldBack > 0 ? 'guard' : look.icon} />
          <span className="sr-only">{look.word}</span>
          {wholeShare(share)}
        </span>
      </span>
      <Bar budget={budget} />
      <span className="flex justify-between gap-2 text-reason text-text-2">
        <span>{`${money(status.spent)} of ${wholeMoney(budget.monthlyLimit)}`}</span>
        <span>{status.projection ? `ends at ${wholeMoney(status.projection.end)}` : 'no projection yet'}</span>
      </span>
    </Link>
  );
}

function scopeAndGuard({ scopeWords, guard, isEnabled }: BudgetView): string {
  if (!isEnabled) return `${scopeWords}, off`;
  return guard === 'off' ? scopeWords : `${scopeWords}, guard on`;
}

function Bar({ budget: { status } }: { budget: BudgetView }) {
  const at = (share: number) => `${String(Math.min(1, share / SCALE) * 100)}%`;
  const projected = status.projection?.share ?? 0;
  return (
    <span aria-hidden="true" className="relative block h-2.5 w-full">
      <span className="absolute inset-x-0 top-[3px] h-1 bg-sunken" style={{ width: at(1) }} />
      <span className="absolute top-[3px] left-0 h-1 bg-room" style={{ width: at(Math.min(1, projected)) }} />
      {projected > 1 && <span className="absolute top-[3px] h-1 bg-warn-fill" style={{ left: at(1), width: `calc(${at(projected)} - ${at(1)})` }} />}
      <span className="absolute top-[3px] left-0 h-1 bg-c5" style={{ width: at(Math.min(1, status.spentShare)) }} />
      {status.spentShare > 1 && (
        <span className="absolute top-[3px] h-1 bg-crit" style={{ left: at(1), width: `calc(${at(status.spentShare)} - ${at(1)})` }} />
      )}
      <span className="absolute top-0 h-2.5 w-px bg-text" style={{ left: at(status.goneShare) }} />
      <span className="absolute top-0 h-2.5 w-px bg-bracket" style={{ left: at(1) }} />
    </span>
  );
}
