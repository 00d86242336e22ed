import { invoke, isTauri } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { getCurrentWindow } from '@tauri-apps/api/window';

import { BackendError, type Backend, type OperationName, type Output } from './backend';
import type { Event } from './generated/Event';
import type { WireError } from './generated/WireError';

/** The engine in this process, through the desktop shell. Nothing outside the desktop window. */
export function tauriBackend(): Backend | null {
  if (!isTauri()) return null;
  const shell = getCurrentWindow();
  return {
    async call<O extends OperationName>(operation: O, input: unknown): Promise<Output<O>> {
      try {
        return await invoke<Output<O>>('call', { operation, input });
      } catch (error) {
        throw isWireError(error) ? new BackendError(error) : unreadable(operation, error);
      }
    },
    subscribe(listener) {
      return hear<Event>('headroom', listener);
    },
    window: {
      minimize: () => void shell.minimize(),
      toggleMaximize: () => void shell.toggleMaximize(),
      close: () => void shell.close(),
      onNavigate: (listener) => hear<string>('navigate', listener),
      onSaved: (listener) => hear<string | null>('saved', listener),
    },
  };
}

function hear<Payload>(name: string, listener: (payload: Payload) => void): () => void {
  const listening = listen<Payload>(name, (event) => {
    listener(event.payload);
  });
  return () => {
    void listening.then((stop) => {
      stop();
    });
  };
}

function isWireError(error: unknown): error is WireError {
  return (
    typeof error === 'object' &&
    error !== null &&
    'message' in error &&
    typeof error.message === 'string' &&
    'code' in error &&
    'errors' in error &&
    Array.isArray(error.errors)
  );
}

function unreadable(operation: string, error: unknown): BackendError {
  return new BackendError({
    code: 'unavailable',
    message: `The engine did not take "${operation}": ${String(error)}. Restart Headroom; scaling goes on once it runs again.`,
    errors: [],
  });
}
