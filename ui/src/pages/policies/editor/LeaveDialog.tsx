import { useBlocker, type Location } from 'react-router';

import { Button } from '../../../components/Button/Button';
import { Dialog } from '../../../components/Dialog/Dialog';

/** What a navigation carries that leaves nothing behind: what was edited is saved. */
export const SAVED = { saved: true } as const;

/** Asks before unsaved changes are left, by whatever way. */
export function LeaveDialog({ unsaved, what }: { unsaved: boolean; what: string }) {
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      unsaved && !isSaved(nextLocation.state) && isElsewhere(currentLocation, nextLocation),
  );
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

/** A dialog over the page changes the address too, but leaves nothing. */
function isElsewhere(here: Location, there: Location): boolean {
  const template = ({ search }: Location) => new URLSearchParams(search).get('template');
  return here.pathname !== there.pathname || template(here) !== template(there);
}

function isSaved(state: unknown): boolean {
  return typeof state === 'object' && state !== null && 'saved' in state && state.saved === true;
}
