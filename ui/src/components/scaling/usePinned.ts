import { useSyncExternalStore } from 'react';

const STORAGE_KEY = 'headroom.pinned';
/** More do not fit beside the places. */
export const MOST_PINNED = 8;

const listeners = new Set<() => void>();
let cache: { text: string | null; ids: readonly string[] } = { text: null, ids: [] };

/** The deployments that a person keeps in the side bar, and the way to pin or unpin one. */
export function usePinned(): [readonly string[], (deploymentId: string) => void] {
  return [useSyncExternalStore(subscribe, pinned), togglePinned];
}

function pinned(): readonly string[] {
  const text = localStorage.getItem(STORAGE_KEY);
  if (text !== cache.text) cache = { text, ids: parse(text) };
  return cache.ids;
}

function togglePinned(deploymentId: string): void {
  const ids = pinned();
  const next = ids.includes(deploymentId)
    ? ids.filter((id) => id !== deploymentId)
    : [...ids, deploymentId].slice(-MOST_PINNED);
  localStorage.setItem(STORAGE_KEY, JSON.stringify(next));
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

function parse(text: string | null): readonly string[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}
