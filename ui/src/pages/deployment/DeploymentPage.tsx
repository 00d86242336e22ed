import { Ellipsis, Pin, PinOff, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';

import type { DeploymentStatus } from '../../backend/generated/DeploymentStatus';
import { Button } from '../../components/Button/Button';
import { Dialog } from '../../components/Dialog/Dialog';
import { Menu } from '../../components/Menu/Menu';
import AutoScalingDashboard, {
  type DashboardTab,
  type DashboardView,
} from '../../components/scaling/AutoScalingDashboard/AutoScalingDashboard';
import { parseRange } from '../../components/scaling/AutoScalingDashboard/ranges';
import { usePinned } from '../../components/scaling/usePinned';
import { useRemoval } from './useRemoval';

/** One deployment: the dashboard, with what is shown kept in the address. */
export function DeploymentPage() {
  const { deploymentId = '' } = useParams();
  const [search, setSearch] = useSearchParams();
  const view: DashboardView = {
    tab: parseTab(search.get('tab')),
    range: parseRange(search.get('range')),
    decisionAt: search.get('at'),
  };
  const keep = (next: DashboardView) => {
    const parameters = new URLSearchParams();
    if (next.tab !== 'status') parameters.set('tab', next.tab);
    if (next.range) parameters.set('range', next.range);
    if (next.decisionAt) parameters.set('at', next.decisionAt);
    setSearch(parameters, { replace: true });
  };
  return (
    <AutoScalingDashboard
      deploymentId={deploymentId}
      view={view}
      onViewChange={keep}
      scaleOpen={search.has('scale')}
      trail={
        <span className="flex items-center gap-3 text-text-2">
          <Link to="/overview" className="rounded-cap hover:text-text">
            Overview
          </Link>
          <span aria-hidden="true" className="text-text-3">
            /
          </span>
        </span>
      }
      actions={(status) => (
        <>
          <EditPolicy status={status} />
          <More status={status} />
        </>
      )}
    />
  );
}

function EditPolicy({ status }: { status: DeploymentStatus }) {
  const navigate = useNavigate();
  return (
    <Button onClick={() => void navigate(`/policies/${encodeURIComponent(status.deploymentId)}`)}>
      {status.policy ? 'Edit policy' : 'Choose a policy'}
    </Button>
  );
}

function More({ status }: { status: DeploymentStatus }) {
  const [pinned, togglePinned] = usePinned();
  const [removing, setRemoving] = useState(false);
  const isPinned = pinned.includes(status.deploymentId);
  return (
    <>
      <Menu
        label={`More for ${status.name}`}
        trigger={<Button aria-label="More" icon={<Ellipsis size={14} />} />}
        items={[
          {
            label: isPinned ? 'Unpin from the side bar' : 'Pin to the side bar',
            icon: isPinned ? <PinOff size={14} /> : <Pin size={14} />,
            onSelect: () => { togglePinned(status.deploymentId); },
          },
          {
            label: 'Remove from Headroom…',
            icon: <Trash2 size={14} />,
            danger: true,
            onSelect: () => { setRemoving(true); },
          },
        ]}
      />
      <Removal status={status} open={removing} onOpenChange={setRemoving} />
    </>
  );
}

function Removal({
  status,
  open,
  onOpenChange,
}: {
  status: DeploymentStatus;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const navigate = useNavigate();
  const remove = useRemoval(status.name, () => void navigate('/overview'));
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Remove ${status.name}?`}
      description="Headroom stops looking at it and scaling it, and its policy goes with it. Processes that Headroom started on this machine end; anything else keeps running as it is."
      actions={
        <>
          <Button onClick={() => { onOpenChange(false); }}>Keep it</Button>
          <Button
            kind="danger"
            busy={remove.isPending}
            onClick={() => { remove.mutate({ deploymentId: status.deploymentId }); }}
          >
            Remove {status.name}
          </Button>
        </>
      }
    />
  );
}

function parseTab(text: string | null): DashboardTab {
  return text === 'metrics' || text === 'history' ? text : 'status';
}
