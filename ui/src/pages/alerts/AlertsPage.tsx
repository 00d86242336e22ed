import { AlarmClock } from 'lucide-react';
import { useMemo } from 'react';
import { useNavigate, useSearchParams } from 'react-router';

import { errorWords } from '../../backend/backend';
import type { AlertView } from '../../backend/generated/AlertView';
import { useRefusals } from '../../backend/useRefusal';
import { Button } from '../../components/Button/Button';
import { DataTable } from '../../components/DataTable/DataTable';
import { EmptyState, ErrorState } from '../../components/EmptyState/EmptyState';
import { Menu } from '../../components/Menu/Menu';
import { PageHead } from '../../components/PageHead/PageHead';
import { Segmented } from '../../components/Segmented/Segmented';
import { Skeleton } from '../../components/Skeleton/Skeleton';
import { ALERT_COLUMNS } from './columns';
import { ToldSettings } from './ToldSettings';
import { useAlertCommands, useAlerts } from './useAlerts';

type Shown = 'firing' | 'history' | 'told';

const SHOWN: readonly { value: Shown; label: string }[] = [
  { value: 'firing', label: 'Firing' },
  { value: 'history', label: 'History' },
  { value: 'told', label: 'What is told' },
];

const SNOOZES = [
  { label: 'For 1 hour', minutes: 60 },
  { label: 'For 4 hours', minutes: 240 },
  { label: 'For a day', minutes: 1440 },
] as const;

/** What is wrong now, what ever was, and what a person wants to be told of it. */
export function AlertsPage() {
  const [search, setSearch] = useSearchParams();
  const shown = SHOWN.find(({ value }) => value === search.get('show'))?.value ?? 'firing';
  return (
    <div className="flex h-full flex-col">
      <PageHead
        title="Alerts"
        actions={
          <Segmented
            label="What is shown"
            options={SHOWN}
            value={shown}
            onChange={(next) => { setSearch(next === 'firing' ? {} : { show: next }, { replace: true }); }}
          />
        }
      />
      <div className="min-h-0 flex-1">
        {shown === 'told' ? <ToldSettings /> : <AlertTable key={shown} onlyFiring={shown === 'firing'} />}
      </div>
    </div>
  );
}

function AlertTable({ onlyFiring }: { onlyFiring: boolean }) {
  const navigate = useNavigate();
  const alerts = useAlerts(onlyFiring, true);
  const rows = useMemo(() => alerts.data?.pages.flatMap((page) => page.alerts) ?? null, [alerts.data]);
  const sentence = alerts.data?.pages[0]?.sentence;
  if (alerts.isError && rows === null) {
    return (
      <ErrorState
        title="Alerts could not be read"
        message={errorWords(alerts.error)}
        actions={<Button onClick={() => void alerts.refetch()}>Read again</Button>}
      />
    );
  }
  return (
    <div className="flex h-full flex-col">
      {rows === null ? (
        <p className="px-5 pb-3">
          <Skeleton width={320} />
        </p>
      ) : (
        rows.length > 0 && <p className="proportional px-5 pb-3 text-lead">{sentence}</p>
      )}
      <div className="min-h-0 flex-1">
        <DataTable
          label={onlyFiring ? 'Firing alerts' : 'All alerts'}
          columns={ALERT_COLUMNS}
          rows={rows}
          rowId={(alert) => alert.id}
          firstSorting={{ column: 'time', descending: true }}
          exportName="alerts"
          onOpen={(alert) => {
            if (alert.deploymentId !== null) {
              const at = onlyFiring ? '' : `?at=${encodeURIComponent(alert.firedAt)}`;
              void navigate(`/deployment/${encodeURIComponent(alert.deploymentId)}${at}`);
            }
          }}
          rowActions={(alert) => (alert.state === 'resolved' ? null : <AlertActions alert={alert} />)}
          empty={
            onlyFiring ? (
              <EmptyState title="Nothing is wrong">
                When a deployment is outside its objective, at its maximum, swinging or without readings, when it cannot be
                scaled or a budget runs out, it stands here until it is over.
              </EmptyState>
            ) : (
              <EmptyState title="There was no alert yet">Each alert stays here with its cause, and how long it lasted.</EmptyState>
            )
          }
          footer={
            alerts.hasNextPage ? (
              <div className="border-t border-line px-5 py-2">
                <Button busy={alerts.isFetchingNextPage} onClick={() => void alerts.fetchNextPage()}>
                  Show older
                </Button>
              </div>
            ) : null
          }
        />
      </div>
    </div>
  );
}

function AlertActions({ alert }: { alert: AlertView }) {
  const { acknowledge, snooze } = useAlertCommands();
  const refusal = useRefusals();
  return (
    <>
      {alert.state !== 'acknowledged' && (
        <Button
          busy={acknowledge.isPending}
          disabledReason={refusal('acknowledge_alert')}
          onClick={(event) => {
            event.stopPropagation();
            acknowledge.mutate({ alertId: alert.id });
          }}
        >
          Acknowledge
        </Button>
      )}
      {alert.state === 'snoozed' ? (
        <Button
          busy={snooze.isPending}
          disabledReason={refusal('snooze_alert')}
          onClick={(event) => {
            event.stopPropagation();
            snooze.mutate({ alertId: alert.id, minutes: 0 });
          }}
        >
          End snooze
        </Button>
      ) : (
        alert.state === 'firing' && (
          <Menu
            label="Snooze"
            trigger={<Button aria-label="Snooze" icon={<AlarmClock size={14} aria-hidden="true" />} onClick={(event) => { event.stopPropagation(); }} />}
            items={SNOOZES.map(({ label, minutes }) => ({
              label,
              disabledReason: refusal('snooze_alert'),
              onSelect: () => { snooze.mutate({ alertId: alert.id, minutes }); },
            }))}
          />
        )
      )}
    </>
  );
}
