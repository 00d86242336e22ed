import { useMemo } from 'react';

import { errorWords } from '../../../backend/backend';
import type { EventType } from '../../../backend/generated/EventType';
import type { EventView } from '../../../backend/generated/EventView';
import { perHourChange } from '../../../format/money';
import { fromTo } from '../../../format/number';
import { clockSeconds, day, sameDay } from '../../../format/time';
import { Button } from '../../Button/Button';
import type { DataColumn } from '../../DataTable/column';
import { DataTable } from '../../DataTable/DataTable';
import { EmptyState, ErrorState } from '../../EmptyState/EmptyState';
import { StateIcon } from '../../StateIcon/StateIcon';
import { EVENT_ICONS } from './chartRows';
import { useHistory } from './useDashboard';

const KINDS: Record<EventType, string> = {
  scale_up: 'Scaled up',
  scale_down: 'Scaled down',
  manual: 'By hand',
  external: 'From outside',
  restored: 'Restored',
  override_ended: 'Hold ended',
  failed: 'Failed',
};

const COLUMNS: DataColumn<EventView>[] = [
  {
    id: 'time',
    header: 'Time',
    track: '76px',
    cell: (event) => <EventTime at={event.createdAt} />,
    sortValue: (event) => new Date(event.createdAt).getTime(),
    firstDescending: true,
  },
  {
    id: 'change',
    header: 'Change',
    track: '112px',
    cell: (event) => (
      <span className="flex items-center gap-2">
        <StateIcon
          name={EVENT_ICONS[event.eventType]}
          className={event.outcome === 'failed' || event.eventType === 'failed' ? 'text-crit' : 'text-text-2'}
        />
        <span className="min-w-0">
          <span className="block font-medium">{fromTo(event.fromInstances, event.toInstances)}</span>
          <span className="block truncate text-reason text-text-2">{KINDS[event.eventType]}</span>
        </span>
      </span>
    ),
    sortValue: (event) => event.toInstances - event.fromInstances,
  },
  {
    id: 'reason',
    header: 'Reason',
    track: 'minmax(160px, 1fr)',
    cell: (event) => <Why event={event} />,
  },
  {
    id: 'price',
    header: 'Price',
    track: '80px',
    align: 'right',
    leavesUnder: 480,
    cell: (event) => <span className={event.priceChange < 0 ? 'text-ok' : ''}>{perHourChange(event.priceChange)}</span>,
    sortValue: (event) => event.priceChange,
    firstDescending: true,
  },
  {
    id: 'who',
    header: 'Who',
    track: '120px',
    leavesUnder: 620,
    cell: (event) => (
      <span className="block truncate text-text-2" title={event.by}>
        {event.by}
      </span>
    ),
    sortValue: (event) => event.by,
  },
];

const rowId = (event: EventView) => event.id;

/** Everything that was done to this deployment: when, from what to what, why, at what price, by whom. */
export function HistorySection({
  deploymentId,
  onOpen,
}: {
  deploymentId: string;
  onOpen: (event: EventView) => void;
}) {
  const history = useHistory(deploymentId);
  const events = useMemo(() => history.data?.pages.flatMap((page) => page.events) ?? null, [history.data]);
  if (history.isError && !events) {
    return (
      <ErrorState
        title="The history could not be read"
        message={errorWords(history.error)}
        actions={<Button onClick={() => void history.refetch()}>Read again</Button>}
      />
    );
  }
  return (
    <DataTable
      label="History"
      columns={COLUMNS}
      rows={events}
      rowId={rowId}
      firstSorting={{ column: 'time', descending: true }}
      onOpen={onOpen}
      empty={
        <EmptyState title="Nothing was changed yet">
          Each change of instances appears here with its reason, its price and who ordered it.
        </EmptyState>
      }
      footer={
        history.hasNextPage ? (
          <div className="border-t border-line px-5 py-2">
            <Button busy={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
              Show older changes
            </Button>
          </div>
        ) : null
      }
    />
  );
}

function Why({ event }: { event: EventView }) {
  const failure = event.error ?? (event.outcome === 'open' ? 'The target has not answered yet.' : null);
  return (
    <span className="block min-w-0" title={event.error ? `${event.reason} ${event.error}` : event.reason}>
      <span className={failure ? 'block truncate' : 'line-clamp-2 text-reason'}>{event.reason}</span>
      {failure && (
        <span className={`block truncate text-reason ${event.error ? 'text-crit' : 'text-text-3'}`}>{failure}</span>
      )}
    </span>
  );
}

function EventTime({ at }: { at: string }) {
  const instant = new Date(at);
  const now = new Date();
  return (
    <span className="block">
      <span className="block">{clockSeconds(instant)}</span>
      <span className="block text-reason whitespace-nowrap text-text-3">
        {sameDay(instant, now) ? 'today' : day(instant, now)}
      </span>
    </span>
  );
}
