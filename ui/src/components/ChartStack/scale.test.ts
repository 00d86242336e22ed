import { describe, expect, it } from 'vitest';

import type { ChartRow } from './rows';
import { brokenArea, brokenLine, domainOf, nearestIndex, rowSummary, spreadLabels, timeTicks, bandArea } from './scale';

const same = (value: number) => value;
const row = (changes: Partial<ChartRow>): ChartRow => ({
  id: 'cpu',
  label: 'CPU',
  reading: '68 %',
  readingAt: (index) => `${String([40, 93, 68][index])} %`,
  note: 'up at 70 %',
  kind: 'line',
  values: [40, 93, 68],
  limits: [{ value: 70, label: '70', dashed: true }],
  height: 56,
  ...changes,
});

describe('the scales of a chart stack', () => {
  it('breaks a line at a hole and where nothing was observed', () => {
    expect(brokenLine([0, 1, 2, 3, 9, 10], [1, 1, null, 3, 4, 5], same, same, 2)).toBe(
      'M0.0 1.0L1.0 1.0M3.0 3.0M9.0 4.0L10.0 5.0',
    );
  });

  it('draws counts as steps', () => {
    expect(brokenLine([0, 1, 2], [3, 3, 4], same, same, 2, true)).toBe('M0.0 3.0H1.0V3.0H2.0V4.0');
  });

  it('closes the ground under each piece', () => {
    expect(brokenArea([0, 1, 5], [3, 3, 4], same, same, 2)).toBe('M0.0 0.0V3.0H1.0V3.0V0.0ZM5.0 0.0V4.0V0.0Z');
  });

  it('begins lines at zero and leaves bands their own range', () => {
    expect(domainOf(row({})).low).toBe(0);
    const band = domainOf(row({ kind: 'band', values: [0.5, 0.6], limits: [{ value: 0.3, label: '0.30', dashed: false }] }));
    expect(band.low).toBeGreaterThan(0.2);
    expect(band.low).toBeLessThan(0.3);
  });

  it('has a range also where nothing is known', () => {
    expect(domainOf(row({ values: [null], limits: [] }))).toEqual({ low: 0, high: 1 });
  });

  it('ticks at round local times, never too many', () => {
    const from = new Date(2025, 10, 18, 8, 32).getTime();
    const ticks = timeTicks({ from, to: from + 6 * 3_600_000 }, 8);
    expect(ticks.map(({ at }) => new Date(at).getHours())).toEqual([9, 10, 11, 12, 13, 14]);
    expect(ticks.every(({ at }) => new Date(at).getMinutes() === 0)).toBe(true);
  });

  it('finds the nearest point', () => {
    expect(nearestIndex([0, 10, 20], 14)).toBe(1);
    expect(nearestIndex([0, 10, 20], 16)).toBe(2);
    expect(nearestIndex([0, 10, 20], 99)).toBe(2);
    expect(nearestIndex([], 5)).toBeNull();
  });

  it('moves labels apart, and drops the least important that has no place', () => {
    expect(spreadLabels([10, 12], 12, 0, 100)).toEqual([10, 24]);
    expect(spreadLabels([10, 10, 10], 12, 4, 16)).toEqual([10, null, null]);
  });

  it('says a row in words', () => {
    expect(rowSummary(row({}))).toBe('CPU: 68 % now, from 40 % to 93 %; up at 70 %');
    expect(rowSummary(row({ values: [null] }))).toBe('CPU: no reading in this time');
    expect(rowSummary(row({ problem: 'no answer for 4 min' }))).toBe('CPU: no answer for 4 min');
  });
});

describe('the ground between two lines', () => {
  const same = (value: number) => value;

  it('goes there along the upper line and back along the lower one', () => {
    expect(bandArea([0, 10], [1, 2], [3, 4], same, same, 20)).toBe('M0.0 3.0L10.0 4.0L10.0 2.0L0.0 1.0Z');
  });

  it('breaks at holes and where points are too far apart', () => {
    expect(bandArea([0, 10, 20], [1, null, 1], [2, 2, 2], same, same, 20)).toBe('M0.0 2.0L0.0 1.0ZM20.0 2.0L20.0 1.0Z');
    expect(bandArea([0, 50], [1, 1], [2, 2], same, same, 20)).toBe('M0.0 2.0L0.0 1.0ZM50.0 2.0L50.0 1.0Z');
  });
});
