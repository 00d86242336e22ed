import type { ReactNode } from 'react';

import type { EngineState } from '../../backend/generated/EngineState';
import type { Overview } from '../../backend/generated/Overview';
import { useNow } from '../../components/clock/useNow';
import { Kpi } from '../../components/Kpi/Kpi';
import { StateIcon, type StateIconName } from '../../components/StateIcon/StateIcon';
import { hourlyAmount, money } from '../../format/money';
import { number, share } from '../../format/number';
import { when } from '../../format/time';
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
        value={money(overview?.monthToDate ?? 0)}
        note={overview && observed(overview)}
      />
      <Kpi
        label="Needs a person"
        loading={loading}
        value={number(all)}
        note={all === 0 ? 'all calm' : <AttentionWords attention={attention} most={2} />}
      />
    </div>
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
