import type { CheckOutcome } from '../../../backend/generated/CheckOutcome';
import type { CheckView } from '../../../backend/generated/CheckView';
import type { DecisionView } from '../../../backend/generated/DecisionView';
import type { Neighbor } from '../../../backend/generated/Neighbor';
import { perHourChange } from '../../../format/money';
import { number, wholeShare } from '../../../format/number';
import { clockSeconds, sameDay, when } from '../../../format/time';
import { Button } from '../../Button/Button';
import { StateIcon, type StateIconName } from '../../StateIcon/StateIcon';

/** One decision, whole: what, because of what, why not its neighbors, what was checked. */
export function DecisionPanel({
  decision,
  chosen,
  onLatest,
}: {
  decision: DecisionView;
  /** It is an earlier one that was opened. */
  chosen: boolean;
  onLatest: () => void;
}) {
  const at = new Date(decision.at);
  const now = new Date();
  return (
    <section aria-label={chosen ? 'Decision' : 'Last decision'} className="flex flex-col gap-3 px-5 py-4">
      <div className="flex items-baseline justify-between gap-2">
        <h2 className="font-semibold">{chosen ? 'Decision' : 'Last decision'}</h2>
        <time className="text-reason text-text-3" dateTime={decision.at}>
          {sameDay(at, now) ? clockSeconds(at) : when(at, now)}
        </time>
      </div>
      {chosen && (
        <Button className="self-start" onClick={onLatest}>
          Back to the latest
        </Button>
      )}
      <div>
        <p className="font-medium" data-copy="">
          {decision.reason}
        </p>
        <p className="text-reason text-text-2">
          {decision.distance.words} Confidence {wholeShare(decision.confidence)}
          {decision.mode === 'shadow' && ', in shadow: nothing was moved'}
          {decision.priceChange !== 0 && `. ${perHourChange(decision.priceChange)}`}
        </p>
      </div>
      {decision.distance.whyNotMore && <WhyNot neighbor={decision.distance.whyNotMore} />}
      {decision.distance.whyNotFewer && <WhyNot neighbor={decision.distance.whyNotFewer} />}
      {decision.checks.length > 0 && (
        <div>
          <h3 className="pb-1 text-reason text-text-2">What was checked</h3>
          <ul className="flex flex-col gap-1">
            {decision.checks.map((check) => (
              <CheckLine key={check.check} check={check} />
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function WhyNot({ neighbor }: { neighbor: Neighbor }) {
  return (
    <div>
      <h3 className="text-reason text-text-2">Why not {number(neighbor.instances)}</h3>
      <p className="text-reason" data-copy="">
        {neighbor.words} <span className="whitespace-nowrap">{perHourChange(neighbor.priceChange)}.</span>
      </p>
    </div>
  );
}

const OUTCOMES: Record<CheckOutcome, { icon: StateIconName; tone: string; said: string }> = {
  passed: { icon: 'check', tone: 'text-text-2', said: 'passed' },
  limited: { icon: 'warn', tone: 'text-accent', said: 'limited' },
  held: { icon: 'cooldown', tone: 'text-accent', said: 'held' },
  would_hold: { icon: 'warn', tone: 'text-text-2', said: 'would hold' },
  not_asked: { icon: 'off', tone: 'text-text-3', said: 'not asked' },
};

/** Held ones with the outline of what held them. */
const HELD_ICONS: Partial<Record<CheckView['check'], StateIconName>> = {
  active: 'paused',
  bounds: 'schedule',
  readings: 'nodata',
  override: 'override',
  band: 'hold',
  budget: 'guard',
};

function CheckLine({ check }: { check: CheckView }) {
  const look = OUTCOMES[check.outcome];
  const icon = check.outcome === 'held' ? (HELD_ICONS[check.check] ?? look.icon) : look.icon;
  return (
    <li className="flex gap-2 text-reason">
      <span className="flex h-4 items-center">
        <StateIcon name={icon} className={look.tone} />
      </span>
      <span className={check.outcome === 'held' ? 'text-text' : look.tone}>
        <span className="sr-only">{look.said}: </span>
        {check.words}
      </span>
    </li>
  );
}
