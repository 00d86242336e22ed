import { expect, it } from 'vitest';

import { usableLocale } from './locale';

it('replaces a locale that Intl refuses', () => {
  expect(usableLocale('C')).toBe('en-US');
  expect(usableLocale('')).toBe('en-US');
  expect(usableLocale(undefined)).toBe('en-US');
});

it('leaves a good locale alone', () => {
  expect(usableLocale('de-CH')).toBeNull();
});
