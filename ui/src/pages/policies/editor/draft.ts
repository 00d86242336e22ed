import type { Aggregation } from '../../../backend/generated/Aggregation';
import type { Comparison } from '../../../backend/generated/Comparison';
import type { Fault } from '../../../backend/generated/Fault';
import type { Metric } from '../../../backend/generated/Metric';
import type { PolicyDraft } from '../../../backend/generated/PolicyDraft';
import type { PolicyMode } from '../../../backend/generated/PolicyMode';
import type { PolicyType } from '../../../backend/generated/PolicyType';
import type { PolicyView } from '../../../backend/generated/PolicyView';
import { editedSchedule, wireSchedule, type EditedSchedule } from './schedules';

/** One metric's part in a policy while it is edited. */
export interface EditedRule {
  metric: Metric;
  threshold: number;
  comparison: Comparison;
  /** Nothing while what is typed is not a number. */
  weight: number | null;
  maximum: number | null;
}

/** A policy while it is edited. A number is nothing while what is typed for it is not one. */
export interface EditedPolicy {
  name: string;
  policyType: PolicyType;
  mode: PolicyMode;
  isEnabled: boolean;
  metrics: readonly EditedRule[];
  aggregation: Aggregation;
  scaleUpThreshold: number;
  scaleDownThreshold: number;
  cooldownPeriod: number | null;
  /** Each direction has a cooldown of its own. */
  perDirection: boolean;
  scaleUpCooldown: number | null;
  scaleDownCooldown: number | null;
  stabilizationWindow: number | null;
  consolidation: boolean;
  urgentPressure: number | null;
  minInstances: number;
  maxInstances: number;
  allowScaleToZero: boolean;
  /** Windows of time in which the bounds are others. */
  schedules: readonly EditedSchedule[];
}

/** The fields whose value is a number that is typed. */
export type NumberKey =
  | 'cooldownPeriod'
  | 'scaleUpCooldown'
  | 'scaleDownCooldown'
  | 'stabilizationWindow'
  | 'urgentPressure';

const NUMBER_KEYS: readonly NumberKey[] = [
  'cooldownPeriod',
  'scaleUpCooldown',
  'scaleDownCooldown',
  'stabilizationWindow',
  'urgentPressure',
];

/** A policy as the editor holds it. */
export function editedFrom(policy: PolicyView): EditedPolicy {
  return {
    name: policy.name,
    policyType: policy.policyType,
    mode: policy.mode,
    isEnabled: policy.isEnabled,
    metrics: policy.metrics.map(({ metric, threshold, comparison, weight, maximum }) => ({
      metric,
      threshold,
      comparison,
      weight,
      maximum,
    })),
    aggregation: policy.aggregation,
    scaleUpThreshold: policy.scaleUpThreshold,
    scaleDownThreshold: policy.scaleDownThreshold,
    cooldownPeriod: policy.cooldownPeriod,
    perDirection: hasOwnCooldowns(policy),
    scaleUpCooldown: policy.scaleUpCooldown ?? policy.cooldownPeriod,
    scaleDownCooldown: policy.scaleDownCooldown ?? policy.cooldownPeriod,
    stabilizationWindow: policy.stabilizationWindow,
    consolidation: policy.consolidation,
    urgentPressure: policy.urgentPressure,
    minInstances: policy.minInstances,
    maxInstances: policy.maxInstances,
    allowScaleToZero: policy.allowScaleToZero,
    schedules: policy.schedules.map(({ draft }) => editedSchedule(draft)),
  };
}

/** Whether a direction waits for another time than the policy's cooldown. */
export function hasOwnCooldowns(policy: PolicyView): boolean {
  const { cooldownPeriod, scaleUpCooldown, scaleDownCooldown } = policy;
  return (
    (scaleUpCooldown ?? cooldownPeriod) !== cooldownPeriod ||
    (scaleDownCooldown ?? cooldownPeriod) !== cooldownPeriod
  );
}

/**
 * The whole policy as the engine takes it. A field that is left out would keep its old value, so a cooldown per direction is taken back
 * by setting both directions to the common one.
 */
export function wireDraft(edited: EditedPolicy, start: PolicyView): PolicyDraft {
  const { perDirection, metrics, ...fields } = edited;
  const cooldown = number(edited.cooldownPeriod);
  const hadOwn = start.scaleUpCooldown !== null || start.scaleDownCooldown !== null;
  return {
    name: fields.name,
    policyType: fields.policyType,
    mode: fields.mode,
    isEnabled: fields.isEnabled,
    metrics: metrics.map((rule) => ({ ...rule, weight: number(rule.weight) })),
    aggregation: fields.aggregation,
    scaleUpThreshold: fields.scaleUpThreshold,
    scaleDownThreshold: fields.scaleDownThreshold,
    cooldownPeriod: cooldown,
    stabilizationWindow: number(fields.stabilizationWindow),
    consolidation: fields.consolidation,
    urgentPressure: number(fields.urgentPressure),
    minInstances: fields.minInstances,
    maxInstances: fields.maxInstances,
    allowScaleToZero: fields.allowScaleToZero,
    schedules: fields.schedules.map(wireSchedule),
    ...(start.templateId === null ? {} : { templateId: start.templateId }),
    ...(perDirection
      ? {
          scaleUpCooldown: number(edited.scaleUpCooldown),
          scaleDownCooldown: number(edited.scaleDownCooldown),
        }
      : hadOwn
        ? { scaleUpCooldown: cooldown, scaleDownCooldown: cooldown }
        : {}),
  };
}

/** What cannot even be asked: the fields in which no number stands. While there are any, the engine is not asked. */
export function unreadableFields(edited: EditedPolicy): Fault[] {
  const faults: Fault[] = [];
  for (const key of NUMBER_KEYS) {
    const unused = !edited.perDirection && (key === 'scaleUpCooldown' || key === 'scaleDownCooldown');
    if (edited[key] === null && !unused) faults.push({ field: key, message: 'Type a number.' });
  }
  edited.metrics.forEach((rule, index) => {
    if (rule.weight === null) {
      faults.push({ field: `metrics[${String(index)}].weight`, message: 'Type a weight from 0 to 1.' });
    }
  });
  return faults;
}

/** Whether two edited policies say the same. */
export function samePolicy(one: EditedPolicy, other: EditedPolicy): boolean {
  return JSON.stringify(comparable(one)) === JSON.stringify(comparable(other));
}

function comparable(edited: EditedPolicy): EditedPolicy {
  return edited.perDirection ? edited : { ...edited, scaleUpCooldown: null, scaleDownCooldown: null };
}

/** Only called where `unreadableFields` found nothing. */
function number(value: number | null): number {
  return value ?? 0;
}
