import type { Advice } from '../../../backend/generated/Advice';
import type { Fault } from '../../../backend/generated/Fault';

/** The parts of the editor that faults and advice belong to. */
export type Section = 'policy' | 'band' | 'metrics' | 'pace' | 'bounds' | 'schedules';

const SECTION_OF: Record<string, Section> = {
  name: 'policy',
  isEnabled: 'policy',
  mode: 'policy',
  templateId: 'policy',
  scaleUpThreshold: 'band',
  scaleDownThreshold: 'band',
  metrics: 'metrics',
  aggregation: 'pace',
  policyType: 'pace',
  cooldownPeriod: 'pace',
  scaleUpCooldown: 'pace',
  scaleDownCooldown: 'pace',
  stabilizationWindow: 'pace',
  consolidation: 'pace',
  urgentPressure: 'pace',
  minInstances: 'bounds',
  maxInstances: 'bounds',
  allowScaleToZero: 'bounds',
  schedules: 'schedules',
};

/** Where a fault or advice about `field` (`metrics[1].weight`) is shown; what is unknown stands with the policy as a whole. */
export function sectionOf(field: string): Section {
  return SECTION_OF[/^\w+/.exec(field)?.[0] ?? ''] ?? 'policy';
}

/** Everything that is said about a draft, by the place where it is shown. */
export interface Remarks {
  errors: readonly Fault[];
  advice: readonly Advice[];
}

/** The remarks of one section. */
export function inSection({ errors, advice }: Remarks, section: Section): Remarks {
  return {
    errors: errors.filter(({ field }) => sectionOf(field) === section),
    advice: advice.filter(({ field }) => sectionOf(field) === section),
  };
}

/** The fault at one field, all of its sentences. */
export function faultAt(errors: readonly Fault[], field: string): string | null {
  const messages = errors.filter((fault) => fault.field === field).map(({ message }) => message);
  return messages.length > 0 ? messages.join(' ') : null;
}
