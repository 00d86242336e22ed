import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp, Download } from 'lucide-react';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';

import { counted } from '../../format/number';
import { useSize } from '../measure/useSize';
import { Skeleton } from '../Skeleton/Skeleton';
import { Tooltip } from '../Tooltip/Tooltip';
import type { DataColumn, Sorting } from './column';
import { csvOf } from './csv';
import { download } from './download';
import { useRows, type OrderedRows } from './useRows';

/** A row with a line of reason under its name. */
export const ROOMY_ROW = 44;
/** A row of one line. */
export const COMPACT_ROW = 28;

const SKELETON_ROWS = 12;

/**
 * Up to thousands of rows of one height: virtual, sorted by its head, walked by keyboard (↑↓ J K Home End, Enter opens, Space marks,
 * 1–8 sort), exported as CSV in the order in which it is shown.
 * While the pointer or the focus is in it, rows keep their order; a line offers to sort again.
 */
export function DataTable<Row>({
  label,
  columns,
  rows,
  rowId,
  rowHeight = ROOMY_ROW,
  firstSorting,
  onOpen,
  onKey,
  rowActions,
  marked,
  onMark,
  exportName,
  empty,
  footer,
}: {
  /** The accessible name. */
  label: string;
  columns: readonly DataColumn<Row>[];
  /** Nothing: they are being read. */
  rows: readonly Row[] | null;
  rowId: (row: Row) => string;
  rowHeight?: number;
  firstSorting: Sorting;
  onOpen?: (row: Row) => void;
  /** Another key on a row; true when it was taken. */
  onKey?: (key: string, row: Row) => boolean;
  /** Buttons that appear at the right edge of the row under the pointer or with the focus. */
  rowActions?: (row: Row) => ReactNode;
  /** The rows that a person has marked. */
  marked?: ReadonlySet<string>;
  /** Marks a row, or takes the mark away. */
  onMark?: (id: string) => void;
  /** What an exported file is called, without its ending; without it the table is not exported. */
  exportName?: string;
  /** In place of rows, when there are none. */
  empty: ReactNode;
  /** Stays under the rows. */
  footer?: ReactNode;
}) {
  const [measure, { width }] = useSize({ width: 1000, height: 600 });
  const [pointerIn, setPointerIn] = useState(false);
  const [focusIn, setFocusIn] = useState(false);
  const shown = columns.filter((column) => width >= (column.leavesUnder ?? 0));
  const ordered = useRows(rows ?? [], rowId, columns, firstSorting, pointerIn || focusIn);
  const template = shown.map((column) => column.track).join(' ');
  const exportRows =
    exportName === undefined || ordered.rows.length === 0
      ? null
      : () => {
          download(`${exportName}.csv`, csvOf(columns, ordered.rows.map(({ row }) => row)));
        };
  useExport(exportRows);
  return (
    <div ref={measure} className="flex h-full min-h-0 flex-col">
      <div
        role="grid"
        aria-label={label}
        aria-rowcount={(rows?.length ?? 0) + 1}
        aria-busy={rows === null || undefined}
        className="flex min-h-0 flex-1 flex-col"
        onPointerEnter={() => { setPointerIn(true); }}
        onPointerLeave={() => { setPointerIn(false); }}
        onFocus={() => { setFocusIn(true); }}
        onBlur={(event) => {
          if (!event.currentTarget.contains(event.relatedTarget)) setFocusIn(false);
        }}
      >
        <Head columns={shown} template={template} sorting={ordered.sorting} sortBy={ordered.sortBy} exportRows={exportRows} />
        {rows === null ? (
          <Skeletons columns={shown} template={template} rowHeight={rowHeight} />
        ) : rows.length === 0 ? (
          <div className="min-h-0 flex-1 overflow-y-auto">{empty}</div>
        ) : (
          <Body
            ordered={ordered}
            columns={shown}
            template={template}
            rowHeight={rowHeight}
            onOpen={onOpen}
            onKey={onKey}
            rowActions={rowActions}
            marked={marked}
            onMark={onMark}
          />
        )}
      </div>
      {ordered.pending > 0 && (
        <div className="relative h-0">
          <button
            type="button"
            onMouseDown={(event) => { event.preventDefault(); }}
            onClick={ordered.resort}
            className="appear absolute bottom-2 left-1/2 -translate-x-1/2 rounded-full border border-line bg-raised px-3 py-1 text-reason font-medium text-accent shadow-float"
          >
            {counted(ordered.pending, 'change')}, resort
          </button>
        </div>
      )}
      {footer}
    </div>
  );
}

/** Somewhere a person asked for the table that is shown: Ctrl+E, the palette. */
const EXPORT = 'headroom:export';

/** Asks the table on the page for its export. */
export function requestExport(): void {
  window.dispatchEvent(new Event(EXPORT));
}

function useExport(exportRows: (() => void) | null): void {
  const latest = useRef(exportRows);
  useEffect(() => {
    latest.current = exportRows;
  });
  useEffect(() => {
    const onExport = () => latest.current?.();
    window.addEventListener(EXPORT, onExport);
    return () => {
      window.removeEventListener(EXPORT, onExport);
    };
  }, []);
}

function Head<Row>({
  columns,
  template,
  sorting,
  sortBy,
  exportRows,
}: {
  columns: readonly DataColumn<Row>[];
  template: string;
  sorting: Sorting;
  sortBy: (column: string) => void;
  exportRows: (() => void) | null;
}) {
  return (
    <div
      role="row"
      aria-rowindex={1}
      className="group/head relative grid h-8 shrink-0 items-center gap-x-3.5 overflow-hidden [scrollbar-gutter:stable] border-b border-line px-5 text-caption font-medium text-text-2"
      style={{ gridTemplateColumns: template }}
    >
      {columns.map((column) => {
        const sorted = sorting.column === column.id;
        const Arrow = sorting.descending ? ArrowDown : ArrowUp;
        return (
          <div
            key={column.id}
            role="columnheader"
            aria-sort={sorted ? (sorting.descending ? 'descending' : 'ascending') : undefined}
            className={`flex min-w-0 ${column.align === 'right' ? 'justify-end' : ''}`}
          >
            {column.sortValue ? (
              <button
                type="button"
                onClick={() => { sortBy(column.id); }}
                className="-mx-1 flex h-7 min-w-0 items-center gap-1 rounded-cap px-1 text-caption font-medium hover:text-text focus-visible:-outline-offset-2"
              >
                <span className="truncate">{column.header}</span>
                {sorted && <Arrow size={11} aria-hidden="true" className="shrink-0" />}
              </button>
            ) : (
              <span className="truncate">{column.header}</span>
            )}
          </div>
        );
      })}
      {exportRows && (
        <div
          role="columnheader"
          className="absolute inset-y-0 right-1 flex items-center bg-surface opacity-0 transition-opacity duration-[80ms] group-focus-within/head:opacity-100 group-hover/head:opacity-100"
        >
          <Tooltip content="Export as CSV (Ctrl+E)">
            <button
              type="button"
              aria-label="Export as CSV"
              onClick={exportRows}
              className="flex size-7 items-center justify-center rounded-cap hover:bg-hover focus-visible:-outline-offset-2"
            >
              <Download size={13} aria-hidden="true" />
            </button>
          </Tooltip>
        </div>
      )}
    </div>
  );
}

function Body<Row>({
  ordered,
  columns,
  template,
  rowHeight,
  onOpen,
  onKey,
  rowActions,
  marked,
  onMark,
}: {
  ordered: OrderedRows<Row>;
  columns: readonly DataColumn<Row>[];
  template: string;
  rowHeight: number;
  onOpen: ((row: Row) => void) | undefined;
  onKey: ((key: string, row: Row) => boolean) | undefined;
  rowActions: ((row: Row) => ReactNode) | undefined;
  marked: ReadonlySet<string> | undefined;
  onMark: ((id: string) => void) | undefined;
}) {
  const { rows } = ordered;
  const scroll = useRef<HTMLDivElement>(null);
  const [activeId, setActiveId] = useState<string | null>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are called in this component alone
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  const activeIndex = Math.max(0, rows.findIndex(({ id }) => id === activeId));

  const moveTo = (index: number) => {
    const bounded = Math.max(0, Math.min(rows.length - 1, index));
    const next = rows[bounded];
    if (!next) return;
    setActiveId(next.id);
    virtual.scrollToIndex(bounded);
    requestAnimationFrame(() => {
      scroll.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(next.id)}"]`)?.focus();
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? 0) / rowHeight) - 1);
    const step = stepOf(event.key, page, rows.length);
    const current = rows[activeIndex];
    const column = columns[Number(event.key) - 1];
    let taken = true;
    if (step !== null) moveTo(activeIndex + step);
    else if (column?.sortValue) ordered.sortBy(column.id);
    else if (!current || event.target instanceof HTMLButtonElement) taken = false;
    else if (event.key === 'Enter' && onOpen) onOpen(current.row);
    else if (event.key === ' ' && onMark) onMark(current.id);
    else taken = onKey?.(event.key, current.row) ?? false;
    if (taken) event.preventDefault();
  };

  return (
    <div ref={scroll} role="rowgroup" className="min-h-0 flex-1 overflow-y-auto [scrollbar-gutter:stable]">
      <div className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const entry = rows[item.index];
          if (!entry) return null;
          return (
            <div
              key={entry.id}
              role="row"
              aria-rowindex={item.index + 2}
              data-row={entry.id}
              tabIndex={item.index === activeIndex ? 0 : -1}
              aria-selected={onMark ? (marked?.has(entry.id) ?? false) : undefined}
              onFocus={() => { setActiveId(entry.id); }}
              onClick={(event) => {
                if (onMark && (event.ctrlKey || event.metaKey)) onMark(entry.id);
                else onOpen?.(entry.row);
              }}
              onKeyDown={onKeyDown}
              className="group absolute inset-x-0 grid items-center gap-x-3.5 border-b border-line px-5 transition-colors duration-[80ms] hover:bg-hover focus:bg-selected focus-visible:-outline-offset-2 aria-selected:bg-selected aria-selected:shadow-[inset_3px_0_0_var(--color-accent)]"
              style={{
                gridTemplateColumns: template,
                height: rowHeight,
                transform: `translateY(${String(item.start)}px)`,
              }}
            >
              {columns.map((column) => (
                <div
                  key={column.id}
                  role="gridcell"
                  className={`min-w-0 ${column.align === 'right' ? 'text-right' : ''}`}
                >
                  {column.cell(entry.row)}
                </div>
              ))}
              {rowActions && (
                <div className="absolute inset-y-0 right-3 hidden items-center gap-1 bg-hover pl-12 group-focus-within:flex group-hover:flex group-focus:bg-selected">
                  {rowActions(entry.row)}
                </div>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Skeletons<Row>({
  columns,
  template,
  rowHeight,
}: {
  columns: readonly DataColumn<Row>[];
  template: string;
  rowHeight: number;
}) {
  return (
    <div role="rowgroup" className="min-h-0 flex-1 overflow-hidden [scrollbar-gutter:stable]">
      {Array.from({ length: SKELETON_ROWS }, (_, row) => (
        <div
          key={row}
          aria-hidden="true"
          className="grid items-center gap-x-3.5 border-b border-line px-5"
          style={{ gridTemplateColumns: template, height: rowHeight }}
        >
          {columns.map((column, index) => (
            <div key={column.id} className={column.align === 'right' ? 'text-right' : ''}>
              <Skeleton width={index === 0 ? `${String(45 + ((row * 17) % 30))}%` : '70%'} />
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}

function stepOf(key: string, page: number, all: number): number | null {
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return 1;
    case 'ArrowUp':
    case 'k':
      return -1;
    case 'PageDown':
      return page;
    case 'PageUp':
      return -page;
    case 'Home':
      return -all;
    case 'End':
      return all;
    default:
      return null;
  }
}
