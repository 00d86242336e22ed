import { describe, expect, it } from 'vitest';

import { personal, SHORTCUTS, takenBy, written } from './shortcuts';

const press = (key: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe('shortcuts', () => {
  it.each([
    [press('k', { ctrlKey: true }), 'Ctrl+K'],
    [press('k', { metaKey: true }), 'Ctrl+K'],
    [press('P', { ctrlKey: true, shiftKey: true }), 'Ctrl+Shift+P'],
    [press('?', { shiftKey: true }), '?'],
    [press('Enter', { shiftKey: true }), 'Shift+Enter'],
    [press('F1'), 'F1'],
    [press('Shift', { shiftKey: true }), null],
  ])('are written as they are pressed', (event, expected) => {
    expect(written(event)).toBe(expected);
  });

  it('take what a person changed, and keep what is fixed', () => {
    const mine = personal({ palette: 'Ctrl+P', 'row-pause': 'X' });
    expect(mine.find(({ id }) => id === 'palette')?.keys).toBe('Ctrl+P');
    expect(mine.find(({ id }) => id === 'row-pause')?.keys).toBe('P');
  });

  it('ship with no keys used twice everywhere', () => {
    for (const { id, keys } of SHORTCUTS.filter(({ isFixed }) => !isFixed)) {
      expect(takenBy(keys, id, SHORTCUTS)).toBeNull();
    }
    expect(takenBy('Ctrl+K', 'help', SHORTCUTS)?.id).toBe('palette');
  });
});
