import { Table2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';

import { clock, clockSeconds, day, sameDay } from '../../format/time';
import { Button } from '../Button/Button';
import { DataTable, COMPACT_ROW } from '../DataTable/DataTable';
import type { DataColumn } from '../DataTable/column';
import { useSize } from '../measure/useSize';
import { HoverStack } from './HoverStack';
import { layoutOf } from './layout';
import { Plot } from './Plot';
import type { ChartEvent, ChartGap, ChartRow, TimeRange } from './rows';

/** A gap between two points of this many steps is a gap, not a line. */
const JOINED_STEPS = 2.5;

/**
 * Readings over one range of time: one crosshair through all rows, one zoom, hairlines where something was done. Drag zooms, double click
 * or Esc goes back; ←→ crosshair, + − zoom, [ ] earlier and later, E next event, T as table.
 */
export function ChartStack({
  label,
  rows,
  times,
  range,
  stepMs,
  events,
  gaps,
  loading = false,
  zoomed,
  controls,
  onZoom,
  onEvent,
}: {
  label: string;
  rows: readonly ChartRow[];
  /** Milliseconds since the epoch, one for each value of each row. */
  times: readonly number[];
  range: TimeRange;
  stepMs: number;
  events: readonly ChartEvent[];
  gaps: readonly ChartGap[];
  /** Axes first; lines follow. */
  loading?: boolean;
  zoomed: boolean;
  /** Beside "As table": the choice of ranges. */
  controls?: ReactNode;
  /** Nothing: back to the chosen range. */
  onZoom: (range: TimeRange | null) => void;
  onEvent: (id: string) => void;
}) {
  const [asTable, setAsTable] = useState(false);
  const [measure, { width }] = useSize({ width: 756, height: 400 });
  const layout = layoutOf(width, rows, range);
  const inView = events.filter((event) => event.at >= range.from && event.at <= range.to);
  const now = new Date();
  const toggleTable = () => { setAsTable((shown) => !shown); };
  return (
    <section
      aria-label={label}
      aria-busy={loading || undefined}
    >
      <div className="flex min-h-8 flex-wrap items-center gap-2 pb-1">
        <h2 className="font-semibold">{label}</h2>
        <span className="text-reason text-text-2">{rangeWords(range, now)}</span>
        <span className="ml-auto flex items-center gap-2">
          {zoomed && (
            <Button kind="quiet" onClick={() => { onZoom(null); }}>
              Whole range
            </Button>
          )}
          <Button
            kind="quiet"
            aria-pressed={asTable}
            aria-label={asTable ? 'As charts' : 'As table'}
            title={asTable ? 'As charts (T)' : 'As table (T)'}
            icon={<Table2 size={14} />}
            onClick={toggleTable}
          />
          {controls}
        </span>
      </div>
      <div ref={measure}>
        {asTable ? (
          <div className="-mx-5 h-100">
            <DataTable
              label={`${label} as table`}
              columns={tableColumns(rows, times, range)}
              rows={loading ? null : times.map((_, index) => times.length - 1 - index)}
              rowId={(index) => String(index)}
              rowHeight={COMPACT_ROW}
              firstSorting={{ column: 'time', descending: true }}
              onKey={(key) => {
                if (key === 't') toggleTable();
                return key === 't';
              }}
              empty={<p className="px-5 py-4 text-text-2">Nothing was observed in this time.</p>}
            />
          </div>
        ) : (
          <HoverStack
            rows={rows}
            times={times}
            range={range}
            layout={layout}
            events={inView}
            loading={loading}
            plot={
              <Plot
                rows={rows}
                times={times}
                events={inView}
                gaps={gaps}
                layout={layout}
                longestMs={JOINED_STEPS * stepMs}
              />
            }
            onZoom={onZoom}
            onEvent={onEvent}
            onTable={toggleTable}
          />
        )}
      </div>
    </section>
  );
}

function tableColumns(
  rows: readonly ChartRow[],
  times: readonly number[],
  range: TimeRange,
): DataColumn<number>[] {
  const long = range.to - range.from > 86_400_000;
  const now = new Date();
  return [
    {
      id: 'time',
      header: 'Time',
      track: 'minmax(110px, 1fr)',
      cell: (index) => {
        const at = new Date(times[index] ?? 0);
        return long ? `${day(at, now)}, ${clock(at)}` : clockSeconds(at);
      },
      sortValue: (index) => index,
      firstDescending: true,
    },
    ...rows.map<DataColumn<number>>((row) => ({
      id: row.id,
      header: row.label,
      track: '92px',
      align: 'right',
      cell: (index) => row.readingAt(index),
      sortValue: (index) => row.values[index] ?? null,
      firstDescending: true,
    })),
  ];
}

function rangeWords(range: TimeRange, now: Date): string {
  const from = new Date(range.from);
  const to = new Date(range.to);
  return sameDay(from, to)
    ? `${day(from, now)}, ${clock(from)} to ${clock(to)}`
    : `${day(from, now)}, ${clock(from)} to ${day(to, now)}, ${clock(to)}`;
}
