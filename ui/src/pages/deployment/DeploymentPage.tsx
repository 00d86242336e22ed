import { Ellipsis, Pin, PinOff, Trash2 } from 'lucide-react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';

import type { DeploymentStatus } from '../../backend/generated/DeploymentStatus';
import { useRefusal } from '../../backend/useRefusal';
import { Button } from '../../components/Button/Button';
import { Menu } from '../../components/Menu/Menu';
import AutoScalingDashboard, {
  type DashboardTab,
  type DashboardView,
} from '../../components/scaling/AutoScalingDashboard/AutoScalingDashboard';
import { parseRange } from '../../components/scaling/AutoScalingDashboard/ranges';
import { usePinned } from '../../components/scaling/usePinned';

/** One deployment: the dashboard, with what is shown kept in the address. */
export function DeploymentPage({
  removeAddress,
}: {
  /** Where one is asked whether a deployment is to be removed. */
  removeAddress: (deploymentId: string) => string;
}) {
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
          <More status={status} removeAddress={removeAddress} />
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

function More({
  status,
  removeAddress,
}: {
  status: DeploymentStatus;
  removeAddress: (deploymentId: string) => string;
}) {
  const [pinned, togglePinned] = usePinned();
  const navigate = useNavigate();
  const isPinned = pinned.includes(status.deploymentId);
  const refused = useRefusal('remove_deployment');
  return (
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
          disabledReason: refused,
          // Asked over the overview, where one is once it is gone.
          onSelect: () => void navigate(`/overview${removeAddress(status.deploymentId)}`),
        },
      ]}
    />
  );
}

function parseTab(text: string | null): DashboardTab {
  return text === 'metrics' || text === 'cost' || text === 'history' ? text : 'status';
}
