import { useCommand, useQueryOperation } from '../../backend/useOperation';

/** Whether the window only shows, and the way to change it. */
export function useLock(): { isLocked: boolean; toggle: () => void } {
  const settings = useQueryOperation('get_settings', {});
  const update = useCommand('update_settings');
  const isLocked = settings.data?.readOnly ?? false;
  return {
    isLocked,
    toggle: () => {
      update.mutate({ readOnly: !isLocked });
    },
  };
}
