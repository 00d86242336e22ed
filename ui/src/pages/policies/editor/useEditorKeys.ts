import { useEffect, useRef } from 'react';

/** Ctrl+Z takes a step back, Ctrl+Shift+Z or Ctrl+Y takes it again, Ctrl+Enter saves; also while a field has the focus. */
export function useEditorKeys(actions: { undo: () => void; redo: () => void; save: () => void }): void {
  const newest = useRef(actions);
  useEffect(() => {
    newest.current = actions;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      const action = actionOf(event);
      // A dialog has its own keys.
      if (!action || document.querySelector('[role=dialog][data-state=open]')) return;
      event.preventDefault();
      newest.current[action]();
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, []);
}

function actionOf({ key, shiftKey }: KeyboardEvent): 'undo' | 'redo' | 'save' | null {
  switch (key.toLowerCase()) {
    case 'z':
      return shiftKey ? 'redo' : 'undo';
    case 'y':
      return 'redo';
    case 'enter':
      return 'save';
    default:
      return null;
  }
}
