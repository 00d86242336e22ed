import type { ReactNode } from 'react';
import { Link } from 'react-router';

import type { BudgetGlance } from '../../backend/generated/BudgetGlance';
import type { EngineState } from '../../backend/generated/EngineState';
import type { Overview } from '../../backend/generated/Overview';
import { useNow } from '../../components/clock/useNow';
import { BudgetBar } from '../../components/BudgetBar/BudgetBar';
import { Kpi } from '../../components/Kpi/Kpi';
import { StateIcon, type StateIconName } from '../../components/StateIcon/StateIcon';
import { hourlyAmount, money, wholeMoney } from '../../format/money';
import { NBSP, number, share, wholeShare } from '../../format/number';
import { when } from '../../format/time';
import { budgetWords } from './budgetWords';
import type { Attention } from './filter';

/** A figure older than so many evaluations is stale. */
const STALE_AFTER_INTERVALS = 2;
/** The clock of the page and the engine's may differ by this. */
const GRACE_SECONDS = 5;

/** The strip of figures over the whole width. */
export function Figures({
  overview,
  engine,
  attention,
}: {
  overview: Overview | undefined;
  engine: EngineState | undefined;
  attention: Attention;
}) {
  const now = useNow(5);
  const loading = overview === undefined;
  const stale = overview && engine ? staleWords(overview, engine, now) : null;
  const all = attention.failing + attention.outOfRoom + attention.heldBack + attention.noData;
  const total = (overview?.readyInstances ?? 0) + (overview?.startingInstances ?? 0);
  return (
    <div className="flex shrink-0 flex-wrap gap-y-2 border-b border-line px-5 pb-3 *:border-line *:px-5 *:not-first:border-l *:first:pl-0 *:min-w-36 *:flex-1 *:last:grow-[1.6]">
      <Kpi
        label="Instances"
        loading={loading}
        value={number(total)}
        staleSince={stale}
        note={overview && `${number(overview.readyInstances)} ready, ${number(overview.startingInstances)} starting`}
      />
      <Kpi
        label="Cost now"
        loading={loading}
        value={hourlyAmount(overview?.costPerHour ?? 0)}
        unit="/h"
        staleSince={stale}
        note={overview && total > 0 ? `for ${number(total)} ${total === 1 ? 'instance' : 'instances'}` : 'nothing runs'}
      />
      <Kpi
        label="Month to date"
        loading={loading}
        value={money(overview?.budget?.spent ?? overview?.monthToDate ?? 0)}
        {...(overview?.budget ? { unit: ` of ${wholeMoney(overview.budget.monthlyLimit)}` } : {})}
        note={overview && (overview.budget ? <BudgetNote budget={overview.budget} /> : observed(overview))}
      />
      <MonthEnd budget={overview?.budget ?? null} loading={loading} />
      <Kpi
        label="Needs a person"
        loading={loading}
        value={number(all)}
        note={all === 0 ? 'all calm' : <AttentionWords attention={attention} most={2} />}
      />
    </div>
  );
}

/** Where the month ends, by the budget of everything; without one, the way to it. */
function MonthEnd({ budget, loading }: { budget: BudgetGlance | null; loading: boolean }) {
  const projection = budget?.projection;
  return (
    <Kpi
      label="Projected month end"
      loading={loading}
      value={projection ? wholeMoney(projection.end) : null}
      {...(projection ? { unit: ` ±${NBSP}${wholeMoney(projection.margin)}` } : {})}
      note={
        projection ? (
          <span className={projection.over > 0 ? 'inline-flex items-center gap-1.5 text-warn' : ''}>
            {projection.over > 0 && <StateIcon name="warn" />}
            {projection.over > 0
              ? `${share(projection.share - 1)} over, ${wholeShare(projection.confidenceOver)} sure`
              : `${wholeMoney(-projection.over)} under its limit`}
          </span>
        ) : (
          <Link to="/budgets" className="rounded-cap font-medium text-accent hover:text-accent-hover">
            {budget ? 'after three days of data' : 'Set a budget'}
          </Link>
        )
      }
    />
  );
}

function BudgetNote({ budget }: { budget: BudgetGlance }) {
  return (
    <Link to={`/budgets/${encodeURIComponent(budget.id)}`} className="inline-flex items-center gap-2 hover:text-text">
      <BudgetBar width={84} spent={budget.spentShare} monthGone={budget.goneShare} words={budgetWords(budget)} />
      {`${share(budget.spentShare)} spent`}
    </Link>
  );
}

/** How much of the month was seen, and what was estimated where nobody looked. */
function observed({ estimated, observedShare }: Overview) {
  if (estimated > 0) return `${money(estimated)} of it estimated`;
  return observedShare < 0.9995 ? `${share(observedShare)} of the month observed` : 'all of it observed';
}

/** What needs a person in a few words, worst first, each with its outline. */
export function AttentionWords({ attention, most = 4 }: { attention: Attention; /** No more kinds than these. */ most?: number }) {
  const parts: [number, StateIconName, string, string][] = [
    [attention.failing, 'crit', 'text-crit', 'failing'],
    [attention.outOfRoom, 'crit', 'text-crit', 'out of room'],
    [attention.heldBack, 'warn', 'text-warn', 'held back'],
    [attention.noData, 'nodata', 'text-warn', 'no data'],
  ];
  const shown: ReactNode[] = parts
    .filter(([count]) => count > 0)
    .slice(0, most)
    .map(([count, icon, tone, words]) => (
      <span key={words} className={`inline-flex items-center gap-1.5 font-medium ${tone}`}>
        <StateIcon name={icon} />
        {number(count)} {words}
      </span>
    ));
  return <span className="inline-flex gap-x-3 whitespace-nowrap">{shown}</span>;
}

function staleWords(overview: Overview, engine: EngineState, now: Date): string | null {
  const read = new Date(overview.at);
  const age = (now.getTime() - read.getTime()) / 1000;
  const limit = STALE_AFTER_INTERVALS * engine.intervalSeconds + GRACE_SECONDS;
  return overview.deployments.length > 0 && age > limit ? `as of ${when(read, now)}` : null;
}
