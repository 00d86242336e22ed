import { MutationCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, use, useEffect, useState, type ReactNode } from 'react';

import { errorWords, type Backend } from './backend';
import { dropStale } from './dropStale';

const Context = createContext<Backend | null>(null);

/** Opens the door for everything below it, and drops from the cache what the engine says has changed. */
export function BackendProvider({
  backend,
  onCommandError,
  children,
}: {
  backend: Backend;
  /** Hears of each command that failed and whose caller does not show it in its place. The first one given stays. */
  onCommandError?: (message: string) => void;
  children: ReactNode;
}) {
  const [client] = useState(() => newQueryClient(onCommandError));
  useEffect(
    () =>
      backend.subscribe((event) => {
        dropStale(client, event);
      }),
    [backend, client],
  );
  return (
    <Context value={backend}>
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    </Context>
  );
}

/** The door. For hooks beside pages; components get their data as props. */
export function useBackend(): Backend {
  const backend = use(Context);
  if (!backend) throw new Error('useBackend needs a BackendProvider above it');
  return backend;
}

function newQueryClient(onCommandError: (message: string) => void = () => undefined): QueryClient {
  return new QueryClient({
    mutationCache: new MutationCache({
      onError: (error, _input, _context, mutation) => {
        if (!mutation.meta?.['shownInPlace']) onCommandError(errorWords(error));
      },
    }),
    defaultOptions: {
      // The engine says what changed, so nothing gets stale by itself; it is in this process, so nothing is tried twice.
      queries: {
        staleTime: Infinity,
        retry: false,
        refetchOnWindowFocus: false,
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}
