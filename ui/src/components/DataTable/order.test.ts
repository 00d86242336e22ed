import { expect, it } from 'vitest';

import { keepOrder, movesNeeded } from './order';

it('keeps known rows where they are, drops gone ones, appends new ones', () => {
  expect(keepOrder(['a', 'b', 'c'], ['d', 'c', 'a'])).toEqual(['a', 'c', 'd']);
});

it('counts one move for one row that jumps over all others', () => {
  expect(movesNeeded(['a', 'b', 'c', 'd'], ['d', 'a', 'b', 'c'])).toBe(1);
  expect(movesNeeded(['a', 'b', 'c'], ['a', 'b', 'c'])).toBe(0);
  expect(movesNeeded(['a', 'b', 'c'], ['c', 'b', 'a'])).toBe(2);
});
