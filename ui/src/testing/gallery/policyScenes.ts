import type { Advice } from '../../backend/generated/Advice';
import type { Fault } from '../../backend/generated/Fault';
import type { Answers } from '../FakeBackend';
import { deploymentRow, overview } from '../fixtures';
import { decisionView, draftCheck, policyItem, policyOf, policyView, statusOf, TEMPLATES } from '../policies';
import { FLEET } from './fleet';
import { whatIf } from '../whatIf';

const ADVICE: Advice[] = [
  {
    field: 'scaleDownThreshold',
    level: 'warning',
    message: 'The band is 0.15 wide. Under 0.20 it tends to scale up and down in turn; widen it to 0.20–0.40.',
  },
  {
    field: 'metrics[0].weight',
    level: 'recommendation',
    message: 'CPU weighs 0.60. 0.30 to 0.50 is recommended, so that one metric does not decide alone.',
  },
  { field: 'metrics', level: 'warning', message: 'The weights sum to 1.25. They are normalized: CPU counts 0.48 of the score.' },
  { field: 'cooldownPeriod', level: 'recommendation', message: 'The cooldown is 15 s. 120 to 900 s lets a change show before the next one.' },
  { field: 'minInstances', level: 'by_design', message: 'At 1, there is no high availability; 2 or more keep serving when one fails.' },
];

const ERRORS: Fault[] = [
  { field: 'name', message: 'the policy has no name; give it one of 1 to 200 characters.' },
  { field: 'metrics[1].weight', message: 'is 1.4; give a weight from 0 to 1.' },
  { field: 'cooldownPeriod', message: 'is 100000; give whole seconds from 0 to 86 400 (a day).' },
  { field: 'maxInstances', message: 'is 2, fewer than minInstances, which is 3; raise it or lower minInstances.' },
];

/** What the engine answers about policies: `full`, `policies-advice`, `policies-errors`, `policies-none`, `policies-empty`. */
export function policyAnswers(name: string): Answers {
  const base = policyView();
  const none = name === 'policies-none' || name === 'policies-empty';
  return {
    list_policies: () => ({
      policies: none
        ? []
        : [
            policyItem(),
            policyItem({
              deploymentId: 'dep_search',
              deploymentName: 'search-api',
              score: 0.71,
              policy: policyView({ name: 'API, performance', version: 2, scaleUpThreshold: 0.6, scaleDownThreshold: 0.4, cooldownPeriod: 180, mode: 'shadow', maxInstances: 20 }),
            }),
            policyItem({
              deploymentId: 'dep_invoice',
              deploymentName: 'invoice-batch',
              score: null,
              policy: policyView({ name: 'Batch, low cost', version: 1, policyType: 'gradual', scaleUpThreshold: 0.8, scaleDownThreshold: 0.2, cooldownPeriod: 600, isEnabled: false, minInstances: 1, maxInstances: 5 }),
            }),
          ],
    }),
    list_policy_templates: ({ category, workloadType }) => ({
      templates: TEMPLATES.filter(
        (template) =>
          (category === undefined || template.category === category) &&
          (workloadType === undefined || template.workloadTypes.includes(workloadType)),
      ),
    }),
    get_scaling_status: ({ deploymentId }) => statusOf({
        deploymentId,
        policy: none ? null : base,
        lastDecision: decisionView({ at: new Date(Date.now() - 6000).toISOString() }),
      }),
    play_policy: () => (none ? { played: null, basedOn: 'An hour of readings is needed to play a policy again.' } : whatIf()),
    check_policy: ({ draft }) =>
      draftCheck(draft, {
        base,
        ...(name === 'policies-errors' ? { errors: ERRORS, advice: ADVICE.slice(0, 1) } : {}),
        ...(name === 'policies-advice' ? { advice: ADVICE } : {}),
      }),
    save_policy: ({ draft }) => ({ ...policyOf(draft, base), version: base.version + 1, advice: [] }),
    ...(name === 'policies-empty' ? { get_overview: () => overview([]) } : {}),
    ...(name.startsWith('policies') && name !== 'policies-empty'
      ? { get_overview: () => overview([...FLEET, deploymentRow()]) }
      : {}),
  };
}
