import { useEffect, useRef } from 'react';

import { useQueryOperation } from '../../backend/useOperation';
import { personal, written, type Shortcut } from '../shortcuts';

const NONE: Partial<Record<string, string>> = {};

/** The shortcuts as this person has them, and each of `actions` done when its keys are pressed, unless somebody types a letter. */
export function useShortcuts(actions: Partial<Record<string, () => void>>): readonly Shortcut[] {
  const settings = useQueryOperation('get_settings', {});
  const shortcuts = personal(settings.data?.shortcuts ?? NONE);
  const latest = useRef({ shortcuts, actions });
  useEffect(() => {
    latest.current = { shortcuts, actions };
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const keys = written(event);
      if (keys === null || (isTyping(event.target) && !keys.includes('Ctrl+'))) return;
      const found = latest.current.shortcuts.find((shortcut) => !shortcut.isFixed && shortcut.keys === keys);
      const action = found && latest.current.actions[found.id];
      if (!action) return;
      event.preventDefault();
      action();
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, []);
  return shortcuts;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, [contenteditable], [data-capture]');
}
