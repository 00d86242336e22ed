import { useCallback, useReducer } from 'react';

import { begin, edit, redo, settle, undo, type History } from './history';

type Step<T> =
  | { kind: 'edit'; change: (now: T) => T; moving: string | null }
  | { kind: 'settle' | 'undo' | 'redo' }
  | { kind: 'reset'; to: T };

function reduce<T>(history: History<T>, step: Step<T>): History<T> {
  switch (step.kind) {
    case 'edit':
      return edit(history, step.change(history.present), step.moving);
    case 'settle':
      return settle(history);
    case 'undo':
      return undo(history);
    case 'redo':
      return redo(history);
    case 'reset':
      return begin(step.to);
  }
}

/** A value whose changes can be taken back, step by step. */
export function useHistory<T>(start: T) {
  const [history, step] = useReducer(reduce<T>, start, begin<T>);
  return {
    value: history.present,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    edit: useCallback((change: (now: T) => T, moving: string | null = null) => {
      step({ kind: 'edit', change, moving });
    }, []),
    settle: useCallback(() => {
      step({ kind: 'settle' });
    }, []),
    undo: useCallback(() => {
      step({ kind: 'undo' });
    }, []),
    redo: useCallback(() => {
      step({ kind: 'redo' });
    }, []),
    reset: useCallback((to: T) => {
      step({ kind: 'reset', to });
    }, []),
  };
}
