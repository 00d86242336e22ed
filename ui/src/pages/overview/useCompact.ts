import { useSyncExternalStore } from 'react';

const STORAGE_KEY = 'headroom.compact';
const listeners = new Set<() => void>();

/** Whether rows have one line instead of two, kept in this window, and the way to change it. */
export function useCompact(): [boolean, (compact: boolean) => void] {
  return [useSyncExternalStore(subscribe, isCompact), setCompact];
}

function isCompact(): boolean {
  return localStorage.getItem(STORAGE_KEY) === 'true';
}

function setCompact(compact: boolean): void {
  localStorage.setItem(STORAGE_KEY, String(compact));
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
