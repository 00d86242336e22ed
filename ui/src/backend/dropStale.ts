import type { Query, QueryClient } from '@tanstack/react-query';

import type { Changed } from './generated/Changed';
import type { Event } from './generated/Event';
import { refreshOn } from './generated/operations';
import type { Topic } from './generated/Topic';

const topicsOf = new Map<unknown, readonly Topic[]>(
  Object.entries(refreshOn).map(([operation, topics]) => [operation, topics ?? []]),
);

/** Reads again what an event made stale, and nothing else. */
export function dropStale(client: QueryClient, event: Event): void {
  if (event.event === 'reload') {
    void client.invalidateQueries();
  } else if (event.event === 'changed') {
    const { changes } = event;
    void client.invalidateQueries({
      predicate: (query) => changes.some((change) => touches(change, query)),
    });
  }
}

function touches(change: Changed, query: Query): boolean {
  const [operation, input] = query.queryKey;
  if (!topicsOf.get(operation)?.includes(change.topic)) return false;
  const about = deploymentOf(input);
  return about === null || change.deploymentIds.length === 0 || change.deploymentIds.includes(about);
}

function deploymentOf(input: unknown): string | null {
  if (typeof input !== 'object' || input === null || !('deploymentId' in input)) return null;
  return typeof input.deploymentId === 'string' ? input.deploymentId : null;
}
