import { useNavigate } from 'react-router';

import type { TemplateView } from '../../backend/generated/TemplateView';
import { Button } from '../../components/Button/Button';
import { HeadroomBand } from '../../components/HeadroomBand/HeadroomBand';
import { number, score } from '../../format/number';
import { reading } from '../../format/reading';
import { duration } from '../../format/time';
import type { Candidate } from './usePolicies';
import { AGGREGATIONS, labelOf, POLICY_TYPES, WORKLOADS } from './words';

/** One template: for what it is, its band, its metrics with their triggers, its bounds and its pace. */
export function TemplateRow({
  template,
  deployments,
  onUse,
}: {
  template: TemplateView;
  deployments: readonly Candidate[] | null;
  /** Which deployment is to be asked. */
  onUse: () => void;
}) {
  const navigate = useNavigate();
  const { id, name, useCase, description, workloadTypes, metrics } = template;
  const [only, ...others] = deployments ?? [];
  const single = only && others.length === 0 ? only : null;
  const nobody = deployments?.length === 0 ? 'There is no deployment yet. Add one in the overview.' : null;
  return (
    <li
      aria-label={name}
      className="grid gap-x-6 gap-y-3 border-t border-line py-4 narrow:grid-cols-[minmax(0,1fr)_minmax(0,1fr)] wide:grid-cols-[minmax(0,1.25fr)_minmax(13rem,1fr)_minmax(10rem,0.7fr)_auto]"
    >
      <div className="flex min-w-0 flex-col">
        <h3 className="font-medium">{name}</h3>
        <p className="text-reason text-text">{useCase}</p>
        <p className="text-reason text-text-2">{description}</p>
        <p className="pt-1 text-caption text-text-3">
          Suits {workloadTypes.map((type) => labelOf(WORKLOADS, type)).join(', ')}. <code className="font-mono">{id}</code>
        </p>
      </div>
      <dl className="grid grid-cols-[minmax(0,1fr)_auto_auto] content-start gap-x-4 pt-0.5 text-reason">
        {metrics.map((rule) => (
          <div key={rule.metric} className="contents">
            <dt className="truncate text-text-2">{rule.label}</dt>
            <dd className="text-right font-medium">{reading(rule.triggerValue, rule.unit)}</dd>
            <dd className="text-right text-text-3">{number(rule.weight, 2)}</dd>
          </div>
        ))}
      </dl>
      <Shape template={template} />
      <div className="flex items-start">
        <Button
          aria-label={`Use ${name} for ${single ? single.name : 'a deployment'}`}
          disabledReason={nobody}
          onClick={() => {
            if (single) void navigate(`/policies/${encodeURIComponent(single.id)}?template=${encodeURIComponent(id)}`);
            else onUse();
          }}
        >
          <span className="max-w-36 truncate">{single ? `Use for ${single.name}` : 'Use for…'}</span>
        </Button>
      </div>
    </li>
  );
}

function Shape({ template: { draft } }: { template: TemplateView }) {
  const { scaleDownThreshold: down, scaleUpThreshold: up, minInstances: min, maxInstances: max } = draft;
  return (
    <div className="flex min-w-0 flex-col gap-1 text-reason text-text-2">
      {down !== undefined && up !== undefined && (
        <span className="flex items-center gap-2">
          <span className="font-medium text-text">{score(down)}</span>
          <HeadroomBand size="cell" score={null} down={down} up={up} state="hold" decorative />
          <span className="font-medium text-text">{score(up)}</span>
          <span className="sr-only">: sheds under the first, adds from the second</span>
        </span>
      )}
      {min !== undefined && max !== undefined && (
        <span>
          {number(min)}–{number(max)} instances
        </span>
      )}
      {draft.cooldownPeriod !== undefined && <span>{duration(draft.cooldownPeriod)} cooldown</span>}
      {draft.policyType !== undefined && draft.aggregation !== undefined && (
        <span className="text-text-3">
          {labelOf(POLICY_TYPES, draft.policyType)}, {labelOf(AGGREGATIONS, draft.aggregation).toLowerCase()}
        </span>
      )}
    </div>
  );
}
