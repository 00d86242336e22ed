import { useNavigate } from 'react-router';

import type { PolicyListItem } from '../../backend/generated/PolicyListItem';
import type { DataColumn } from '../../components/DataTable/column';
import { DataTable, ROOMY_ROW } from '../../components/DataTable/DataTable';
import { HeadroomBand } from '../../components/HeadroomBand/HeadroomBand';
import { StateIcon } from '../../components/StateIcon/StateIcon';
import { perHour } from '../../format/money';
import { number, score } from '../../format/number';
import { duration } from '../../format/time';
import { AGGREGATIONS, labelOf, POLICY_TYPES } from './words';

/** Rows while they are read, and the most that are in sight at once before the list scrolls by itself. */
const ROWS = { loading: 3, most: 8 };
const HEAD = 33;

const COLUMNS: readonly DataColumn<PolicyListItem>[] = [
  {
    id: 'deployment',
    header: 'Deployment, policy',
    track: 'minmax(150px, 1fr)',
    sortValue: ({ deploymentName }) => deploymentName,
    cell: ({ deploymentName, policy }) => (
      <span className="flex min-w-0 flex-col">
        <span className="truncate font-medium" title={deploymentName}>
          {deploymentName}
        </span>
        <span className="truncate text-reason text-text-2" title={policy.name}>
          {policy.name}
        </span>
      </span>
    ),
  },
  {
    id: 'band',
    header: 'Headroom',
    track: '92px',
    sortValue: (item) => item.score,
    cell: (item) => (
      <HeadroomBand
        size="cell"
        score={item.score}
        down={item.policy.scaleDownThreshold}
        up={item.policy.scaleUpThreshold}
        state={item.score === null ? 'no_readings' : 'hold'}
      />
    ),
  },
  {
    id: 'thresholds',
    header: 'Down, up',
    track: '76px',
    align: 'right',
    leavesUnder: 760,
    cell: ({ policy }) => `${score(policy.scaleDownThreshold)}, ${score(policy.scaleUpThreshold)}`,
  },
  {
    id: 'type',
    header: 'Steps',
    track: '92px',
    leavesUnder: 620,
    sortValue: ({ policy }) => policy.policyType,
    cell: ({ policy }) => (
      <span className="flex min-w-0 flex-col">
        <span className="truncate">{labelOf(POLICY_TYPES, policy.policyType)}</span>
        <span className="truncate text-reason text-text-3">{labelOf(AGGREGATIONS, policy.aggregation)}</span>
      </span>
    ),
  },
  {
    id: 'cooldown',
    header: 'Cooldown',
    track: '72px',
    align: 'right',
    leavesUnder: 900,
    sortValue: ({ policy }) => policy.cooldownPeriod,
    cell: ({ policy }) => duration(policy.cooldownPeriod),
  },
  {
    id: 'bounds',
    header: 'Instances',
    track: '128px',
    align: 'right',
    leavesUnder: 480,
    sortValue: ({ policy }) => policy.maxInstances,
    firstDescending: true,
    cell: ({ policy }) => (
      <span className="flex min-w-0 flex-col items-end">
        <span>
          {number(policy.minInstances)}–{number(policy.maxInstances)}
        </span>
        <span className="text-reason whitespace-nowrap text-text-3">
          {perHour(policy.priceAtMin)} to {perHour(policy.priceAtMax)}
        </span>
      </span>
    ),
  },
  {
    id: 'version',
    header: 'Version',
    track: '100px',
    sortValue: ({ policy }) => policy.version,
    cell: ({ policy }) => <Version item={policy} />,
  },
];

/** The policies in force, each with the deployment it decides for. Enter or a click opens the editor. */
export function PoliciesTable({ items }: { items: readonly PolicyListItem[] | null }) {
  const navigate = useNavigate();
  const rows = Math.min(items?.length ?? ROWS.loading, ROWS.most);
  return (
    <div className="overflow-hidden" style={{ height: HEAD + rows * ROOMY_ROW }}>
      <DataTable
        label="Policies in force"
        columns={COLUMNS}
        rows={items}
        rowId={({ deploymentId }) => deploymentId}
        firstSorting={{ column: 'deployment', descending: false }}
        exportName="policies"
        empty={null}
        onOpen={({ deploymentId }) => {
          void navigate(`/policies/${encodeURIComponent(deploymentId)}`);
        }}
      />
    </div>
  );
}

function Version({ item }: { item: PolicyListItem['policy'] }) {
  const [icon, words] = !item.isEnabled
    ? (['off', 'Off'] as const)
    : item.mode === 'shadow'
      ? (['shadow', 'Shadow'] as const)
      : (['hold', 'In force'] as const);
  return (
    <span className="flex items-center gap-1.5 whitespace-nowrap">
      <StateIcon name={icon} className={icon === 'hold' ? 'text-ok' : 'text-text-2'} />
      <span className="text-text-2">
        v{item.version}, {words.toLowerCase()}
      </span>
    </span>
  );
}
