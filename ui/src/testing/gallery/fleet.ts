import type { BandMarker } from '../../backend/generated/BandMarker';
import type { DeploymentRow } from '../../backend/generated/DeploymentRow';
import type { DeploymentState } from '../../backend/generated/DeploymentState';
import type { DecisionItem } from '../../backend/generated/DecisionItem';
import { bandOf, decisionItem, deploymentRow } from '../fixtures';

type Line = [
  name: string,
  reason: string,
  state: DeploymentState,
  stateWords: string,
  marker: BandMarker,
  score: number | null,
  instances: number,
  starting: number,
  rate: number,
  month: number,
  objective: number | null,
];

const LINES: Line[] = [
  ['feed-web', 'At the maximum, p95 is 1.24× its trigger', 'at_max', 'At max', 'out_of_room', 0.87, 10, 0, 1.6, 530.4, 0.9872],
  ['ml-ranker', 'Score 0.79 asks for 5, cooldown 2 min 10 s left', 'held_back', 'Held back', 'held_back', 0.74, 4, 0, 3.28, 1071, 0.9961],
  ['session-store', 'Memory: no reading for 4 min, so not down', 'no_data', 'No data', 'no_readings', null, 3, 0, 0.93, 390.6, 0.9997],
  ['checkout-web', '6 → 7: CPU 92 % is 1.31× its trigger', 'starting', 'Starting 1', 'hold', 0.6, 6, 1, 1.12, 398.87, 0.9996],
  ['search-api', 'Inside the band, up at p95 ≥ 1,540 ms', 'holding', 'Holding', 'hold', 0.66, 9, 0, 2.88, 1189.5, 0.999],
  ['image-resize', '3 → 2: score under 0.20 for 10 min', 'scaling_down', 'Scaling down', 'down', 0.17, 3, 0, 0.78, 296.4, 1],
  ['notify-ws', 'Until 16:00 by you: “launch”', 'manual_hold', 'Manual hold', 'hold', 0.4, 6, 0, 0.39, 158.6, 0.9999],
  ['catalog-api', '6 → 5 just now, 1 min 12 s left', 'cooling_down', 'Cooling down', 'hold', 0.43, 5, 0, 0.8, 352.8, 0.9998],
  ['payments-api', 'Inside the band, +18 % traffic fits', 'holding', 'Holding', 'hold', 0.51, 4, 0, 0.64, 243.6, 0.9999],
  ['geo-lookup', 'Shadow policy would run 3, +$0.22/h', 'shadow', 'Shadow', 'hold', 0.37, 2, 0, 0.44, 195.2, 0.9998],
  ['customer-notification-preferences-sync', 'Inside the band, +110 % traffic fits', 'holding', 'Holding', 'hold', 0.41, 2, 0, 0.16, 67.2, 1],
  ['customer-notification-preferences-store', 'Inside the band, +90 % traffic fits', 'holding', 'Holding', 'hold', 0.38, 2, 0, 0.16, 67.2, 1],
  ['email-worker', '2 → 1 would come straight back', 'holding', 'Holding', 'hold', 0.37, 2, 0, 0.16, 67.2, null],
  ['invoice-batch', 'Paused by you', 'paused', 'Paused', 'paused', 0.5, 1, 0, 0.26, 153.6, 1],
  ['legacy-proxy', 'No policy yet', 'no_policy', 'No policy', 'no_readings', null, 1, 0, 0.052, 12.9, null],
];

/** One deployment in each state that a person may meet. */
export const FLEET: DeploymentRow[] = LINES.map(
  ([name, reason, state, stateWords, marker, score, ready, starting, rate, month, objective], line) =>
    deploymentRow({
      id: `dep_${name}`,
      name,
      tags: [name.includes('api') ? 'api' : 'web'],
      reason,
      reasonSentence: `${reason}.`,
      state,
      stateWords,
      band:
        state === 'no_policy'
          ? null
          : bandOf({ marker, score, scoreWhenReady: starting > 0 ? 0.51 : null, trafficToUp: score === null ? null : 0.7 / score - 1 }),
      scoreHistory: Array.from({ length: 48 }, (_, step) =>
        line === 2 && step > 40 ? null : 0.45 + 0.12 * Math.sin(step / 6 + line) + 0.05 * Math.sin(step * 1.7 + line * 3),
      ),
      readyInstances: ready,
      startingInstances: starting,
      costPerHour: rate,
      monthToDate: month,
      objectiveShare: objective,
    }),
);

/** So many deployments, each in a state of `FLEET`. */
export function many(count: number): DeploymentRow[] {
  return Array.from({ length: count }, (_, index) => {
    const row = FLEET[(index * 7) % FLEET.length] ?? deploymentRow();
    return { ...row, id: `dep_${String(index)}`, name: `${row.name}-${String(index)}` };
  });
}

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

/** What was decided last in `FLEET`. */
export const DECISIONS: DecisionItem[] = [
  decisionItem({ deploymentName: 'feed-web', action: 'no_change', highlight: 'held', reasonCode: 'at_maximum', reason: 'Held at 10, the maximum. p95 3,100 ms is 1.24× its 2,500 ms trigger. Two more would bring it back: +$0.32/h.', firstAt: ago(1), lastAt: ago(0) }),
  decisionItem({ deploymentName: 'image-resize', action: 'scale_down', reasonCode: 'score_down', reason: '3 → 2: score 0.17 stayed under 0.20 for 10 min.', priceChange: -0.26, firstAt: ago(2), lastAt: ago(1) }),
  decisionItem({ deploymentName: 'ml-ranker', action: 'no_change', highlight: 'held', reasonCode: 'cooldown', reason: 'Held at 4. Score 0.79 asks for 5; the cooldown ends in 2 min 10 s.', firstAt: ago(3), lastAt: ago(1) }),
  decisionItem({ deploymentName: 'checkout-web', reason: '6 → 7: CPU 92 % is 1.31× its 70 % trigger.', firstAt: ago(4), lastAt: ago(2) }),
  decisionItem({ deploymentName: 'session-store', action: 'no_change', highlight: 'held', reasonCode: 'missing_holds_down', reason: 'Held at 3: memory has had no reading for 4 min, so never down.', firstAt: ago(6), lastAt: ago(4) }),
  decisionItem({ deploymentName: 'catalog-api', action: 'scale_down', reasonCode: 'score_down', reason: '6 → 5: score 0.39 is under 0.40; at 5 it will be 0.47. Cooldown 5 min.', priceChange: -0.16, firstAt: ago(8), lastAt: ago(4) }),
  decisionItem({ deploymentName: 'notify-ws', action: 'no_change', highlight: 'held', reasonCode: 'manual_override', reason: 'Held at 6 until 16:00 by you: “product launch”.', firstAt: ago(30), lastAt: ago(30) }),
].map((item) => ({ ...item, deploymentId: `dep_${item.deploymentName}` }));
