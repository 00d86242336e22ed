import type { PolicyListItem } from '../../backend/generated/PolicyListItem';
import { useQueryOperation } from '../../backend/useOperation';

/** A deployment that a policy may be made for. */
export interface Candidate {
  id: string;
  name: string;
  /** The name and version of the policy in force, if any. */
  policy: string | null;
}

/** Every policy in force, and every deployment that may get one. */
export function usePolicies() {
  const policies = useQueryOperation('list_policies', {});
  const overview = useQueryOperation('get_overview', {});
  const inForce = new Map<string, PolicyListItem>(
    (policies.data?.policies ?? []).map((item) => [item.deploymentId, item]),
  );
  const candidates = overview.data?.deployments.map<Candidate>(({ id, name }) => {
    const policy = inForce.get(id)?.policy;
    return { id, name, policy: policy ? `${policy.name} v${String(policy.version)}` : null };
  });
  return { policies, candidates: candidates ?? null };
}

/** The templates that both filters let through. */
export function useTemplates(category: string | null, workloadType: string | null) {
  return useQueryOperation(
    'list_policy_templates',
    {
      ...(category === null ? {} : { category }),
      ...(workloadType === null ? {} : { workloadType }),
    },
    { keepPrevious: true },
  );
}
