import { describe, expect, it } from 'vitest';

import type { DataColumn } from './column';
import { csvOf } from './csv';

interface Row {
  name: string;
  price: number | null;
}

const columns: DataColumn<Row>[] = [
  { id: 'name', header: 'Name, reason', track: '1fr', cell: () => null, sortValue: (row) => row.name },
  { id: 'line', header: 'Line', track: '1fr', cell: () => null },
  { id: 'price', header: '$/h', track: '1fr', cell: () => null, sortValue: () => 0, exported: (row) => row.price },
];

describe('a table as CSV', () => {
  it('holds what each column says, quoted where it must be', () => {
    const rows = [
      { name: 'web', price: 0.25 },
      { name: 'a "b", c', price: null },
    ];
    expect(csvOf(columns, rows)).toBe('"Name, reason",$/h\r\nweb,0.25\r\n"a ""b"", c",\r\n');
  });

  it('keeps a name from being run as a formula', () => {
    expect(csvOf(columns, [{ name: '=cmd|calc', price: -1 }])).toBe(`"Name, reason",$/h\r\n'=cmd|calc,-1\r\n`);
  });

  it('is its heads where there are no rows', () => {
    expect(csvOf(columns, [])).toBe('"Name, reason",$/h\r\n');
  });
});
