import { describe, expect, it } from 'vitest';

import { ago, clockSeconds, duration, range, shortDuration, when } from './time';

const NOW = new Date(2025, 10, 18, 14, 32, 10);
const at = (day: number, hour: number, minute: number, second = 0) =>
  new Date(2025, 10, day, hour, minute, second);

describe('time', () => {
  it.each([
    ['seconds', duration(45), '45\u00a0s'],
    ['minutes and seconds', duration(182), '3\u00a0min 02\u00a0s'],
    ['whole minutes', duration(660), '11\u00a0min'],
    ['hours and minutes', duration(3900), '1\u00a0h 05\u00a0min'],
    ['hours round to minutes', duration(3600 + 59 * 60 + 45), '2\u00a0h'],
    ['days and hours', duration(2 * 86_400 + 3 * 3600), '2\u00a0d 3\u00a0h'],
    ['a span is never negative', duration(-4), '0\u00a0s'],
    ['short spans', shortDuration(1800), '30\u00a0min'],
    ['short days', shortDuration(604_800), '7\u00a0d'],
    ['today is the time', when(at(18, 9, 5), NOW), '09:05'],
    ['another day is named', when(at(17, 9, 5), NOW), 'Mon 17 Nov, 09:05'],
    ['another year is named', when(new Date(2024, 10, 18, 9, 5), NOW), 'Mon 18 Nov 2024, 09:05'],
    ['seconds where they matter', clockSeconds(at(18, 14, 31, 58)), '14:31:58'],
    ['under a minute is relative', ago(at(18, 14, 32, 4), NOW), '6\u00a0s ago'],
    ['over a minute is the time', ago(at(18, 14, 30), NOW), 'at 14:30'],
    ['a range within a day', range(at(18, 8, 32), at(18, 14, 32), NOW), 'Tue 18 Nov, 08:32 to 14:32'],
    ['a range over two days', range(at(17, 8, 32), at(18, 14, 32), NOW), 'Mon 17 Nov, 08:32 to Tue 18 Nov, 14:32'],
  ])('%s', (_name, actual, expected) => {
    expect(actual).toBe(expected);
  });
});
