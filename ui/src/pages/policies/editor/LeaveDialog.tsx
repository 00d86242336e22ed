import { useBlocker } from 'react-router';

import { Button } from '../../../components/Button/Button';
import { Dialog } from '../../../components/Dialog/Dialog';

/** What a navigation carries that leaves nothing behind: what was edited is saved. */
export const SAVED = { saved: true } as const;

/** Asks before unsaved changes are left, by whatever way. */
export function LeaveDialog({ unsaved, what }: { unsaved: boolean; what: string }) {
  const blocker = useBlocker(({ nextLocation }) => unsaved && !isSaved(nextLocation.state));
  const stay = () => {
    if (blocker.state === 'blocked') blocker.reset();
  };
  return (
    <Dialog
      open={blocker.state === 'blocked'}
      onOpenChange={(open) => {
        if (!open) stay();
      }}
      title="Leave without saving?"
      description={`The changes to “${what}” are not saved. The policy in force stays as it is.`}
      actions={
        <>
          <Button
            kind="danger"
            onClick={() => {
              if (blocker.state === 'blocked') blocker.proceed();
            }}
          >
            Leave, lose the changes
          </Button>
          <Button kind="primary" onClick={stay}>
            Keep editing
          </Button>
        </>
      }
    />
  );
}

function isSaved(state: unknown): boolean {
  return typeof state === 'object' && state !== null && 'saved' in state && state.saved === true;
}
