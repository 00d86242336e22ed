import {
  keepPreviousData,
  useMutation,
  useQuery,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';

import type { Input, OperationName, Output } from './backend';
import { useBackend } from './BackendContext';

/** The answer to a query, read again whenever the engine says that it changed. */
export function useQueryOperation<O extends OperationName>(
  operation: O,
  input: Input<O>,
  { enabled = true, keepPrevious = false }: { enabled?: boolean; keepPrevious?: boolean } = {},
): UseQueryResult<Output<O>> {
  const backend = useBackend();
  return useQuery<Output<O>>({
    queryKey: [operation, input],
    queryFn: () => backend.call(operation, input),
    enabled,
    ...(keepPrevious ? { placeholderData: keepPreviousData } : {}),
  });
}

/**
 * A command. The new state comes back by the event road, also for the window that asked. A failure is shown as a message, unless the
 * caller shows it in its place.
 */
export function useCommand<O extends OperationName>(
  operation: O,
  { shownInPlace = false }: { shownInPlace?: boolean } = {},
): UseMutationResult<Output<O>, Error, Input<O>> {
  const backend = useBackend();
  return useMutation<Output<O>, Error, Input<O>>({
    mutationFn: (input) => backend.call(operation, input),
    meta: { shownInPlace },
  });
}
