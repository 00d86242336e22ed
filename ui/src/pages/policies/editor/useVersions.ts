import { useState } from 'react';

import { errorWords } from '../../../backend/backend';
import { useCommand, useQueryOperation } from '../../../backend/useOperation';

/** One page; more are asked for in one go, so that a list that grows at its head stays whole. */
const PAGE = 20;
/** The most that the engine answers at once. */
const MOST = 100;

/** The versions of a deployment's policy, newest first, and the way back to one. */
export function useVersions(deploymentId: string) {
  const [limit, setLimit] = useState(PAGE);
  const query = useQueryOperation('list_policy_versions', { deploymentId, limit }, { keepPrevious: true });
  const command = useCommand('restore_policy_version', { shownInPlace: true });
  return {
    versions: query.data?.versions ?? [],
    hasMore: query.data?.next !== null && query.data !== undefined && limit < MOST,
    more: () => {
      setLimit((now) => Math.min(MOST, now + PAGE));
    },
    isLoading: query.isPending,
    failure: query.error ? errorWords(query.error) : null,
    again: () => {
      void query.refetch();
    },
    /** The version that is being brought back. */
    restoring: command.isPending ? command.variables.version : null,
    refusal: command.error,
    restore: (version: number, onRestored: (version: number, name: string) => void) => {
      if (command.isPending) return;
      command.mutate(
        { deploymentId, version },
        {
          onSuccess: (saved) => {
            onRestored(saved.version, saved.name);
          },
        },
      );
    },
  };
}
