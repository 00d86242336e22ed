import type { DeploymentRow } from '../../backend/generated/DeploymentRow';
import { BudgetBar } from '../../components/BudgetBar/BudgetBar';
import type { DataColumn } from '../../components/DataTable/column';
import { HeadroomBand } from '../../components/HeadroomBand/HeadroomBand';
import { bandWords } from '../../components/HeadroomBand/words';
import { LOOK_OF, rankOf } from '../../components/scaling/deploymentState';
import { Sparkline } from '../../components/Sparkline/Sparkline';
import { StateLabel } from '../../components/StateLabel/StateLabel';
import { Tooltip } from '../../components/Tooltip/Tooltip';
import { currencySign, hourlyAmount, money, wholeMoney } from '../../format/money';
import { instanceCount, NO_READING, number, objective, wholeShare } from '../../format/number';
import { when } from '../../format/time';
import { budgetWords } from './budgetWords';

/** Letters of a name that fit into the first column at its narrowest. */
const NAME_ROOM = 30;

/** The columns of the overview. The objective has one only where a deployment has an objective, the
 * budget only where one has a budget. */
export function overviewColumns(
  names: ReadonlyMap<string, string>,
  withObjective: boolean,
  withBudget = false,
  compact = false,
): DataColumn<DeploymentRow>[] {
  const columns: (DataColumn<DeploymentRow> | false)[] = [
    {
      id: 'name',
      header: 'Deployment, last decision',
      track: 'minmax(150px, 1fr)',
      cell: (row) => <NameAndReason row={row} shown={names.get(row.name) ?? row.name} compact={compact} />,
      sortValue: (row) => row.name,
    },
    {
      id: 'headroom',
      header: 'Headroom',
      track: '92px',
      cell: (row) => <BandCell row={row} />,
      // The least room first; over the bracket is less than none.
      sortValue: (row) => row.band?.trafficToUp ?? null,
    },
    {
      id: 'history',
      header: 'Score, 24 h',
      track: '64px',
      leavesUnder: 800,
      cell: (row) => <HistoryCell row={row} />,
    },
    {
      id: 'instances',
      header: 'Inst.',
      track: '36px',
      align: 'right',
      cell: (row) => <InstancesCell row={row} />,
      sortValue: (row) => row.readyInstances,
      firstDescending: true,
    },
    {
      id: 'rate',
      header: `${currencySign()}/h`,
      track: '44px',
      align: 'right',
      leavesUnder: 560,
      cell: (row) => (
        <Figure stale={row.state === 'no_data'}>
          {row.costPerHour === null ? null : hourlyAmount(row.costPerHour).replace(currencySign(), '').trim()}
        </Figure>
      ),
      sortValue: (row) => row.costPerHour,
      firstDescending: true,
    },
    {
      id: 'month',
      header: 'Month',
      track: '68px',
      align: 'right',
      leavesUnder: 660,
      cell: (row) => <Figure stale={false}>{money(row.monthToDate)}</Figure>,
      sortValue: (row) => row.monthToDate,
      firstDescending: true,
    },
    withBudget && {
      id: 'budget',
      header: 'Budget, month',
      track: '104px',
      leavesUnder: 760,
      cell: (row) => <BudgetCell row={row} />,
      sortValue: (row) => row.budget?.spentShare ?? null,
      firstDescending: true,
    },
    withObjective && {
      id: 'objective',
      header: 'Objective',
      track: '60px',
      align: 'right',
      leavesUnder: 740,
      cell: (row) => <ObjectiveCell row={row} />,
      sortValue: (row) => row.objectiveShare,
    },
    {
      id: 'state',
      header: 'State',
      track: '106px',
      cell: (row) => <StateLabel state={LOOK_OF[row.state]} words={row.stateWords} />,
      exported: (row) => row.stateWords,
      // Descending is worst first, then the least room.
      sortValue: (row) => -rankOf(row.state) - Math.min(0.99, roomShare(row)),
      firstDescending: true,
    },
  ];
  return columns.filter((column) => column !== false);
}

/** The letters that the first column shows of a name. */
export const FIRST_COLUMN_LETTERS = NAME_ROOM;

/** From 0 (no room) towards 1, growing with the traffic that fits. */
function roomShare(row: DeploymentRow): number {
  const room = Math.max(0, row.band?.trafficToUp ?? Infinity);
  return room === Infinity ? 1 : room / (1 + room);
}

function NameAndReason({ row, shown, compact }: { row: DeploymentRow; shown: string; compact: boolean }) {
  return (
    <div className="min-w-0">
      <div className="proportional truncate font-medium" title={shown === row.name ? undefined : row.name}>
        {shown}
      </div>
      {!compact && (
        <div className="truncate text-reason text-text-2" title={row.reasonSentence}>
          {row.reason}
        </div>
      )}
    </div>
  );
}

function BandCell({ row }: { row: DeploymentRow }) {
  const { band } = row;
  if (!band) return <span className="text-reason text-text-3">no policy</span>;
  const words = bandWords(band.score, band.down, band.up, band.marker, band.trafficToUp);
  return (
    <Tooltip content={words}>
      <span className="flex h-7 w-[92px] items-center">
        <HeadroomBand
          size="cell"
          score={band.score}
          down={band.down}
          up={band.up}
          state={band.marker}
          ghost={band.scoreWhenReady}
          trafficToUp={band.trafficToUp}
        />
      </span>
    </Tooltip>
  );
}

function HistoryCell({ row }: { row: DeploymentRow }) {
  const known = row.scoreHistory.filter((score) => score !== null);
  if (known.length === 0) return <span className="text-reason text-text-3">{NO_READING}</span>;
  const low = number(Math.min(...known), 2);
  const high = number(Math.max(...known), 2);
  return (
    <Sparkline
      values={row.scoreHistory}
      {...(row.band ? { band: { down: row.band.down, up: row.band.up } } : {})}
      label={`Score over 24 h, from ${low} to ${high}`}
      tone={row.state === 'at_max' || row.state === 'failing' ? 'crit' : row.state === 'held_back' ? 'warn' : 'accent'}
    />
  );
}

function InstancesCell({ row }: { row: DeploymentRow }) {
  if (row.readyInstances === null) return <Figure stale>{null}</Figure>;
  const starting = row.startingInstances ?? 0;
  return (
    <span
      className={starting > 0 ? 'text-accent' : row.state === 'no_data' ? 'text-text-3' : ''}
      title={row.state === 'no_data' && row.observedAt ? `as of ${when(new Date(row.observedAt), new Date())}` : undefined}
    >
      {instanceCount(row.readyInstances, starting)}
    </span>
  );
}

function BudgetCell({ row }: { row: DeploymentRow }) {
  const { budget } = row;
  if (!budget) return <span className="sr-only">no budget</span>;
  return (
    <span className="block">
      <BudgetBar
        spent={budget.spentShare}
        projected={budget.projection?.share ?? null}
        monthGone={budget.goneShare}
        words={budgetWords(budget)}
      />
      <span className="block truncate text-reason text-text-2">{`${wholeShare(budget.spentShare)} of ${wholeMoney(budget.monthlyLimit)}`}</span>
    </span>
  );
}

function ObjectiveCell({ row }: { row: DeploymentRow }) {
  if (row.objectiveShare === null) return <span className="sr-only">no objective</span>;
  const breached = row.state === 'at_max' || row.state === 'failing';
  return <span className={breached ? 'text-crit' : ''}>{objective(row.objectiveShare)}</span>;
}

function Figure({ stale, children }: { stale: boolean; children: string | null }) {
  if (children === null) return <span className="text-caption text-text-3">{NO_READING}</span>;
  return <span className={stale ? 'text-text-3' : ''}>{children}</span>;
}
