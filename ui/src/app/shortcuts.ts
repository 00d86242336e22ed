import { PLACES } from './places';

/** What keys do, as the cheat sheet lists it. */
export interface Shortcut {
  id: string;
  group: string;
  label: string;
  /** One press (`Ctrl+K`, `?`), or one after another (`G O`). */
  keys: string;
  /** It belongs to one page or table, and is not changed in the settings. */
  isFixed?: boolean;
}

/** Everything that keys do. What is not fixed can be changed in the settings. */
export const SHORTCUTS: readonly Shortcut[] = [
  { id: 'palette', group: 'Everywhere', label: 'Search or run a command', keys: 'Ctrl+K' },
  { id: 'help', group: 'Everywhere', label: 'Show these shortcuts', keys: '?' },
  { id: 'pause-all', group: 'Everywhere', label: 'Pause or resume all scaling', keys: 'Ctrl+Shift+P' },
  { id: 'lock', group: 'Everywhere', label: 'Lock or unlock the window', keys: 'Ctrl+Shift+L' },
  { id: 'export', group: 'Everywhere', label: 'Export the table', keys: 'Ctrl+E' },
  ...PLACES.map(({ path, label, letter }) => ({
    id: `go ${path}`,
    group: 'Go to',
    label,
    keys: `G ${letter.toUpperCase()}`,
    isFixed: true,
  })),
  { id: 'table-move', group: 'In a table', label: 'Move by one, to the start, to the end', keys: '↑ ↓ Home End', isFixed: true },
  { id: 'table-sort', group: 'In a table', label: 'Sort by a column', keys: '1 – 8', isFixed: true },
  { id: 'table-mark', group: 'In a table', label: 'Mark a row', keys: 'Space', isFixed: true },
  { id: 'table-open', group: 'In a table', label: 'Open', keys: 'Enter', isFixed: true },
  { id: 'filter', group: 'Overview', label: 'Filter', keys: '/', isFixed: true },
  { id: 'row-pause', group: 'Overview', label: 'Pause or resume the deployment, or the marked ones', keys: 'P', isFixed: true },
  { id: 'row-scale', group: 'Overview', label: 'Scale the deployment by hand', keys: 'S', isFixed: true },
  { id: 'chart-move', group: 'Charts', label: 'Move the crosshair', keys: '← →', isFixed: true },
  { id: 'chart-table', group: 'Charts', label: 'Show as a table', keys: 'T', isFixed: true },
  { id: 'editor-step', group: 'Policy editor', label: 'Move a slider, in larger steps with Shift', keys: '← →', isFixed: true },
  { id: 'editor-undo', group: 'Policy editor', label: 'Undo a step', keys: 'Ctrl+Z', isFixed: true },
  { id: 'editor-save', group: 'Policy editor', label: 'Save', keys: 'Ctrl+Enter', isFixed: true },
];

/** The keys of a press as they are written: `Ctrl+Shift+P`, `?`. None while a modifier alone is down. */
export function written(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): string | null {
  if (['Control', 'Shift', 'Alt', 'Meta', 'Dead'].includes(event.key)) return null;
  const isLetter = /^[a-z]$/i.test(event.key);
  const parts = [
    event.ctrlKey || event.metaKey ? 'Ctrl' : null,
    event.altKey ? 'Alt' : null,
    // A sign such as "?" holds its Shift already.
    event.shiftKey && (isLetter || event.key.length > 1) ? 'Shift' : null,
    isLetter ? event.key.toUpperCase() : event.key,
  ];
  return parts.filter((part) => part !== null).join('+');
}

/** The shortcuts as a person has them: what they changed in place of what ships. */
export function personal(changed: Partial<Record<string, string>>): readonly Shortcut[] {
  return SHORTCUTS.map((shortcut) => {
    const keys = shortcut.isFixed ? undefined : changed[shortcut.id];
    return keys === undefined ? shortcut : { ...shortcut, keys };
  });
}

/** What already uses these keys; nothing where they are free. */
export function takenBy(keys: string, id: string, shortcuts: readonly Shortcut[]): Shortcut | null {
  return shortcuts.find((shortcut) => shortcut.id !== id && shortcut.keys === keys) ?? null;
}
