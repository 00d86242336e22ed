import {
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type ColumnDef,
  type SortingState,
} from '@tanstack/react-table';
import { useMemo, useState } from 'react';

import type { DataColumn, Sorting } from './column';
import { keepOrder, movesNeeded } from './order';

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });

/** Rows in the order in which they are shown, how it came about, and how to change it. */
export interface OrderedRows<Row> {
  rows: { id: string; row: Row }[];
  sorting: Sorting;
  /** Sorts by this column; pressed again, the other way round. */
  sortBy: (column: string) => void;
  /** How many rows would move if the order were not frozen. */
  pending: number;
  resort: () => void;
}

/** Sorts rows, and keeps their order while a person is in the table (`held`). */
export function useRows<Row>(
  rows: readonly Row[],
  rowId: (row: Row) => string,
  columns: readonly DataColumn<Row>[],
  firstSorting: Sorting,
  held: boolean,
): OrderedRows<Row> {
  const [state, setState] = useState<SortingState>([
    { id: firstSorting.column, desc: firstSorting.descending },
  ]);
  const definitions = useMemo(
    () =>
      columns.map<ColumnDef<typeof features, { row: Row }>>((column) => ({
        id: column.id,
        accessorFn: ({ row }) => column.sortValue?.(row) ?? undefined,
        enableSorting: column.sortValue !== undefined,
        sortDescFirst: column.firstDescending ?? false,
        sortUndefined: 'last',
        sortFn: (a, b, id) => compare(a.getValue(id), b.getValue(id)),
      })),
    [columns],
  );
  const data = useMemo(() => rows.map((row) => ({ row })), [rows]);
  const table = useTable({
    features,
    columns: definitions,
    data,
    getRowId: ({ row }) => rowId(row),
    state: { sorting: state },
    onSortingChange: setState,
    enableSortingRemoval: false,
  });
  const sorted = table.getRowModel().rows;
  const sortedIds = sorted.map((row) => row.id);
  const sorting: Sorting = {
    column: state[0]?.id ?? firstSorting.column,
    descending: state[0]?.desc ?? false,
  };
  const [frozen, setFrozen] = useState<{ key: string; ids: readonly string[] } | null>(null);
  const key = `${sorting.column} ${String(sorting.descending)}`;
  // The order is caught when a person comes in or sorts, and let go when they leave.
  if (held && rows.length > 0 && frozen?.key !== key) setFrozen({ key, ids: sortedIds });
  if (!held && frozen) setFrozen(null);

  const shownIds = held && frozen?.key === key ? keepOrder(frozen.ids, sortedIds) : sortedIds;
  const byId = new Map(sorted.map((row) => [row.id, row.original.row]));
  return {
    rows: shownIds.flatMap((id) => {
      const row = byId.get(id);
      return row === undefined ? [] : [{ id, row }];
    }),
    sorting,
    sortBy: (id) => {
      table.getColumn(id)?.toggleSorting();
    },
    pending: held ? movesNeeded(shownIds, sortedIds) : 0,
    resort: () => {
      setFrozen({ key, ids: sortedIds });
    },
  };
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true, sensitivity: 'base' });
}
