import { useInfiniteQuery } from '@tanstack/react-query';

import { useBackend } from '../../backend/BackendContext';
import { useCommand, useQueryOperation } from '../../backend/useOperation';

const PAGE = 100;

/** Alerts that fire, or all there ever were, page by page. */
export function useAlerts(onlyFiring: boolean, enabled: boolean) {
  const backend = useBackend();
  return useInfiniteQuery({
    queryKey: ['list_alerts', { onlyFiring }],
    queryFn: ({ pageParam }) =>
      backend.call('list_alerts', {
        ...(onlyFiring ? { isFiring: true } : {}),
        limit: PAGE,
        ...(pageParam === null ? {} : { before: pageParam }),
      }),
    initialPageParam: firstPage(),
    getNextPageParam: (page) => page.nextCursor,
    enabled,
  });
}

/** What can be done with an alert. */
export function useAlertCommands() {
  return { acknowledge: useCommand('acknowledge_alert'), snooze: useCommand('snooze_alert') };
}

/** What a person wants to be told, and the ways to change it. */
export function useAlertSettings() {
  const settings = useQueryOperation('get_alert_settings', {});
  const prefer = useCommand('set_alert_preference');
  const setQuietHours = useCommand('set_quiet_hours', { shownInPlace: true });
  return { settings, prefer, setQuietHours };
}

/** Where notifications go, and the way to try it. */
export function useChannels() {
  return { channels: useQueryOperation('list_channels', {}), test: useCommand('test_channel') };
}

/** No cursor: the newest. */
function firstPage(): string | null {
  return null;
}
