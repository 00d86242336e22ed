import type { ReactNode } from 'react';

/** One column of a table. */
export interface DataColumn<Row> {
  id: string;
  header: string;
  /** A CSS grid track: `minmax(160px, 1fr)`, `92px`. */
  track: string;
  align?: 'left' | 'right';
  cell: (row: Row) => ReactNode;
  /** What it sorts by; nothing known sorts last. Without it, the column does not sort. */
  sortValue?: (row: Row) => number | string | null;
  /** What an export says of it, where that is not what it sorts by. */
  exported?: (row: Row) => number | string | null;
  /** The direction of the first press. */
  firstDescending?: boolean;
  /** Leaves when the table is narrower than this. */
  leavesUnder?: number;
}

/** By which column a table is sorted. */
export interface Sorting {
  column: string;
  descending: boolean;
}
