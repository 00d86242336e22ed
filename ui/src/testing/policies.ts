import type { Advice } from '../backend/generated/Advice';
import type { ContributionView } from '../backend/generated/ContributionView';
import type { DecisionView } from '../backend/generated/DecisionView';
import type { DeploymentStatus } from '../backend/generated/DeploymentStatus';
import type { DraftCheck } from '../backend/generated/DraftCheck';
import type { Fault } from '../backend/generated/Fault';
import type { Metric } from '../backend/generated/Metric';
import type { MetricRuleView } from '../backend/generated/MetricRuleView';
import type { PolicyDraft } from '../backend/generated/PolicyDraft';
import type { PolicyListItem } from '../backend/generated/PolicyListItem';
import type { PolicyView } from '../backend/generated/PolicyView';
import type { ScheduleDraft } from '../backend/generated/ScheduleDraft';
import type { ScheduleView } from '../backend/generated/ScheduleView';
import type { TemplateView } from '../backend/generated/TemplateView';
import { bandOf, minutesAgo } from './fixtures';

type Facts = [label: string, unit: string, maximum: number, largest: number, recommended: [number, number]];

const FACTS: Record<Metric, Facts> = {
  cpu: ['CPU', '%', 100, 1, [0.3, 0.5]],
  memory: ['Memory', '%', 100, 1, [0.2, 0.4]],
  response_time: ['Response time', 'ms', 5000, 1, [0.3, 0.5]],
  error_rate: ['Errors', '%', 100, 0.1, [0.1, 0.3]],
  requests: ['Requests', 'rps', 1000, 1, [0.2, 0.4]],
};

const PRICE = 0.16;

/** One metric's rule as the engine answers it. */
export function ruleView(
  metric: Metric,
  threshold: number,
  weight: number,
  changes: Partial<MetricRuleView> = {},
): MetricRuleView {
  const [label, unit, maximum, largestThreshold, recommendedWeight] = FACTS[metric];
  const maximumInForce = changes.maximum ?? maximum;
  return {
    metric,
    label,
    threshold,
    comparison: 'gt',
    weight,
    maximum: null,
    maximumInForce,
    triggerValue: threshold * maximumInForce,
    unit,
    largestThreshold,
    recommendedWeight,
    ...changes,
  };
}

type Line = [
  id: string,
  name: string,
  useCase: string,
  description: string,
  category: string,
  workloadTypes: string[],
  metrics: MetricRuleView[],
  up: number,
  down: number,
  cooldown: number,
  bounds: [number, number],
];

const LINES: Line[] = [
  [
    'web-app-balanced', 'Web app, balanced', 'General web applications',
    'For most web apps. Keeps a third of each instance free, adds as many as needed when it is urgent and sheds calmly.',
    'web', ['web', 'api'],
    [ruleView('cpu', 0.7, 0.35), ruleView('memory', 0.75, 0.25), ruleView('response_time', 0.5, 0.3), ruleView('error_rate', 0.02, 0.1)],
    0.7, 0.3, 300, [2, 10],
  ],
  [
    'web-app-aggressive', 'Web app, aggressive', 'High-traffic web apps',
    'For high traffic that rises fast. Adds early, waits two minutes and starts from five instances.',
    'web', ['web'],
    [ruleView('cpu', 0.6, 0.3), ruleView('memory', 0.65, 0.2), ruleView('response_time', 0.4, 0.3), ruleView('requests', 0.5, 0.2)],
    0.6, 0.4, 120, [5, 50],
  ],
  [
    'api-performance', 'API, performance', 'Low-latency API services',
    'For services that must answer fast. Response time weighs most.',
    'api', ['api'],
    [ruleView('response_time', 0.3, 0.5), ruleView('cpu', 0.6, 0.3), ruleView('error_rate', 0.01, 0.2)],
    0.6, 0.4, 180, [3, 20],
  ],
  [
    'batch-cost-optimized', 'Batch, low cost', 'Batch processing',
    'For work that can wait. Runs instances full before another one is added.',
    'batch', ['batch', 'ml'],
    [ruleView('cpu', 0.85, 0.5), ruleView('memory', 0.9, 0.4), ruleView('error_rate', 0.05, 0.1)],
    0.8, 0.2, 600, [1, 5],
  ],
  [
    'ml-gpu-optimized', 'Machine learning', 'Machine learning workloads',
    'For model serving, whose instances are dear and start slowly. Waits fifteen minutes between changes.',
    'ml', ['ml'],
    [ruleView('cpu', 0.75, 0.3), ruleView('memory', 0.8, 0.4), ruleView('requests', 0.6, 0.3)],
    0.75, 0.25, 900, [1, 8],
  ],
  [
    'dev-minimal', 'Development, minimal', 'Development environments',
    'For development environments. One instance, a second only when the first is full.',
    'general', ['development', 'batch'],
    [ruleView('cpu', 0.9, 0.5), ruleView('memory', 0.95, 0.4), ruleView('error_rate', 0.05, 0.1)],
    0.9, 0.1, 900, [1, 2],
  ],
];

/** The six shipped templates. */
export const TEMPLATES: TemplateView[] = LINES.map(
  ([id, name, useCase, description, category, workloadTypes, metrics, up, down, cooldown, [min, max]]) => ({
    id,
    name,
    useCase,
    description,
    category,
    workloadTypes,
    metrics,
    draft: {
      name,
      policyType: 'adaptive',
      aggregation: 'balanced',
      metrics: metrics.map(({ metric, threshold, comparison, weight, maximum }) => ({
        metric, threshold, comparison, weight, maximum,
      })),
      scaleUpThreshold: up,
      scaleDownThreshold: down,
      cooldownPeriod: cooldown,
      minInstances: min,
      maxInstances: max,
    },
    advice: [],
  }),
);

/** A policy in force: the balanced template, third version. */
export function policyView(changes: Partial<PolicyView> = {}): PolicyView {
  const bounds = { minInstances: 3, maxInstances: 12, ...changes };
  return {
    id: 'pol_checkout',
    version: 7,
    name: 'Web checkout',
    templateId: 'web-app-balanced',
    policyType: 'adaptive',
    mode: 'live',
    isEnabled: true,
    metrics: LINES[0]?.[6] ?? [],
    aggregation: 'balanced',
    scaleUpThreshold: 0.7,
    scaleDownThreshold: 0.3,
    cooldownPeriod: 300,
    scaleUpCooldown: null,
    scaleDownCooldown: null,
    stabilizationWindow: 300,
    consolidation: true,
    urgentPressure: 1.1,
    minInstances: 3,
    maxInstances: 12,
    allowScaleToZero: false,
    forecastQuantile: 0.99,
    followObjective: true,
    schedules: [],
    updatedAt: minutesAgo(600),
    priceAtMin: bounds.minInstances * PRICE,
    priceAtMax: bounds.maxInstances * PRICE,
    ...changes,
  };
}

/** The policy in a list. */
export function policyItem(changes: Partial<PolicyListItem> = {}): PolicyListItem {
  return {
    deploymentId: 'dep_checkout',
    deploymentName: 'checkout-web',
    policy: policyView(),
    score: 0.56,
    ...changes,
  };
}

/** A schedule as the engine answers it: its next window begins tomorrow at 08:00 UTC, whatever its pattern. */
export function scheduleView(draft: ScheduleDraft): ScheduleView {
  return {
    draft,
    words: draft.cron === undefined ? `Once, from ${draft.from ?? ''} to ${draft.to ?? ''}` : 'At 08:00, Monday through Friday, for 10\u00a0h',
    running: null,
    next: [{ from: '2026-11-19T08:00:00Z', to: '2026-11-19T18:00:00Z' }],
    isOver: false,
    priceAtMin: draft.minInstances === undefined ? null : draft.minInstances * PRICE,
    priceAtMax: draft.maxInstances === undefined ? null : draft.maxInstances * PRICE,
  };
}

/** What a draft would be, laid over its template or the policy in force. */
export function policyOf(draft: PolicyDraft, base: PolicyView = policyView()): PolicyView {
  const template = draft.metrics ? undefined : TEMPLATES.find(({ id }) => id === draft.templateId);
  const { metrics, ...fields } = { ...template?.draft, ...draft };
  return policyView({
    ...base,
    ...fields,
    minInstances: fields.minInstances ?? base.minInstances,
    maxInstances: fields.maxInstances ?? base.maxInstances,
    priceAtMin: (fields.minInstances ?? base.minInstances) * PRICE,
    priceAtMax: (fields.maxInstances ?? base.maxInstances) * PRICE,
    schedules: fields.schedules?.map(scheduleView) ?? base.schedules,
    metrics: metrics
      ? metrics.map((rule) => ruleView(rule.metric, rule.threshold, rule.weight, { comparison: rule.comparison, maximum: rule.maximum }))
      : base.metrics,
  });
}

/** The engine's answer about a draft. */
export function draftCheck(
  draft: PolicyDraft,
  { errors = [], advice = [], base }: { errors?: Fault[]; advice?: Advice[]; base?: PolicyView } = {},
): DraftCheck {
  const isValid = errors.length === 0;
  const policy = policyOf(draft, base);
  return {
    isValid,
    errors,
    advice,
    policy: isValid ? policy : null,
    score: 0.56,
    wouldDecide: isValid
      ? `Hold at 4. The score 0.56 is inside ${policy.scaleDownThreshold.toFixed(2)}–${policy.scaleUpThreshold.toFixed(2)}.`
      : null,
  };
}

const READ: [Metric, number, string | null][] = [
  ['cpu', 56.2, null],
  ['memory', 48, null],
  ['response_time', 1610, 'p95'],
  ['error_rate', 0.06, null],
];

function contribution([metric, value, qualifier]: [Metric, number, string | null]): ContributionView {
  const rule = policyView().metrics.find((one) => one.metric === metric);
  return {
    metric,
    label: FACTS[metric][0],
    qualifier,
    value,
    unit: FACTS[metric][1],
    triggerValue: rule?.triggerValue ?? 0,
    pressure: rule ? value / rule.triggerValue : 0,
    weight: rule?.weight ?? 0,
    share: 0.25,
    says: 'stay',
    state: { kind: 'fresh' },
    words: 'up at its trigger',
  };
}

/** The newest decision of `checkout-web`. */
export function decisionView(changes: Partial<DecisionView> = {}): DecisionView {
  return {
    action: 'no_change',
    targetInstances: 4,
    confidence: 0.9,
    score: 0.56,
    reason: 'Hold at 4. The score 0.56 is inside 0.30–0.70.',
    short: 'Inside the band',
    reasonCode: 'inside_band',
    asked: 'stay',
    mode: 'live',
    readyInstances: 4,
    startingInstances: 0,
    scoreWhenReady: null,
    downScore: 0.5,
    counts: { raw: 4, stabilized: 4, limited: 4, ordered: 4 },
    triggeredMetrics: [],
    contributions: READ.map(contribution),
    distance: {
      trafficToUp: 0.25,
      trafficToUpWhenReady: null,
      trafficToDown: -0.46,
      aloneUp: { cpu: null, memory: null, response_time: null, error_rate: null, requests: null },
      words: 'Scales up at CPU ≥ 88 %.',
      whyNotMore: null,
      whyNotFewer: null,
    },
    outlook: null,
    heldBy: null,
    checks: [],
    priceChange: 0,
    policyId: 'pol_checkout',
    policyVersion: 7,
    at: minutesAgo(0.1),
    ...changes,
  };
}

/** `checkout-web` as its page shows it. */
export function statusOf(changes: Partial<DeploymentStatus> = {}): DeploymentStatus {
  return {
    deploymentId: 'dep_checkout',
    currentInstances: 4,
    targetInstances: 4,
    policy: policyView(),
    lastDecision: decisionView(),
    isAutoScalingEnabled: true,
    cooldownUntil: null,
    override: null,
    readyInstances: 4,
    startingInstances: 0,
    name: 'checkout-web',
    tags: ['web'],
    runsOn: 'Local command on this machine, http://127.0.0.1:41234',
    state: 'holding',
    stateWords: 'Holding',
    sentence: 'Holding at 4.',
    band: bandOf({ score: 0.56 }),
    facts: {
      minInstances: 3,
      maxInstances: 12,
      cooldownSeconds: 300,
      startUpSeconds: null,
      outInSeconds: null,
      costPerHour: 0.64,
      pricePerInstance: PRICE,
      monthToDate: 260.4,
      estimated: 0,
      observedShare: 1,
      currency: 'USD',
      priceFormula: '1 core × $0.12 + 2 GB × $0.02',
    },
    paused: null,
    notices: [],
    isSample: false,
    intervalSeconds: 30,
    nextEvaluationAt: null,
    ...changes,
  };
}
