import type { DeploymentCost } from '../../backend/generated/DeploymentCost';
import type { DataColumn } from '../../components/DataTable/column';
import { money, moneyChange, unitMoney } from '../../format/money';
import { share } from '../../format/number';

/** What each deployment cost. */
export const COST_COLUMNS: DataColumn<DeploymentCost>[] = [
  {
    id: 'name',
    header: 'Deployment',
    track: 'minmax(140px, 1fr)',
    cell: (row) => (
      <span className="proportional block truncate font-medium" title={row.name}>
        {row.name}
        {row.isRemoved && <span className="font-normal text-text-3"> removed</span>}
      </span>
    ),
    sortValue: (row) => row.name,
  },
  {
    id: 'share',
    header: 'Share',
    track: '120px',
    leavesUnder: 640,
    cell: (row) => <ShareBar of={row.share} />,
    sortValue: (row) => row.share,
    firstDescending: true,
  },
  {
    id: 'total',
    header: 'Cost',
    track: '84px',
    align: 'right',
    cell: (row) => <span className="font-medium">{money(row.figures.total)}</span>,
    sortValue: (row) => row.figures.total,
    firstDescending: true,
  },
  {
    id: 'change',
    header: 'Change',
    track: '84px',
    align: 'right',
    leavesUnder: 720,
    cell: (row) =>
      row.change === null ? (
        <span className="text-caption text-text-3">not known</span>
      ) : (
        <span className={row.change < 0 ? 'text-ok' : ''}>{moneyChange(row.change)}</span>
      ),
    sortValue: (row) => row.change,
    firstDescending: true,
  },
  {
    id: 'unused',
    header: 'Not used',
    track: '84px',
    align: 'right',
    leavesUnder: 560,
    cell: (row) => money(row.figures.unused),
    sortValue: (row) => row.figures.unused,
    firstDescending: true,
  },
  {
    id: 'efficiency',
    header: 'Efficiency',
    track: '76px',
    align: 'right',
    leavesUnder: 800,
    cell: (row) =>
      row.figures.efficiency === null ? <span className="text-caption text-text-3">no reading</span> : share(row.figures.efficiency),
    sortValue: (row) => row.figures.efficiency,
  },
  {
    id: 'unit',
    header: '1,000 requests',
    track: '104px',
    align: 'right',
    leavesUnder: 880,
    cell: (row) =>
      row.figures.costPerThousandRequests === null ? (
        <span className="text-caption text-text-3">no requests</span>
      ) : (
        unitMoney(row.figures.costPerThousandRequests)
      ),
    sortValue: (row) => row.figures.costPerThousandRequests,
    firstDescending: true,
  },
  {
    id: 'estimated',
    header: 'Estimated',
    track: '84px',
    align: 'right',
    leavesUnder: 960,
    cell: (row) => <span className="text-text-2">{money(row.figures.estimated)}</span>,
    sortValue: (row) => row.figures.estimated,
    firstDescending: true,
  },
];

function ShareBar({ of }: { of: number }) {
  return (
    <span className="flex items-center gap-2">
      <svg width="56" height="4" aria-hidden="true" className="shrink-0">
        <rect width="56" height="4" fill="var(--sunken)" />
        <rect width={56 * Math.min(1, of)} height="4" fill="var(--c5)" />
      </svg>
      <span className="text-text-2">{share(of)}</span>
    </span>
  );
}
