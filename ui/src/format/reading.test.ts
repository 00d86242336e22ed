import { expect, it } from 'vitest';

import { bareReading, reading } from './reading';

it.each([
  ['percentages are whole', reading(68.2, '%'), '68\u00a0%'],
  ['small percentages have two decimals', reading(0.06, '%'), '0.06\u00a0%'],
  ['times are whole and have commas', reading(1610.4, 'ms'), '1,610\u00a0ms'],
  ['requests under a hundred have one decimal', reading(42.54, 'rps'), '42.5\u00a0rps'],
  ['zero is 0', reading(0, 'ms'), '0\u00a0ms'],
  ['an axis has no unit', bareReading(2500, 'ms'), '2,500'],
])('%s', (_name, actual, expected) => {
  expect(actual).toBe(expected);
});
