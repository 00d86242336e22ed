import { useEffect } from 'react';

import { useCommand, useQueryOperation } from '../../backend/useOperation';
import type { ThemeChoice } from '../../theme/theme';
import { useTheme } from '../../theme/useTheme';

/** The workspace's settings, what the app is, and the way to change them. */
export function useSettings() {
  const settings = useQueryOperation('get_settings', {});
  const engine = useQueryOperation('get_engine_state', {});
  const update = useCommand('update_settings', { shownInPlace: true });
  return { settings, engine, update };
}

/** The theme, shown at once and kept with the workspace. */
export function useThemeSetting(): [ThemeChoice, (choice: ThemeChoice) => void] {
  const [choice, choose] = useTheme();
  const settings = useQueryOperation('get_settings', {});
  const update = useCommand('update_settings');
  const kept = settings.data?.theme;
  useEffect(() => {
    if (kept) choose(kept);
  }, [kept, choose]);
  return [
    choice,
    (next) => {
      choose(next);
      update.mutate({ theme: next });
    },
  ];
}
