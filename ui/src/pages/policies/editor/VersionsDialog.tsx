import { useState } from 'react';

import { errorWords } from '../../../backend/backend';
import type { PolicyVersionView } from '../../../backend/generated/PolicyVersionView';
import { Button } from '../../../components/Button/Button';
import { Dialog } from '../../../components/Dialog/Dialog';
import { ErrorState } from '../../../components/EmptyState/EmptyState';
import { Skeleton } from '../../../components/Skeleton/Skeleton';
import { useNow } from '../../../components/clock/useNow';
import { when } from '../../../format/time';
import { changesOf } from './changes';
import { editedFrom } from './draft';
import { factsOf } from './ruleFacts';
import { useVersions } from './useVersions';

/** Every version of a deployment's policy, what each changed, and the way back to it. */
export function VersionsButton({
  deploymentId,
  onRestored,
}: {
  deploymentId: string;
  /** A version was brought back: as which, and of what name. */
  onRestored: (version: number, name: string) => void;
}) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        onClick={() => {
          setOpen(true);
        }}
      >
        Versions
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title="Versions" description="Each save is a version. Going back saves the old one again, whole.">
        {open && (
          <Versions
            deploymentId={deploymentId}
            onRestored={(version, name) => {
              setOpen(false);
              onRestored(version, name);
            }}
          />
        )}
      </Dialog>
    </>
  );
}

function Versions({ deploymentId, onRestored }: { deploymentId: string; onRestored: (version: number, name: string) => void }) {
  const { versions, hasMore, more, isLoading, failure, again, restore, restoring, refusal } = useVersions(deploymentId);
  if (failure) {
    return <ErrorState title="The versions could not be read" message={failure} actions={<Button onClick={again}>Read again</Button>} />;
  }
  if (isLoading) {
    return (
      <div aria-busy="true" className="flex flex-col gap-3">
        {[0, 1, 2].map((row) => (
          <Skeleton key={row} width="100%" height={40} />
        ))}
      </div>
    );
  }
  if (versions.length === 0) return <p className="text-text-2">Nothing was saved yet. The first save is version 1.</p>;
  return (
    <div className="flex flex-col gap-3">
      {refusal && (
        <p role="alert" className="text-crit">
          {errorWords(refusal)}
        </p>
      )}
      <ol aria-label="Versions" className="flex flex-col">
        {versions.map((row, place) => (
          <Version
            key={row.version}
            row={row}
            before={versions[place + 1] ?? null}
            isRestoring={restoring === row.version}
            onRestore={() => {
              restore(row.version, onRestored);
            }}
          />
        ))}
      </ol>
      {hasMore && <Button onClick={more}>Older versions</Button>}
    </div>
  );
}

function Version({
  row,
  before,
  isRestoring,
  onRestore,
}: {
  row: PolicyVersionView;
  before: PolicyVersionView | null;
  isRestoring: boolean;
  onRestore: () => void;
}) {
  const now = useNow(60);
  const changes = before
    ? changesOf(before.policy, editedFrom(row.policy), factsOf([row.policy.metrics, before.policy.metrics]))
    : [];
  return (
    <li className="flex items-start gap-3 border-t border-line py-2.5 first:border-t-0">
      <div className="flex min-w-0 flex-1 flex-col gap-0.5">
        <span className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-semibold">v{row.version}</span>
          <span className="min-w-0 truncate">{row.policy.name}</span>
          <span className="text-reason text-text-3">
            {row.savedBy}, {when(new Date(row.savedAt), now)}
          </span>
        </span>
        <ul className="flex flex-col text-reason text-text-2">
          {changes.map(({ label, was, now: is }) => (
            <li key={label}>
              {label}: <span className="text-text-3">{was}</span> → {is}
            </li>
          ))}
          {before && changes.length === 0 && <li>Nothing was changed.</li>}
          {row.version === 1 && <li>The first version.</li>}
        </ul>
      </div>
      {row.isInForce ? (
        <span className="text-reason text-text-2">in force</span>
      ) : (
        <Button busy={isRestoring} aria-label={`Go back to v${String(row.version)}`} onClick={onRestore}>
          Go back to this
        </Button>
      )}
    </li>
  );
}
