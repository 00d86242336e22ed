import { useInfiniteQuery } from '@tanstack/react-query';

import { useBackend } from '../../backend/BackendContext';

const PAGE = 100;

/** The newest decisions of all deployments, page by page. */
export function useDecisions(onlyNotable: boolean, enabled: boolean) {
  const backend = useBackend();
  return useInfiniteQuery({
    queryKey: ['list_decisions', { onlyNotable }],
    queryFn: ({ pageParam }) =>
      backend.call('list_decisions', {
        onlyNotable,
        limit: PAGE,
        ...(pageParam === null ? {} : { before: pageParam }),
      }),
    initialPageParam: firstPage(),
    getNextPageParam: (page) => page.nextCursor,
    enabled,
  });
}

/** What was done to all deployments, page by page. */
export function useChanges(enabled: boolean) {
  const backend = useBackend();
  return useInfiniteQuery({
    queryKey: ['get_scaling_history', {}],
    queryFn: ({ pageParam }) =>
      backend.call('get_scaling_history', {
        limit: PAGE,
        ...(pageParam === null ? {} : { before: pageParam }),
      }),
    initialPageParam: firstPage(),
    getNextPageParam: (page) => page.nextCursor,
    enabled,
  });
}

/** No cursor: the newest. */
function firstPage(): string | null {
  return null;
}
