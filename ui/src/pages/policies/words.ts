import type { Aggregation } from '../../backend/generated/Aggregation';
import type { Comparison } from '../../backend/generated/Comparison';
import type { PolicyMode } from '../../backend/generated/PolicyMode';
import type { PolicyType } from '../../backend/generated/PolicyType';
import { counted, number } from '../../format/number';

interface Choice<T> {
  value: T;
  label: string;
}

/** How pressures are combined, from the calmest to the quickest. */
export const AGGREGATIONS: readonly Choice<Aggregation>[] = [
  { value: 'mean', label: 'Mean' },
  { value: 'balanced', label: 'Balanced' },
  { value: 'sensitive', label: 'Sensitive' },
  { value: 'max', label: 'Max' },
];

/** How far a policy moves at a time. */
export const POLICY_TYPES: readonly Choice<PolicyType>[] = [
  { value: 'gradual', label: 'Gradual' },
  { value: 'adaptive', label: 'Adaptive' },
  { value: 'proportional', label: 'Proportional' },
  { value: 'predictive', label: 'Predictive' },
];

/** On which side of its trigger a metric asks for more. */
export const COMPARISONS: readonly Choice<Comparison>[] = [
  { value: 'gt', label: 'above' },
  { value: 'gte', label: 'at or above' },
  { value: 'lt', label: 'below' },
  { value: 'lte', label: 'at or below' },
];

/** Whether a policy acts. */
export const MODES: readonly Choice<PolicyMode>[] = [
  { value: 'live', label: 'Live' },
  { value: 'shadow', label: 'Shadow' },
];

/** What each way of combining does, in a few words. */
export const AGGREGATION_HELP: Record<Aggregation, string> = {
  mean: 'The weighted mean: one full metric hides behind calm ones.',
  balanced: 'Leans to the metric under most pressure.',
  sensitive: 'Leans strongly to the metric under most pressure.',
  max: 'Only the metric under most pressure counts.',
};

/** What each size of step does, in a few words. */
export const POLICY_TYPE_HELP: Record<PolicyType, string> = {
  gradual: 'One instance at a time, and a cooldown after each.',
  adaptive: 'One at a time inside the band, as many as needed when it is urgent.',
  predictive: 'Sized for what is expected by the time that new instances are ready, never for less than is asked for now.',
  proportional:
    'To the size that the largest pressure asks for, as the Kubernetes HPA does. The lower bracket is not used.',
};

/** The label of one of the choices above. */
export function labelOf<T>(choices: readonly Choice<T>[], value: T): string {
  return choices.find((choice) => choice.value === value)?.label ?? String(value);
}

/** The categories of templates, as a filter names them. */
export const CATEGORIES: readonly Choice<string>[] = [
  { value: 'web', label: 'Web' },
  { value: 'api', label: 'API' },
  { value: 'batch', label: 'Batch' },
  { value: 'ml', label: 'ML' },
  { value: 'general', label: 'General' },
];

/** The workloads that templates suit, as a filter names them. */
export const WORKLOADS: readonly Choice<string>[] = [
  { value: 'web', label: 'Web app' },
  { value: 'api', label: 'API' },
  { value: 'batch', label: 'Batch' },
  { value: 'ml', label: 'Machine learning' },
  { value: 'development', label: 'Development' },
];

/** The one sentence that answers the page of policies. */
export function policiesSentence(policies: number, deployments: number): string {
  if (deployments === 0) return 'Nothing to scale yet.';
  if (policies === 0) return 'No policy yet. Choose a template to begin with.';
  if (policies >= deployments) {
    return deployments === 1
      ? 'The one deployment has its policy.'
      : `All ${number(deployments)} deployments have their policy.`;
  }
  return `${number(policies)} of ${counted(deployments, 'deployment')} ${policies === 1 ? 'has' : 'have'} a policy; the others are not scaled.`;
}
