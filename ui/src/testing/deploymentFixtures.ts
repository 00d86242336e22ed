import type { ContributionView } from '../backend/generated/ContributionView';
import type { DecisionView } from '../backend/generated/DecisionView';
import type { DeploymentStatus } from '../backend/generated/DeploymentStatus';
import type { EventView } from '../backend/generated/EventView';
import type { ManualPreview } from '../backend/generated/ManualPreview';
import type { PolicyView } from '../backend/generated/PolicyView';
import type { SeriesView } from '../backend/generated/SeriesView';
import { bandOf, minutesAgo, NOW } from './fixtures';

/** One metric's part in a decision. */
export function contribution(changes: Partial<ContributionView> = {}): ContributionView {
  return {
    metric: 'cpu',
    label: 'CPU',
    qualifier: null,
    value: 68,
    unit: '%',
    triggerValue: 70,
    pressure: 0.97,
    weight: 0.35,
    share: 0.679,
    says: 'stay',
    state: { kind: 'fresh' },
    words: 'up at 70 %',
    ...changes,
  };
}

/** The four metrics of a web policy. */
export const CONTRIBUTIONS: ContributionView[] = [
  contribution(),
  contribution({ metric: 'memory', label: 'Memory', value: 63, triggerValue: 75, share: 0.238, words: 'up at 75 %' }),
  contribution({
    metric: 'response_time',
    label: 'Response',
    qualifier: 'p95',
    unit: 'ms',
    value: 1610,
    triggerValue: 2500,
    share: 0.082,
    words: 'up at 2,500 ms',
  }),
  contribution({
    metric: 'error_rate',
    label: 'Errors',
    value: 0.06,
    triggerValue: 0.2,
    share: 0.002,
    words: 'up at 0.20 %',
  }),
];

/** A decision to hold, with everything about it. */
export function decision(changes: Partial<DecisionView> = {}): DecisionView {
  return {
    action: 'no_change',
    targetInstances: 7,
    confidence: 0.9,
    score: 0.6,
    reason: 'Hold at 7. The score 0.60 is inside 0.30–0.70.',
    short: 'Inside the band',
    reasonCode: 'inside_band',
    asked: 'stay',
    mode: 'live',
    readyInstances: 6,
    startingInstances: 1,
    scoreWhenReady: 0.51,
    downScore: 0.58,
    counts: { raw: 7, stabilized: 7, limited: 7, ordered: 7 },
    triggeredMetrics: [],
    contributions: CONTRIBUTIONS,
    distance: {
      trafficToUp: 0.17,
      trafficToUpWhenReady: 0.37,
      trafficToDown: -0.5,
      aloneUp: { cpu: 88, memory: null, response_time: null, error_rate: null, requests: null },
      words: 'Scales up at CPU ≥ 88 %, or 90 % twice.',
      whyNotMore: { instances: 8, words: 'Needs CPU ≥ 84 %, or +17 % traffic.', priceChange: 0.16 },
      whyNotFewer: { instances: 6, words: 'CPU would come straight back to 79 %.', priceChange: -0.16 },
    },
    outlook: null,
    heldBy: null,
    checks: [
      { check: 'active', outcome: 'passed', words: 'Scaling is on, nothing frozen' },
      { check: 'bounds', outcome: 'passed', words: '7 is inside 2 to 12' },
      { check: 'readings', outcome: 'passed', words: '4 of 4 metrics fresh, oldest 6 s' },
      { check: 'override', outcome: 'passed', words: 'No order by hand' },
      { check: 'warm_up', outcome: 'passed', words: 'The engine has run for 2 h' },
      { check: 'band', outcome: 'held', words: 'Score 0.60 is inside 0.30–0.70' },
      { check: 'cooldown', outcome: 'not_asked', words: 'Cooldown, 3 min 02 s left' },
      { check: 'come_back', outcome: 'not_asked', words: 'Nothing to come back from' },
      { check: 'budget', outcome: 'not_asked', words: 'No budget guards it' },
    ],
    priceChange: 0,
    policyId: 'pol_checkout',
    policyVersion: 7,
    at: new Date(NOW.getTime() - 12_000).toISOString(),
    ...changes,
  };
}

/** A web policy, as far as the dashboard reads it. */
export function policy(changes: Partial<PolicyView> = {}): PolicyView {
  return {
    id: 'pol_checkout',
    version: 7,
    name: 'Web checkout',
    templateId: 'web-app-balanced',
    policyType: 'adaptive',
    mode: 'live',
    isEnabled: true,
    metrics: [],
    aggregation: 'balanced',
    scaleUpThreshold: 0.7,
    scaleDownThreshold: 0.3,
    cooldownPeriod: 300,
    scaleUpCooldown: null,
    scaleDownCooldown: null,
    stabilizationWindow: 300,
    consolidation: true,
    urgentPressure: 1.1,
    minInstances: 2,
    maxInstances: 12,
    allowScaleToZero: false,
    forecastQuantile: 0.99,
    followObjective: true,
    schedules: [],
    updatedAt: minutesAgo(3000),
    priceAtMin: 0.32,
    priceAtMax: 1.92,
    ...changes,
  };
}

/** A deployment with one instance on its way. */
export function status(changes: Partial<DeploymentStatus> = {}): DeploymentStatus {
  return {
    deploymentId: 'dep_checkout',
    currentInstances: 7,
    targetInstances: 7,
    policy: policy(),
    lastDecision: decision(),
    isAutoScalingEnabled: true,
    cooldownUntil: new Date(NOW.getTime() + 182_000).toISOString(),
    override: null,
    readyInstances: 6,
    startingInstances: 1,
    name: 'checkout-web',
    tags: ['web'],
    runsOn: 'local command on this machine, http://127.0.0.1:41234',
    state: 'starting',
    stateWords: 'Starting 1',
    sentence: 'Holding at 7. 17 % more traffic fits now, 37 % once the seventh is ready.',
    band: bandOf({ scoreWhenReady: 0.51 }),
    facts: {
      minInstances: 2,
      maxInstances: 12,
      cooldownSeconds: 300,
      startUpSeconds: 240,
      outInSeconds: null,
      costPerHour: 1.12,
      pricePerInstance: 0.16,
      monthToDate: 398.87,
      estimated: 0,
      observedShare: 1,
      currency: 'USD',
      priceFormula: '7 × (2 cores × $0.05 + 6 GB × $0.01) an hour',
    },
    paused: null,
    notices: [],
    isSample: false,
    intervalSeconds: 30,
    nextEvaluationAt: new Date(NOW.getTime() + 18_000).toISOString(),
    ...changes,
  };
}

/** Six hours of readings up to an instant, with three changes. */
export function series(until: Date = NOW, changes: Partial<SeriesView> = {}): SeriesView {
  const points = 180;
  const step = 120_000;
  const from = until.getTime() - points * step;
  const times = Array.from({ length: points + 1 }, (_, index) => from + index * step);
  const wave = (index: number) =>
    Math.sin(index / 17) * 0.5 + Math.sin(index / 3.1) * 0.18 + Math.sin(index * 1.7) * 0.08;
  const at = (share: number) => from + Math.round(points * share) * step;
  const count = (index: number) => (index < 20 ? 3 : index < 46 ? 4 : index < 90 ? 5 : 6);
  return {
    from: new Date(from).toISOString(),
    to: until.toISOString(),
    stepSeconds: 120,
    times,
    metrics: CONTRIBUTIONS.map((part, place) => ({
      metric: part.metric,
      label: part.label,
      unit: part.unit,
      triggerValue: part.triggerValue,
      values: times.map((_, index) =>
        Math.max(0, (part.value ?? 0) * (0.92 + 0.16 * wave(index + place * 11))),
      ),
    })),
    score: times.map((_, index) => 0.55 + 0.14 * wave(index)),
    scoreUp: 0.7,
    scoreDown: 0.3,
    ready: times.map((_, index) => count(index)),
    total: times.map((_, index) => (index > points - 3 ? 7 : count(index))),
    wanted: [],
    forecast: null,
    events: [
      { id: 'evt_1', at: at(0.11), eventType: 'scale_up', fromInstances: 3, toInstances: 4, reason: '3 → 4 instances: CPU 74 % is 1.06 × its 70 % trigger.' },
      { id: 'evt_2', at: at(0.255), eventType: 'scale_up', fromInstances: 4, toInstances: 5, reason: '4 → 5 instances: CPU 75 % is 1.07 × its 70 % trigger.' },
      { id: 'evt_3', at: at(0.5), eventType: 'manual', fromInstances: 5, toInstances: 6, reason: 'Newsletter goes out' },
      { id: 'evt_4', at: at(0.99), eventType: 'scale_up', fromInstances: 6, toInstances: 7, reason: '6 → 7 instances: CPU 74 % is 1.06 × its 70 % trigger.' },
    ],
    gaps: [],
    ...changes,
  };
}

/** What an order would cost. */
export function preview(changes: Partial<ManualPreview> = {}): ManualPreview {
  return {
    priceChange: 0.32,
    priceOfHold: 0.32,
    trafficToUp: 0.76,
    minInstances: 2,
    maxInstances: 12,
    problem: null,
    currency: 'USD',
    ...changes,
  };
}

/** A policy's step up that was carried out. */
export function event(changes: Partial<EventView> = {}): EventView {
  return {
    id: 'evt_1',
    deploymentId: 'dep_checkout',
    deploymentName: 'checkout-web',
    eventType: 'scale_up',
    fromInstances: 6,
    toInstances: 7,
    reason: '6 → 7 instances: CPU 92 % is 1.31 × its 70 % trigger.',
    by: 'Web checkout v7',
    policyId: 'pol_checkout',
    policyVersion: 7,
    priceChange: 0.16,
    outcome: 'done',
    error: null,
    metricsSnapshot: { cpu: 92, memory: 63, response_time: 1610, error_rate: 0.06, requests: null },
    createdAt: minutesAgo(4),
    ...changes,
  };
}
