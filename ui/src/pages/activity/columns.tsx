import type { DecisionItem } from '../../backend/generated/DecisionItem';
import type { EventView } from '../../backend/generated/EventView';
import type { DataColumn } from '../../components/DataTable/column';
import { EVENT_ICONS } from '../../components/scaling/AutoScalingDashboard/chartRows';
import { decisionLook } from '../../components/scaling/decisionLook';
import { StateIcon } from '../../components/StateIcon/StateIcon';
import { perHourChange } from '../../format/money';
import { counted, fromTo, number } from '../../format/number';
import { clockSeconds, day, duration, sameDay } from '../../format/time';

/** Decisions, held ones included; the same in a row is one line. */
export const DECISION_COLUMNS: DataColumn<DecisionItem>[] = [
  {
    id: 'time',
    header: 'Time',
    track: '88px',
    cell: (item) => <Time at={item.lastAt} />,
    sortValue: (item) => new Date(item.lastAt).getTime(),
    firstDescending: true,
  },
  {
    id: 'deployment',
    header: 'Deployment',
    track: 'minmax(120px, 220px)',
    cell: (item) => {
      const look = decisionLook(item);
      const tone = look.tone === 'held' ? 'text-warn' : look.tone === 'acted' ? 'text-accent' : 'text-text-3';
      return (
        <span className="flex min-w-0 items-center gap-2.5">
          <StateIcon name={look.icon} className={tone} />
          <span className="proportional truncate font-medium" title={item.deploymentName}>
            {item.deploymentName}
          </span>
        </span>
      );
    },
    sortValue: (item) => item.deploymentName,
  },
  {
    id: 'reason',
    header: 'Decision',
    track: 'minmax(200px, 1fr)',
    cell: (item) => (
      <span className="line-clamp-2 text-reason" title={item.reason}>
        {item.reason}
      </span>
    ),
  },
  {
    id: 'lasted',
    header: 'Lasted',
    track: '104px',
    leavesUnder: 720,
    cell: (item) => <Lasted item={item} />,
    sortValue: (item) => item.count,
    firstDescending: true,
  },
  {
    id: 'price',
    header: 'Price',
    track: '84px',
    align: 'right',
    leavesUnder: 560,
    cell: (item) => <span className="text-text-2">{decisionLook(item).aside ?? 'calm'}</span>,
    sortValue: (item) => item.priceChange,
    firstDescending: true,
  },
];

/** What was done, by policies and by people. */
export const CHANGE_COLUMNS: DataColumn<EventView>[] = [
  {
    id: 'time',
    header: 'Time',
    track: '88px',
    cell: (event) => <Time at={event.createdAt} />,
    sortValue: (event) => new Date(event.createdAt).getTime(),
    firstDescending: true,
  },
  {
    id: 'deployment',
    header: 'Deployment',
    track: 'minmax(120px, 220px)',
    cell: (event) => (
      <span className="proportional block truncate font-medium" title={event.deploymentName}>
        {event.deploymentName}
      </span>
    ),
    sortValue: (event) => event.deploymentName,
  },
  {
    id: 'change',
    header: 'Change',
    track: '72px',
    cell: (event) => (
      <span className="flex items-center gap-2">
        <StateIcon
          name={EVENT_ICONS[event.eventType]}
          className={event.outcome === 'failed' || event.eventType === 'failed' ? 'text-crit' : 'text-text-2'}
        />
        {fromTo(event.fromInstances, event.toInstances)}
      </span>
    ),
    sortValue: (event) => event.toInstances - event.fromInstances,
  },
  {
    id: 'reason',
    header: 'Reason',
    track: 'minmax(180px, 1fr)',
    cell: (event) => (
      <span className="line-clamp-2 text-reason" title={[event.reason, event.error].filter(Boolean).join(' ')}>
        {event.error && <span className="text-crit">{event.error} </span>}
        {event.reason}
      </span>
    ),
  },
  {
    id: 'who',
    header: 'Who',
    track: '128px',
    leavesUnder: 720,
    cell: (event) => (
      <span className="block truncate text-text-2" title={event.by}>
        {event.by}
      </span>
    ),
    sortValue: (event) => event.by,
  },
  {
    id: 'price',
    header: 'Price',
    track: '84px',
    align: 'right',
    leavesUnder: 560,
    cell: (event) => <span className={event.priceChange < 0 ? 'text-ok' : ''}>{perHourChange(event.priceChange)}</span>,
    sortValue: (event) => event.priceChange,
    firstDescending: true,
  },
];

function Time({ at }: { at: string }) {
  const instant = new Date(at);
  const now = new Date();
  return (
    <span className="block whitespace-nowrap">
      <span className="block">{clockSeconds(instant)}</span>
      {!sameDay(instant, now) && <span className="block text-reason text-text-3">{day(instant, now)}</span>}
    </span>
  );
}

function Lasted({ item }: { item: DecisionItem }) {
  const seconds = (new Date(item.lastAt).getTime() - new Date(item.firstAt).getTime()) / 1000;
  if (item.count === 1) return <span className="text-text-3">once</span>;
  return (
    <span className="block text-text-2" title={counted(item.count, 'evaluation')}>
      {duration(seconds)}, {number(item.count)}×
    </span>
  );
}
