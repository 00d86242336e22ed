import { describe, expect, it } from 'vitest';

import { band, position, scoreAt } from './band';
import { bandWords } from './words';

describe('band', () => {
  it('puts the brackets at 20 and 80 percent whatever the policy', () => {
    for (const [down, up] of [[0.3, 0.7], [0.1, 0.9], [0.6, 0.65]] as const) {
      expect(position(down, down, up)).toBeCloseTo(0.2);
      expect(position(up, down, up)).toBeCloseTo(0.8);
    }
  });

  it('puts the score between them by its share of the band', () => {
    // 0.2 + 0.6 · (0.60 − 0.30) / (0.70 − 0.30) = 0.65
    expect(band(0.6, 0.3, 0.7, 'hold', null).marker).toBeCloseTo(0.65);
  });

  it('draws the room from the marker to the upper bracket', () => {
    expect(band(0.6, 0.3, 0.7, 'hold', null).room).toEqual({ from: expect.closeTo(0.65), to: 0.8 });
  });

  it('has no room past the upper bracket but says how far past', () => {
    const drawn = band(0.85, 0.3, 0.7, 'out_of_room', null);
    expect(drawn.room).toBeNull();
    expect(drawn.excess).toEqual({ from: 0.8, to: expect.closeTo(0.9) });
  });

  it('shows the score once starting instances are ready, where it differs', () => {
    expect(band(0.6, 0.3, 0.7, 'hold', 0.5).ghost).toBeCloseTo(0.5);
    expect(band(0.6, 0.3, 0.7, 'hold', 0.601).ghost).toBeNull();
  });

  it('draws no marker without readings', () => {
    const drawn = band(null, 0.3, 0.7, 'no_readings', null);
    expect([drawn.marker, drawn.room, drawn.ghost]).toEqual([null, null, null]);
  });

  it('stays inside its width whatever the thresholds', () => {
    for (const [score, down, up] of [[0, 0, 0.7], [1, 0.3, 1], [1, 0, 1], [0.5, 0.5, 0.5], [2, 0.3, 0.7]] as const) {
      const at = position(score, down, up);
      expect(at).toBeGreaterThanOrEqual(0);
      expect(at).toBeLessThanOrEqual(1);
    }
  });

  it('finds the score of a place again', () => {
    for (const score of [0.1, 0.3, 0.45, 0.7, 0.95]) {
      expect(scoreAt(position(score, 0.3, 0.7), 0.3, 0.7)).toBeCloseTo(score);
    }
  });
});

describe('the words of a band', () => {
  it.each([
    ['room', bandWords(0.6, 0.3, 0.7, 'hold', 0.17), 'score 0.60, down at 0.30, up at 0.70, 17\u00a0% more traffic fits'],
    ['out of room', bandWords(0.9, 0.3, 0.7, 'out_of_room', -0.2), 'score 0.90, down at 0.30, up at 0.70, out of room'],
    ['no readings', bandWords(null, 0.3, 0.7, 'no_readings', null), 'no readings, down at 0.30, up at 0.70'],
  ])('%s', (_name, actual, expected) => {
    expect(actual).toBe(expected);
  });
});
