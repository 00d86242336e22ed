import { expect, it } from 'vitest';

import { shortenNames } from './name';

it('cuts the end of a long name', () => {
  const names = shortenNames(['customer-notification-preferences', 'web'], 20);
  expect(names.get('customer-notification-preferences')).toBe('customer-notificati…');
  expect(names.get('web')).toBe('web');
});

it('keeps the part that differs when two names begin alike', () => {
  const names = shortenNames(['customer-notification-east', 'customer-notification-west'], 20);
  expect(names.get('customer-notification-east')).toBe('customer-…ation-east');
  expect(names.get('customer-notification-west')).toBe('customer-…ation-west');
});
