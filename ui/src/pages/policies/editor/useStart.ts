import type { Fault } from '../../../backend/generated/Fault';
import type { DeploymentStatus } from '../../../backend/generated/DeploymentStatus';
import type { PolicyView } from '../../../backend/generated/PolicyView';
import type { TemplateView } from '../../../backend/generated/TemplateView';
import { errorWords } from '../../../backend/backend';
import { useQueryOperation } from '../../../backend/useOperation';

/** What the editor begins with. */
export type Start =
  | { face: 'loading' }
  | { face: 'error'; message: string; again: () => void }
  /** The deployment has no policy, and no template was chosen. */
  | { face: 'choose'; status: DeploymentStatus; templates: readonly TemplateView[] }
  | {
      face: 'edit';
      status: DeploymentStatus;
      templates: readonly TemplateView[];
      /** The policy in force, which every change is compared with. */
      base: PolicyView | null;
      /** What stands in the editor before the first change. */
      start: PolicyView;
      /** The template that `start` was made from just now. */
      template: TemplateView | null;
    };

/** The policy in force, or a template laid over the deployment: the engine says what it would be there, with its price and its units. */
export function useStart(deploymentId: string, templateId: string | null): Start {
  const status = useQueryOperation('get_scaling_status', { deploymentId });
  const templates = useQueryOperation('list_policy_templates', {});
  const keptName = status.data?.policy?.name;
  const laid = useQueryOperation(
    'check_policy',
    {
      deploymentId,
      draft: {
        ...(templateId === null ? {} : { templateId }),
        ...(keptName === undefined ? {} : { name: keptName }),
      },
    },
    { enabled: templateId !== null && status.isSuccess },
  );
  const failed = [status, templates, laid].find(({ isError, data }) => isError && data === undefined);
  if (failed?.error) {
    return {
      face: 'error',
      message: errorWords(failed.error),
      again: () => {
        for (const query of [status, templates, laid]) if (query.isError) void query.refetch();
      },
    };
  }
  if (!status.data || !templates.data) return { face: 'loading' };
  const known = { status: status.data, templates: templates.data.templates, base: status.data.policy };
  if (templateId === null) {
    return known.base
      ? { face: 'edit', ...known, start: known.base, template: null }
      : { face: 'choose', ...known };
  }
  if (!laid.data) return { face: 'loading' };
  if (!laid.data.policy) {
    return {
      face: 'error',
      message: `The template “${templateId}” does not fit this deployment. ${sentences(laid.data.errors)}`,
      again: () => void laid.refetch(),
    };
  }
  const template = known.templates.find(({ id }) => id === templateId) ?? null;
  return { face: 'edit', ...known, start: laid.data.policy, template };
}

function sentences(faults: readonly Fault[]): string {
  return faults.map(({ message }) => message).join(' ');
}
