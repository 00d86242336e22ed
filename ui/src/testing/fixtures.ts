import type { Band } from '../backend/generated/Band';
import type { DecisionItem } from '../backend/generated/DecisionItem';
import type { DeploymentRow } from '../backend/generated/DeploymentRow';
import type { EngineState } from '../backend/generated/EngineState';
import type { Overview } from '../backend/generated/Overview';
import type { Settings } from '../backend/generated/Settings';

/** The instant at which every fixture is read. */
export const NOW = new Date(2025, 10, 18, 14, 32, 10);

/** So many minutes before `NOW`. */
export function minutesAgo(minutes: number): string {
  return new Date(NOW.getTime() - minutes * 60_000).toISOString();
}

/** An engine at work. */
export function engineState(changes: Partial<EngineState> = {}): EngineState {
  return {
    mode: 'on',
    paused: null,
    deployments: 18,
    lastEvaluationAt: new Date(NOW.getTime() - 6000).toISOString(),
    intervalSeconds: 30,
    problem: null,
    version: '0.1.0',
    dataFolder: '/home/ada/.local/share/headroom',
    user: 'ada',
    role: 'admin',
    isHere: true,
    ...changes,
  };
}

/** Settings as they ship. */
export function settings(changes: Partial<Settings> = {}): Settings {
  return {
    evaluationIntervalSeconds: 30,
    theme: 'system',
    sampleDays: 30,
    usageDays: 90,
    decisionDays: 365,
    startAtLogin: false,
    readOnly: false,
    shortcuts: {},
    ...changes,
  };
}

/** A band with room. */
export function bandOf(changes: Partial<Band> = {}): Band {
  return {
    score: 0.6,
    down: 0.3,
    up: 0.7,
    scoreWhenReady: null,
    marker: 'hold',
    trafficToUp: 0.17,
    trafficToDown: -0.5,
    ...changes,
  };
}

/** A calm deployment. */
export function deploymentRow(changes: Partial<DeploymentRow> = {}): DeploymentRow {
  return {
    id: 'dep_checkout',
    name: 'checkout-web',
    tags: ['web'],
    state: 'holding',
    stateWords: 'Holding',
    reason: 'Inside the band, +17 % traffic fits',
    reasonSentence: 'Hold at 7. The score 0.60 is inside 0.30–0.70.',
    band: bandOf(),
    scoreHistory: Array.from({ length: 48 }, (_, step) => 0.5 + 0.12 * Math.sin(step / 5)),
    readyInstances: 7,
    startingInstances: 0,
    costPerHour: 1.12,
    monthToDate: 398.87,
    budget: null,
    objectiveShare: 0.9996,
    observedAt: minutesAgo(0.1),
    isSample: false,
    ...changes,
  };
}

/** A fleet of these rows. */
export function overview(deployments: DeploymentRow[], changes: Partial<Overview> = {}): Overview {
  const sum = (figure: (row: DeploymentRow) => number | null) =>
    deployments.reduce((total, row) => total + (figure(row) ?? 0), 0);
  return {
    at: NOW.toISOString(),
    readyInstances: sum((row) => row.readyInstances),
    startingInstances: sum((row) => row.startingInstances),
    costPerHour: sum((row) => row.costPerHour),
    monthToDate: sum((row) => row.monthToDate),
    estimated: 0,
    observedShare: 1,
    budget: null,
    currency: 'USD',
    deployments,
    tags: [...new Set(deployments.flatMap((row) => row.tags))].sort(),
    ...changes,
  };
}

/** A decision that moved something. */
export function decisionItem(changes: Partial<DecisionItem> = {}): DecisionItem {
  return {
    deploymentId: 'dep_checkout',
    deploymentName: 'checkout-web',
    action: 'scale_up',
    highlight: 'acted',
    reason: '6 → 7 instances: CPU 92 % is 1.31 × its 70 % trigger.',
    reasonCode: 'score_up',
    asked: 'up',
    targetInstances: 7,
    priceChange: 0.16,
    firstAt: minutesAgo(2),
    lastAt: minutesAgo(2),
    count: 1,
    ...changes,
  };
}
