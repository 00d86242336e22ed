/** What the person chose; `system` follows the machine. */
export type ThemeChoice = 'light' | 'dark' | 'system';

/** What is shown. */
export type Theme = 'light' | 'dark';

const STORAGE_KEY = 'headroom.theme';
const DARK = '(prefers-color-scheme: dark)';

const listeners = new Set<() => void>();

/** The choice that is kept between starts; `system` until somebody chose. */
export function themeChoice(): ThemeChoice {
  const stored = localStorage.getItem(STORAGE_KEY);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

/** The theme that a choice comes to on this machine. */
export function resolveTheme(choice: ThemeChoice, systemIsDark: boolean): Theme {
  if (choice === 'system') return systemIsDark ? 'dark' : 'light';
  return choice;
}

/** Keeps a choice and shows it at once. */
export function chooseTheme(choice: ThemeChoice): void {
  localStorage.setItem(STORAGE_KEY, choice);
  apply();
}

/** Shows the kept choice and follows the machine from then on. */
export function startTheme(): void {
  window.matchMedia(DARK).addEventListener('change', apply);
  apply();
}

/** Calls back after each change of what is shown or chosen. */
export function onThemeChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

function apply(): void {
  document.documentElement.dataset['theme'] = resolveTheme(
    themeChoice(),
    window.matchMedia(DARK).matches,
  );
  for (const listener of listeners) listener();
}
