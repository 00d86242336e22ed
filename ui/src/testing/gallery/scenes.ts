import type { Backend } from '../../backend/backend';
import type { DeploymentStatus } from '../../backend/generated/DeploymentStatus';
import { CONTRIBUTIONS, contribution, decision, event, preview, series, status } from '../deploymentFixtures';
import { FakeBackend, never, refusal } from '../FakeBackend';
import { bandOf, engineState, overview, settings } from '../fixtures';
import { alertAnswers } from './alertScenes';
import { DECISIONS, FLEET, many } from './fleet';
import { policyAnswers } from './policyScenes';

const BROKEN =
  'The database at /home/ada/.local/share/headroom did not answer. Scaling goes on; what is shown is not read anew.';

/** An engine in one of the states that a view must look well in: `full`, `loading`, `empty`, `error`, `paused`, `many`, `trouble`. */
export function scene(name: string, theme: 'light' | 'dark'): Backend {
  if (name === 'loading') {
    return new FakeBackend({ get_overview: never, get_scaling_status: never, list_decisions: never, get_settings: never, get_engine_state: never });
  }
  if (name === 'error') {
    const broken = () => {
      throw refusal(BROKEN);
    };
    return new FakeBackend({ get_overview: broken, get_scaling_status: broken, list_decisions: broken, get_settings: broken, get_engine_state: broken });
  }
  const soon = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
  const paused = { reason: 'Moving the database', by: 'ada', at: soon(-600) };
  const empty = name === 'empty';
  return new FakeBackend({
    ...policyAnswers(name),
    ...alertAnswers(name),
    get_engine_state: () =>
      engineState({
        lastEvaluationAt: soon(-6),
        deployments: empty ? 0 : FLEET.length,
        ...(name === 'paused' ? { mode: 'paused', paused } : {}),
      }),
    get_settings: () => settings({ theme }),
    update_settings: (input) => settings({ theme, ...input }),
    get_overview: () =>
      overview(empty ? [] : name === 'many' ? many(2000) : FLEET, { at: new Date().toISOString() }),
    list_decisions: () => ({ decisions: empty ? [] : DECISIONS, nextCursor: null }),
    get_scaling_status: () =>
      status({ cooldownUntil: soon(182), lastDecision: decision({ at: soon(-12) }), ...faceOf(name, soon) }),
    get_series: () =>
      series(new Date(), empty ? { times: [], score: [], ready: [], total: [], events: [], metrics: [] } : {}),
    get_decision: () => ({ decision: decision({ at: soon(-3600) }) }),
    get_scaling_history: () => ({
      events: empty
        ? []
        : [
            event({ createdAt: soon(-200) }),
            event({ id: 'evt_2', eventType: 'manual', reason: 'Newsletter goes out at 15:00', by: 'ada', createdAt: soon(-7200), fromInstances: 5, toInstances: 6 }),
            event({ id: 'evt_3', eventType: 'failed', outcome: 'failed', error: 'Port 41236 is taken by another program. Stop it or set another range.', createdAt: soon(-9000) }),
            event({ id: 'evt_4', eventType: 'scale_down', fromInstances: 6, toInstances: 5, priceChange: -0.16, reason: '6 → 5 instances: the score 0.27 is under 0.30, at 5 it will be 0.32.', createdAt: soon(-90_000) }),
          ],
      nextCursor: null,
    }),
    preview_manual_scaling: ({ targetInstances }) =>
      preview({ priceChange: (targetInstances - 7) * 0.16, priceOfHold: (targetInstances - 7) * 0.16 }),
    scale_manually: ({ targetInstances, reason }) => event({ toInstances: targetInstances, reason }),
    end_override: () => ({}),
    pause_deployment: () => ({}),
    resume_deployment: () => ({}),
    remove_deployment: () => ({}),
    pause_all: () => ({}),
    resume_all: () => ({}),
    ...(name.startsWith('policies') ? policyAnswers(name) : {}),
  });
}

function faceOf(name: string, soon: (seconds: number) => string): Partial<DeploymentStatus> {
  if (name === 'empty') {
    return {
      state: 'no_policy',
      stateWords: 'No policy',
      sentence: 'Collecting. The first decision comes in 15 s.',
      lastDecision: null,
      band: bandOf({ score: null, marker: 'no_readings', scoreWhenReady: null, trafficToUp: null, trafficToDown: null }),
      cooldownUntil: null,
    };
  }
  if (name === 'trouble') {
    return {
      name: 'customer-notification-preferences-synchronization-worker',
      state: 'at_max',
      stateWords: 'At max',
      sentence: 'At the maximum of 12. The score 0.84 is over 0.70; two more would bring it back for +$0.32/h.',
      band: bandOf({ score: 0.84, marker: 'out_of_room', scoreWhenReady: null, trafficToUp: -0.17, trafficToDown: -0.6 }),
      notices: [{ message: '2 instances ended by themselves (exit code 137: out of memory). Both were started again. Give an instance more memory.', at: soon(-120) }],
      override: { instances: 12, reason: 'Launch', by: 'ada', since: soon(-1200), until: soon(2400) },
      lastDecision: decision({
        contributions: [
          ...CONTRIBUTIONS.slice(0, 3),
          contribution({ metric: 'error_rate', label: 'Errors', value: null, triggerValue: 0.2, share: 0, state: { kind: 'missing', hole: 'unreachable' }, words: 'no answer for 4 min; test the connection' }),
        ],
      }),
    };
  }
  return {};
}
