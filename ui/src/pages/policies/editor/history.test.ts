import { expect, it } from 'vitest';

import { begin, edit, redo, settle, undo } from './history';

it('makes one step of what is dragged until it is let go', () => {
  let history = begin(0);
  for (const value of [1, 2, 3]) history = edit(history, value, 'band');
  history = settle(history);
  history = edit(history, 4, 'band');
  history = undo(history);
  expect(history.present).toBe(3);
  history = undo(history);
  expect(history.present).toBe(0);
  expect(undo(history).present).toBe(0);
});

it('takes steps again, until something else is changed', () => {
  let history = edit(edit(begin('a'), 'b', null), 'c', null);
  history = undo(undo(history));
  history = redo(history);
  expect(history.present).toBe('b');
  history = edit(history, 'd', null);
  expect(redo(history).present).toBe('d');
});

it('goes back to nothing where it began with nothing', () => {
  const history = undo(edit(begin<string | null>(null), 'b', null));
  expect(history.present).toBeNull();
});
