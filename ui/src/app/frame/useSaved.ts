import { useEffect } from 'react';

import { useBackend } from '../../backend/BackendContext';
import { useToast } from '../../components/Toast/Toast';

/** Says where an exported file was saved. */
export function useSaved(): void {
  const { window: controls } = useBackend();
  const toast = useToast();
  useEffect(
    () =>
      controls?.onSaved((path) => {
        if (path === null) toast({ tone: 'crit', message: 'The file could not be saved. Free some space, or look at the log.' });
        else toast({ tone: 'info', message: `Saved as ${path}` });
      }),
    [controls, toast],
  );
}
