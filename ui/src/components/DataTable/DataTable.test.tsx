import { act, fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';

import type { DataColumn } from './column';
import { TooltipProvider } from '../Tooltip/Tooltip';
import { DataTable, requestExport } from './DataTable';

interface Thing {
  name: string;
  size: number | null;
}

const COLUMNS: DataColumn<Thing>[] = [
  { id: 'name', header: 'Name', track: '1fr', cell: (row) => row.name, sortValue: (row) => row.name },
  {
    id: 'size',
    header: 'Size',
    track: '80px',
    align: 'right',
    cell: (row) => row.size ?? 'no reading',
    sortValue: (row) => row.size,
    firstDescending: true,
  },
];
const THINGS: Thing[] = [
  { name: 'b', size: 2 },
  { name: 'c', size: null },
  { name: 'a', size: 9 },
];
const rowId = (row: Thing) => row.name;

const table = (rows: Thing[] | null, props: Partial<Parameters<typeof DataTable<Thing>>[0]> = {}) => (
  <DataTable
    label="Things"
    columns={COLUMNS}
    rows={rows}
    rowId={rowId}
    firstSorting={{ column: 'name', descending: false }}
    empty={<p>No things yet</p>}
    {...props}
  />
);
const order = () =>
  screen
    .getAllByRole('row')
    .slice(1)
    .map((row) => row.getAttribute('data-row'));

describe('a data table', () => {
  it('holds the place of its rows while they are read', () => {
    const { container } = render(table(null));
    expect(screen.getByRole('grid').getAttribute('aria-busy')).toBe('true');
    expect(container.querySelectorAll('[data-skeleton]')).toHaveLength(24);
  });

  it('says what is not there', () => {
    render(table([]));
    expect(screen.getByText('No things yet')).toBeTruthy();
  });

  it('sorts by its head, and what is not known last either way', async () => {
    render(table(THINGS));
    expect(order()).toEqual(['a', 'b', 'c']);
    const size = screen.getByRole('button', { name: 'Size' });
    await userEvent.click(size);
    expect(screen.getByRole('columnheader', { name: 'Size' }).getAttribute('aria-sort')).toBe('descending');
    expect(order()).toEqual(['a', 'b', 'c']);
    await userEvent.click(size);
    expect(order()).toEqual(['b', 'a', 'c']);
  });

  it('is walked and opened by keyboard', async () => {
    const opened = vi.fn();
    render(table(THINGS, { onOpen: opened }));
    const [first] = screen.getAllByRole('row').slice(1);
    first?.focus();
    await userEvent.keyboard('j{Enter}');
    expect(opened).toHaveBeenCalledWith(THINGS[0]);
    await userEvent.keyboard('2');
    expect(screen.getByRole('columnheader', { name: 'Size' }).getAttribute('aria-sort')).toBe('descending');
  });

  it('keeps its order while the pointer is in it and offers to sort again', async () => {
    const { rerender } = render(table(THINGS, { firstSorting: { column: 'size', descending: true } }));
    fireEvent.pointerEnter(screen.getByRole('grid'));
    rerender(
      table([{ name: 'b', size: 20 }, { name: 'c', size: null }, { name: 'a', size: 9 }], {
        firstSorting: { column: 'size', descending: true },
      }),
    );
    expect(order()).toEqual(['a', 'b', 'c']);
    await userEvent.click(screen.getByRole('button', { name: '1 change, resort' }));
    expect(order()).toEqual(['b', 'a', 'c']);
  });

  it('takes a new order when the pointer leaves', () => {
    const { rerender } = render(table(THINGS));
    fireEvent.pointerEnter(screen.getByRole('grid'));
    rerender(table([...THINGS, { name: '0', size: 1 }]));
    expect(order()).toEqual(['a', 'b', 'c', '0']);
    fireEvent.pointerLeave(screen.getByRole('grid'));
    expect(order()).toEqual(['0', 'a', 'b', 'c']);
  });

  it('renders only what is in sight of two thousand rows', () => {
    render(table(Array.from({ length: 2000 }, (_, index) => ({ name: `n${String(index)}`, size: index }))));
    expect(screen.getByRole('grid').getAttribute('aria-rowcount')).toBe('2001');
    expect(screen.getAllByRole('row').length).toBeLessThan(60);
  });

  it('shows the buttons of a row', () => {
    render(table(THINGS, { rowActions: (row) => <button>Open {row.name}</button> }));
    const [first] = screen.getAllByRole('row').slice(1);
    expect(first && within(first).getByRole('button', { name: 'Open a' })).toBeTruthy();
  });
});

describe('a table with marks and an export', () => {
  it('marks rows with Space and with Ctrl and the pointer', async () => {
    const onMark = vi.fn();
    const onOpen = vi.fn();
    render(table(THINGS, { marked: new Set(['b']), onMark, onOpen }));
    const [a, b] = screen.getAllByRole('row').slice(1);
    if (!a || !b) throw new Error('two rows');
    expect([a, b].map((row) => row.getAttribute('aria-selected'))).toEqual(['false', 'true']);
    a.focus();
    await userEvent.keyboard(' ');
    await userEvent.keyboard('{Control>}');
    fireEvent.click(b, { ctrlKey: true });
    expect(onMark.mock.calls).toEqual([['a'], ['b']]);
    expect(onOpen).not.toHaveBeenCalled();
  });

  it('exports its rows in the order in which they are shown', async () => {
    const made: Blob[] = [];
    vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
      if (blob instanceof Blob) made.push(blob);
      return 'blob:made';
    });
    render(<TooltipProvider>{table(THINGS, { exportName: 'things' })}</TooltipProvider>);
    await userEvent.click(screen.getByRole('button', { name: 'Export as CSV' }));
    act(() => { requestExport(); });
    expect(await Promise.all(made.map((blob) => blob.text()))).toEqual(Array(2).fill('Name,Size\r\na,9\r\nb,2\r\nc,\r\n'));
  });
});
