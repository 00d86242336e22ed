import { expect, it } from 'vitest';

import { holdSeconds } from './hold';

const NOW = new Date(2025, 10, 18, 14, 32, 0);

it.each([
  ['a choice', holdSeconds('hour', '', NOW), 3600],
  ['a time later today', holdSeconds('until', '16:00', NOW), 88 * 60],
  ['a time that has passed is tomorrow', holdSeconds('until', '14:00', NOW), 86_400 - 32 * 60],
  ['what cannot be read is nothing', holdSeconds('until', '25:00', NOW), null],
])('%s', (_name, actual, expected) => {
  expect(actual).toBe(expected);
});
