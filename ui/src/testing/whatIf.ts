import type { WhatIf } from '../backend/generated/WhatIf';
import type { WhatIfPlayed } from '../backend/generated/WhatIfPlayed';
import { minutesAgo } from './fixtures';

const POINTS = 336;

/** Seven days that breathe, as the engine would have played them. */
export function whatIfPlayed(changes: Partial<WhatIfPlayed> = {}): WhatIfPlayed {
  const needed = Array.from({ length: POINTS }, (_, point) => Math.round(5 + 3 * Math.sin((point / 48) * 2 * Math.PI)));
  return {
    sentence: 'Saves $106.74 a month, with 0.28\u00a0% of the requests late instead of 0.08\u00a0%.',
    tone: 'worse',
    from: minutesAgo(7 * 24 * 60),
    to: minutesAgo(0),
    secondsPerPoint: 1800,
    needed,
    current: needed.map((count) => count + 2),
    edited: needed.map((count) => count + 1),
    objectiveMs: 2500,
    figures: [
      { kind: 'cost', current: 158.81, edited: 133.9, difference: -24.91, tone: 'better' },
      { kind: 'cost_per_month', current: 680.63, edited: 573.89, difference: -106.74, tone: 'better' },
      { kind: 'late_requests', current: 0.0008, edited: 0.0028, difference: 0.002, tone: 'worse' },
      { kind: 'short_time', current: 600, edited: 2100, difference: 1500, tone: 'worse' },
      { kind: 'mean_utilization', current: 0.51, edited: 0.6, difference: 0.09, tone: 'even' },
      { kind: 'changes_per_day', current: 7.3, edited: 8.1, difference: 0.8, tone: 'even' },
      { kind: 'time_at_maximum', current: 0, edited: 0, difference: 0, tone: 'even' },
    ],
    ...changes,
  };
}

/** The answer around it. */
export function whatIf(changes: Partial<WhatIfPlayed> = {}): WhatIf {
  return {
    played: whatIfPlayed(changes),
    basedOn: 'The last 7 days of readings, played again: 40,320 decisions, start-up 4\u00a0min.',
  };
}
