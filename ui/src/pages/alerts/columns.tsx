import type { AlertView } from '../../backend/generated/AlertView';
import type { DataColumn } from '../../components/DataTable/column';
import { StateIcon } from '../../components/StateIcon/StateIcon';
import { duration, when } from '../../format/time';
import { alertLook } from './look';

/** What fires, or what ever did. */
export const ALERT_COLUMNS: DataColumn<AlertView>[] = [
  {
    id: 'alert',
    header: 'Alert',
    track: 'minmax(220px, 1fr)',
    cell: (alert) => <WhatAndWhy alert={alert} />,
    sortValue: (alert) => alert.title,
  },
  {
    id: 'kind',
    header: 'Kind',
    track: '140px',
    leavesUnder: 820,
    cell: (alert) => <span className="block truncate text-text-2">{alert.kindWords}</span>,
    sortValue: (alert) => alert.kindWords,
  },
  {
    id: 'time',
    header: 'Said',
    track: '120px',
    cell: (alert) => <Times alert={alert} />,
    sortValue: (alert) => new Date(alert.firedAt).getTime(),
    firstDescending: true,
  },
  {
    id: 'state',
    header: 'State',
    track: '170px',
    leavesUnder: 600,
    cell: (alert) => <Standing alert={alert} />,
    sortValue: (alert) => alert.state,
  },
];

function WhatAndWhy({ alert }: { alert: AlertView }) {
  const look = alertLook(alert);
  return (
    <span className="flex min-w-0 gap-2.5">
      <span className="flex h-5 items-center">
        <StateIcon name={look.icon} className={look.tone} />
      </span>
      <span className="min-w-0">
        <span className="proportional block truncate font-medium" title={alert.title}>
          {alert.title}
        </span>
        <span className="block truncate text-reason text-text-2" title={alert.message}>
          {alert.message}
        </span>
      </span>
    </span>
  );
}

function Times({ alert }: { alert: AlertView }) {
  const fired = new Date(alert.firedAt);
  const resolved = alert.resolvedAt === null ? null : new Date(alert.resolvedAt);
  return (
    <span className="block whitespace-nowrap">
      <span className="block">{when(fired, new Date())}</span>
      {resolved && (
        <span className="block text-reason text-text-3">
          for {duration((resolved.getTime() - new Date(alert.since).getTime()) / 1000)}
        </span>
      )}
    </span>
  );
}

function Standing({ alert }: { alert: AlertView }) {
  const look = alertLook(alert);
  const aside =
    alert.state === 'acknowledged' && alert.acknowledgedBy !== null
      ? `by ${alert.acknowledgedBy}`
      : alert.state === 'snoozed' && alert.snoozedUntil !== null
        ? `until ${when(new Date(alert.snoozedUntil), new Date())}`
        : null;
  return (
    <span className="block min-w-0">
      <span className="block truncate">{look.words}</span>
      {aside && <span className="block truncate text-reason text-text-3">{aside}</span>}
    </span>
  );
}
