/**
 * The first import of the app. Where the system names no locale (LANG unset or C), the web view says "C", and every
 * `Intl` that is made from it throws. English is said instead, before anything else runs.
 */
export function usableLocale(language: string | undefined): string | null {
  try {
    new Intl.NumberFormat(language);
    return language ? null : 'en-US';
  } catch {
    return 'en-US';
  }
}

const replacement = usableLocale(navigator.language);
if (replacement) {
  Object.defineProperty(navigator, 'language', { value: replacement, configurable: true });
  Object.defineProperty(navigator, 'languages', { value: [replacement], configurable: true });
}
