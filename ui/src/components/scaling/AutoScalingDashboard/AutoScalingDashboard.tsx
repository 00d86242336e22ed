import { Hand, Pause, Play } from 'lucide-react';
import { Tabs } from 'radix-ui';
import { useEffect, useRef, useState, type ReactNode } from 'react';

import { errorWords } from '../../../backend/backend';
import type { DeploymentStatus } from '../../../backend/generated/DeploymentStatus';
import { useRefusals } from '../../../backend/useRefusal';
import { Button } from '../../Button/Button';
import { Drawer } from '../../Dialog/Dialog';
import { ErrorState } from '../../EmptyState/EmptyState';
import { useSize } from '../../measure/useSize';
import { PageHead } from '../../PageHead/PageHead';
import { Skeleton } from '../../Skeleton/Skeleton';
import { StateLabel } from '../../StateLabel/StateLabel';
import { TooltipProvider } from '../../Tooltip/Tooltip';
import { LOOK_OF } from '../deploymentState';
import { CostSection } from './CostSection';
import { DecisionPanel } from './DecisionPanel';
import { HistorySection } from './HistorySection';
import { ManualPanel } from './ManualPanel';
import { MetricsSection } from './MetricsSection';
import type { RangeName } from './ranges';
import { StatusSection } from './StatusSection';
import { useDecisionAt, useDeployment } from './useDashboard';

/** What of a dashboard is shown. */
export interface DashboardView {
  tab: DashboardTab;
  /** Nothing: what suits the deployment. */
  range: RangeName | null;
  /** The instant of an earlier decision that was opened. */
  decisionAt: string | null;
}

/** Its tabs. */
export type DashboardTab = 'status' | 'metrics' | 'cost' | 'history';

const TABS: readonly { value: DashboardTab; label: string }[] = [
  { value: 'status', label: 'Status' },
  { value: 'metrics', label: 'Metrics' },
  { value: 'cost', label: 'Cost' },
  { value: 'history', label: 'History' },
];

/** Narrower than this, the side panel becomes a drawer. */
const PANEL_FROM = 860;

/**
 * Everything about the scaling of one deployment: status, metrics, history, orders by hand, and the last decision with its why. It needs
 * a `BackendProvider` above it and nothing else; a page may keep what is shown (`view`) in its address.
 */
export default function AutoScalingDashboard({
  deploymentId,
  view,
  onViewChange,
  trail,
  actions,
  scaleOpen = false,
}: {
  deploymentId: string;
  /** What is shown, where somebody else keeps it. */
  view?: DashboardView;
  onViewChange?: (view: DashboardView) => void;
  /** Before the name: the way back. */
  trail?: ReactNode;
  /** After the dashboard's own buttons. */
  actions?: (status: DeploymentStatus) => ReactNode;
  /** Starts with the number of instances under the cursor. */
  scaleOpen?: boolean;
}) {
  const { status } = useDeployment(deploymentId);
  const [ownView, setOwnView] = useState<DashboardView>({ tab: 'status', range: null, decisionAt: null });
  const shown = view ?? ownView;
  return (
    <TooltipProvider>
      {status.data ? (
        <Dashboard
          key={deploymentId}
          status={status.data}
          view={shown}
          onViewChange={onViewChange ?? setOwnView}
          trail={trail}
          actions={actions?.(status.data)}
          scaleOpen={scaleOpen}
        />
      ) : status.isError ? (
        <ErrorState
          title="This deployment could not be read"
          message={errorWords(status.error)}
          actions={
            <>
              {trail}
              <Button onClick={() => void status.refetch()}>Read again</Button>
            </>
          }
        />
      ) : (
        <LoadingDashboard trail={trail} />
      )}
    </TooltipProvider>
  );
}

function Dashboard({
  status,
  view,
  onViewChange,
  trail,
  actions,
  scaleOpen,
}: {
  status: DeploymentStatus;
  view: DashboardView;
  onViewChange: (view: DashboardView) => void;
  trail: ReactNode;
  actions: ReactNode;
  scaleOpen: boolean;
}) {
  const [measure, { width }] = useSize({ width: 1096, height: 760 });
  const [drawer, setDrawer] = useState(scaleOpen);
  const root = useRef<HTMLDivElement>(null);
  const metrics = useRef<HTMLDivElement>(null);
  const scroll = useRef<HTMLDivElement>(null);
  const wide = width >= PANEL_FROM;
  const { tab } = view;

  useEffect(() => {
    if (scroll.current) scroll.current.scrollTop = tab === 'metrics' ? (metrics.current?.offsetTop ?? 0) : 0;
  }, [tab]);
  useManualKey(root, wide, scaleOpen, () => { setDrawer(true); });

  const openDecision = (at: string) => {
    onViewChange({ ...view, decisionAt: at });
    if (!wide) setDrawer(true);
  };
  const panel = (
    <>
      <ManualPanel status={status} />
      <DecisionSide
        status={status}
        at={view.decisionAt}
        onLatest={() => { onViewChange({ ...view, decisionAt: null }); }}
      />
    </>
  );
  return (
    <div ref={root} className="flex h-full min-h-0 flex-col">
      <PageHead
        trail={trail}
        title={status.name}
        aside={
          <>
            <StateLabel state={LOOK_OF[status.state]} words={status.stateWords} />
            <span className="max-w-[30vw] truncate text-reason max-wide:hidden" title={aboutWords(status)}>
              {aboutWords(status)}
            </span>
          </>
        }
        actions={
          <>
            {!wide && (
              <Button icon={<Hand size={14} />} onClick={() => { setDrawer(true); }}>
                Scale
              </Button>
            )}
            <PauseButton status={status} />
            {actions}
          </>
        }
      />
      <Tabs.Root
        ref={measure}
        value={tab}
        onValueChange={(next) => {
          const chosen = TABS.find(({ value }) => value === next);
          if (chosen) onViewChange({ ...view, tab: chosen.value });
        }}
        className="flex min-h-0 flex-1 flex-col"
      >
        <Tabs.List aria-label="Parts of this deployment" className="flex shrink-0 gap-5 border-b border-line px-5">
          {TABS.map(({ value, label }) => (
            <Tabs.Trigger
              key={value}
              value={value}
              className="-mb-px h-9 border-b-2 border-transparent font-medium text-text-2 transition-colors duration-[80ms] hover:text-text data-[state=active]:border-accent data-[state=active]:text-text"
            >
              {label}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <div className="flex min-h-0 flex-1">
          <Tabs.Content
            ref={scroll}
            value={tab}
            tabIndex={-1}
            className="relative min-h-0 min-w-0 flex-1 overflow-y-auto"
          >
            {tab === 'history' ? (
              <HistorySection
                deploymentId={status.deploymentId}
                onOpen={(event) => { openDecision(event.createdAt); }}
              />
            ) : tab === 'cost' ? (
              <CostSection deploymentId={status.deploymentId} />
            ) : (
              <>
                <StatusSection status={status} />
                <div ref={metrics} className="border-t border-line">
                  <MetricsSection
                    status={status}
                    rangeName={view.range ?? (status.isSample ? '15m' : '6h')}
                    onRange={(range) => { onViewChange({ ...view, range }); }}
                    onDecision={openDecision}
                  />
                </div>
              </>
            )}
          </Tabs.Content>
          {wide && (
            <aside className="w-80 shrink-0 overflow-y-auto border-l border-line">{panel}</aside>
          )}
        </div>
      </Tabs.Root>
      {!wide && (
        <Drawer open={drawer} onOpenChange={setDrawer} title={`Scale ${status.name}`}>
          {panel}
        </Drawer>
      )}
    </div>
  );
}

function DecisionSide({
  status,
  at,
  onLatest,
}: {
  status: DeploymentStatus;
  at: string | null;
  onLatest: () => void;
}) {
  const earlier = useDecisionAt(status.deploymentId, at);
  if (at === null) {
    if (status.lastDecision) {
      return <DecisionPanel decision={status.lastDecision} chosen={false} onLatest={onLatest} />;
    }
    return (
      <p className="px-5 py-4 text-reason text-text-2">
        No decision yet. The first one appears here with its reason, its price and what was checked.
      </p>
    );
  }
  if (earlier.data?.decision) {
    return <DecisionPanel decision={earlier.data.decision} chosen onLatest={onLatest} />;
  }
  return (
    <div className="flex flex-col items-start gap-2 px-5 py-4 text-reason text-text-2">
      {earlier.isError ? (
        <p role="alert">{errorWords(earlier.error)}</p>
      ) : earlier.data ? (
        <p>No decision is recorded for that time: it was done by hand, or before Headroom looked.</p>
      ) : (
        <Skeleton width="80%" />
      )}
      <Button onClick={onLatest}>Back to the latest</Button>
    </div>
  );
}

function PauseButton({ status }: { status: DeploymentStatus }) {
  const { pause, resume } = useDeployment(status.deploymentId);
  const input = { deploymentId: status.deploymentId };
  const refusal = useRefusals();
  return status.paused ? (
    <Button icon={<Play size={12} />} busy={resume.isPending} disabledReason={refusal('resume_deployment')} onClick={() => { resume.mutate(input); }}>
      Resume
    </Button>
  ) : (
    <Button icon={<Pause size={12} />} busy={pause.isPending} disabledReason={refusal('pause_deployment')} onClick={() => { pause.mutate(input); }}>
      Pause
    </Button>
  );
}

/** M goes to the number of instances, from anywhere but a field. */
function useManualKey(
  root: React.RefObject<HTMLDivElement | null>,
  wide: boolean,
  atOnce: boolean,
  openDrawer: () => void,
) {
  const open = useRef(openDrawer);
  useEffect(() => {
    open.current = openDrawer;
  });
  useEffect(() => {
    const focus = () => root.current?.querySelector<HTMLElement>('[role=spinbutton]')?.focus();
    if (atOnce && wide) focus();
    const onKey = (event: globalThis.KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea');
      if (event.key !== 'm' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      if (wide) focus();
      else open.current();
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, [root, wide, atOnce]);
}

function LoadingDashboard({ trail }: { trail: ReactNode }) {
  return (
    <div aria-busy="true" className="flex h-full flex-col">
      <div className="flex h-13 items-center gap-3 px-5">
        {trail}
        <Skeleton width={160} height={18} />
      </div>
      <div className="h-9 border-b border-line" />
      <div className="flex flex-col gap-4 px-5 py-4">
        <Skeleton width="60%" height={16} />
        <Skeleton width="100%" height={80} />
        <div className="flex gap-6">
          {Array.from({ length: 4 }, (_, fact) => (
            <Skeleton key={fact} width={120} height={52} />
          ))}
        </div>
        <Skeleton width="100%" height={240} />
      </div>
    </div>
  );
}

function aboutWords(status: DeploymentStatus): string {
  const policy = status.policy ? `policy “${status.policy.name}” v${String(status.policy.version)}` : 'no policy';
  return [...status.tags, policy, status.runsOn].join(', ');
}
