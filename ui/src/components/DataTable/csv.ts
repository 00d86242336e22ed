import type { DataColumn } from './column';

/** What a spreadsheet would take for a formula at the start of a text. */
const FORMULA = /^[=+\-@\t\r]/;

/** Rows as CSV (RFC 4180), with their heads: what each column says of a row, or sorts it by. Nothing known is an empty field. */
export function csvOf<Row>(columns: readonly DataColumn<Row>[], rows: readonly Row[]): string {
  const told = columns.filter((column) => column.exported !== undefined || column.sortValue !== undefined);
  const lines = [
    told.map((column) => field(column.header)),
    ...rows.map((row) => told.map((column) => field((column.exported ?? column.sortValue)?.(row) ?? null))),
  ];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}

function field(value: number | string | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  // A leading apostrophe keeps a spreadsheet from running a name.
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
