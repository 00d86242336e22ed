import { Button } from '../../components/Button/Button';
import { Dialog } from '../../components/Dialog/Dialog';
import { StateIcon } from '../../components/StateIcon/StateIcon';
import { counted } from '../../format/number';
import type { DeploymentRow } from '../../backend/generated/DeploymentRow';
import { useRemoveDeployment } from './useOnboarding';

/** Asks before a deployment is taken out of Headroom, and says what ends with it. */
export function RemoveDeploymentDialog({
  deploymentId,
  onClose,
}: {
  /** Nothing: the dialog is closed. */
  deploymentId: string | null;
  onClose: () => void;
}) {
  const { row, isRemoving, failure, forget, remove } = useRemoveDeployment(deploymentId, onClose);
  const close = () => {
    forget();
    onClose();
  };
  const what = row?.isSample ? 'Remove the sample' : `Remove ${row?.name ?? ''}`;
  return (
    <Dialog
      open={row !== null}
      onOpenChange={(open) => {
        if (!open) close();
      }}
      title={`${what}?`}
      description={row ? consequence(row) : ''}
      actions={
        <>
          <Button onClick={close}>Keep it</Button>
          <Button kind="danger" busy={isRemoving} onClick={remove}>
            {isRemoving ? 'Ending its processes' : what}
          </Button>
        </>
      }
    >
      {failure !== null && (
        <p role="alert" className="flex gap-2 text-data text-crit">
          <span className="flex h-5 items-center">
            <StateIcon name="crit" />
          </span>
          Not removed. {failure}
        </p>
      )}
    </Dialog>
  );
}

function consequence({ name, isSample, readyInstances, startingInstances }: DeploymentRow): string {
  const running = (readyInstances ?? 0) + (startingInstances ?? 0);
  const processes =
    running > 0
      ? `${counted(running, 'process', 'processes')} of “${name}” on this machine ${running === 1 ? 'ends' : 'end'}`
      : `The processes of “${name}” on this machine end`;
  return isSample
    ? `${processes}, and its traffic with ${running === 1 ? 'it' : 'them'}. You can start the sample again at any time.`
    : `${processes}, and its policy is no longer used.`;
}
