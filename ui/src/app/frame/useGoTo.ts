import { useEffect, useRef } from 'react';
import { useNavigate } from 'react-router';

import { PLACES } from '../places';

const LETTER_WITHIN_MS = 1200;

/** G and then a letter goes to a place, unless somebody is typing. */
export function useGoTo(): void {
  const navigate = useNavigate();
  const pressedG = useRef<number | null>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const since = pressedG.current === null ? Infinity : event.timeStamp - pressedG.current;
      pressedG.current = event.key === 'g' ? event.timeStamp : null;
      if (since > LETTER_WITHIN_MS) return;
      const place = PLACES.find(({ letter }) => letter === event.key);
      if (place) {
        event.preventDefault();
        event.stopPropagation();
        void navigate(place.path);
      }
    };
    window.addEventListener('keydown', onKey, { capture: true });
    return () => {
      window.removeEventListener('keydown', onKey, { capture: true });
    };
  }, [navigate]);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, [contenteditable]');
}
