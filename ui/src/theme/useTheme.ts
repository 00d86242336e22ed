import { useSyncExternalStore } from 'react';

import { chooseTheme, onThemeChange, themeChoice, type ThemeChoice } from './theme';

/** The kept choice and the way to change it. */
export function useTheme(): [ThemeChoice, (choice: ThemeChoice) => void] {
  return [useSyncExternalStore(onThemeChange, themeChoice), chooseTheme];
}
