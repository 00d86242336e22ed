import { useEffect } from 'react';

import { useBackend } from '../../backend/BackendContext';
import { useCommand, useQueryOperation } from '../../backend/useOperation';
import { useToast } from '../../components/Toast/Toast';

/** The bell shows no more than these; the page of alerts has the rest. */
const SHOWN = 50;

/** The notification centre: what was told, newest first, and how much of it nobody has seen. */
export function useNotifications() {
  const page = useQueryOperation('list_notifications', { limit: SHOWN });
  const mark = useCommand('mark_notifications_read');
  const unread = page.data?.unread ?? 0;
  return {
    page,
    unread,
    markRead: () => {
      if (unread > 0) mark.mutate({});
    },
  };
}

/** What begins to harm while the window is open is shown at once: once, however often it fails. */
export function useAlertToasts(): void {
  const backend = useBackend();
  const toast = useToast();
  useEffect(
    () =>
      backend.subscribe((event) => {
        if (event.event !== 'alert:changed' || !event.isFiring) return;
        if (event.level === 'critical' || event.level === 'exceeded') toast({ tone: 'crit', message: `${event.title}: ${event.message}` });
      }),
    [backend, toast],
  );
}
