import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';

import { clock, clockSeconds, day } from '../../format/time';
import { Skeleton } from '../Skeleton/Skeleton';
import { EventMarks } from './EventMarks';
import { AXIS_HEIGHT, EVENTS_HEIGHT, type StackLayout } from './layout';
import type { ChartEvent, ChartRow, TimeRange } from './rows';
import { nearestIndex, timeTicks } from './scale';

/** A drag shorter than this is a click. */
const CLICK_PIXELS = 6;
/** A zoom never shows less than this. */
const SHORTEST_RANGE_MS = 60_000;

/** What moves with the pointer: crosshair, readings, the range that is dragged. The lines are given and do not change with it. */
export function HoverStack({
  rows,
  times,
  range,
  layout,
  events,
  loading,
  plot,
  onZoom,
  onEvent,
  onTable,
}: {
  rows: readonly ChartRow[];
  times: readonly number[];
  range: TimeRange;
  layout: StackLayout;
  events: readonly ChartEvent[];
  loading: boolean;
  plot: ReactNode;
  onZoom: (range: TimeRange | null) => void;
  onEvent: (id: string) => void;
  onTable: () => void;
}) {
  const [index, setIndex] = useState<number | null>(null);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const surface = useRef<HTMLDivElement>(null);
  const shown = index !== null && index < times.length ? index : null;
  const at = shown === null ? null : (times[shown] ?? null);

  const placeOf = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(layout.plot, Math.max(0, event.clientX - box.left));
  };
  const finish = () => {
    if (drag && Math.abs(drag.to - drag.from) > CLICK_PIXELS) {
      const from = layout.at(Math.min(drag.from, drag.to));
      onZoom({ from, to: Math.max(layout.at(Math.max(drag.from, drag.to)), from + SHORTEST_RANGE_MS) });
    }
    setDrag(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 't') {
      onTable();
      return;
    }
    const action = keyAction(event, { index: shown, times, range, events });
    if (!action) return;
    event.preventDefault();
    if (action.index !== undefined) setIndex(action.index);
    if (action.range !== undefined) onZoom(action.range);
    if (action.event !== undefined) onEvent(action.event);
  };

  return (
    <div className="relative" style={{ height: EVENTS_HEIGHT + layout.height + AXIS_HEIGHT }}>
      <EventMarks events={events} layout={layout} onEvent={onEvent} />
      {rows.map((row, place) => (
        <Reading
          key={row.id}
          row={row}
          top={EVENTS_HEIGHT + (layout.tops[place] ?? 0)}
          width={layout.left - 18}
          withShares={layout.withShares}
          index={shown}
          loading={loading}
        />
      ))}
      <div className="absolute" style={{ left: layout.left, top: EVENTS_HEIGHT }}>
        {plot}
        {at !== null && (
          <span
            className="pointer-events-none absolute top-0 w-px bg-text"
            style={{ left: layout.x(at), height: layout.height }}
          />
        )}
        {drag && (
          <span
            className="pointer-events-none absolute top-0 bg-room opacity-50"
            style={{
              left: Math.min(drag.from, drag.to),
              width: Math.abs(drag.to - drag.from),
              height: layout.height,
            }}
          />
        )}
        <div
          ref={surface}
          role="slider"
          tabIndex={0}
          aria-label="Time"
          aria-valuemin={range.from}
          aria-valuemax={range.to}
          aria-valuenow={at ?? range.to}
          aria-valuetext={crosshairWords(rows, shown, at ?? range.to)}
          className="absolute inset-0 touch-none"
          style={{ height: layout.height, width: layout.plot }}
          onPointerMove={(event) => {
            const place = placeOf(event);
            setIndex(nearestIndex(times, layout.at(place)));
            if (drag) setDrag({ ...drag, to: place });
          }}
          onPointerLeave={() => {
            if (!drag) setIndex(null);
          }}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            const place = placeOf(event);
            setDrag({ from: place, to: place });
          }}
          onPointerUp={finish}
          onPointerCancel={() => { setDrag(null); }}
          onDoubleClick={() => { onZoom(null); }}
          onKeyDown={onKeyDown}
          onBlur={() => { setIndex(null); }}
        />
      </div>
      <Axis range={range} layout={layout} at={at} />
    </div>
  );
}

function Reading({
  row,
  top,
  width,
  withShares,
  index,
  loading,
}: {
  row: ChartRow;
  top: number;
  width: number;
  withShares: boolean;
  index: number | null;
  loading: boolean;
}) {
  const quiet = row.problem && index === null;
  return (
    <div className="absolute flex gap-3 pt-2.5" style={{ top, width, height: row.height }} data-row={row.id}>
      <div className="min-w-0 flex-1">
        <div className="flex items-baseline justify-between gap-2">
          <span className="truncate font-medium">{row.label}</span>
          <span className={`shrink-0 font-semibold ${quiet ? 'text-warn' : ''}`} aria-live="off">
            {loading ? <Skeleton width={40} /> : index === null ? row.reading : row.readingAt(index)}
          </span>
        </div>
        <div
          className={`text-caption ${row.problem ? '-mt-0.5 line-clamp-2 leading-[14px] text-warn' : 'truncate text-text-3'}`}
          title={row.problem ?? row.note}
        >
          {row.problem ?? row.note}
        </div>
      </div>
      {withShares && !row.problem && (
        <div className="w-15 shrink-0">
          {row.aside ??
            (row.share && (
              <>
                <div className="flex h-5 items-center">
                  <div className="h-1 w-full bg-sunken">
                    <div
                      className="h-full bg-accent"
                      style={{ width: `${String(100 * Math.min(1, row.share.ratio))}%` }}
                    />
                  </div>
                </div>
                <div className="text-right text-caption whitespace-nowrap text-text-3">{row.share.words}</div>
              </>
            ))}
        </div>
      )}
    </div>
  );
}

function Axis({ range, layout, at }: { range: TimeRange; layout: StackLayout; at: number | null }) {
  const end = at ?? range.to;
  const now = new Date();
  const endX = layout.x(end);
  const short = range.to - range.from < 600_000 || at !== null;
  const endWords = short ? clockSeconds(new Date(end)) : clock(new Date(end));
  return (
    <div
      aria-hidden="true"
      className="absolute text-caption text-text-3"
      style={{ left: layout.left, top: EVENTS_HEIGHT + layout.height + 4, width: layout.plot }}
    >
      {timeTicks(range, Math.max(2, Math.floor(layout.plot / 76)))
        .filter((tick) => Math.abs(layout.x(tick.at) - endX) > 46 && layout.x(tick.at) > 14)
        .map((tick) => (
          <span
            key={tick.at}
            className="absolute -translate-x-1/2 whitespace-nowrap"
            style={{ left: layout.x(tick.at) }}
          >
            {tick.days ? day(new Date(tick.at), now) : clock(new Date(tick.at))}
          </span>
        ))}
      <span
        className="absolute -translate-x-1/2 font-semibold whitespace-nowrap text-text"
        style={{ left: Math.min(layout.plot, Math.max(16, endX)) }}
      >
        {endWords}
      </span>
    </div>
  );
}

function crosshairWords(rows: readonly ChartRow[], index: number | null, at: number): string {
  const readings = rows.map(
    (row) => `${row.label} ${index === null ? row.reading : row.readingAt(index)}`,
  );
  return [clockSeconds(new Date(at)), ...readings].join(', ');
}

interface KeyContext {
  index: number | null;
  times: readonly number[];
  range: TimeRange;
  events: readonly ChartEvent[];
}

interface KeyAction {
  index?: number | null;
  range?: TimeRange | null;
  event?: string;
}

function keyAction(event: KeyboardEvent, { index, times, range, events }: KeyContext): KeyAction | null {
  const last = times.length - 1;
  const step = event.shiftKey ? 10 : 1;
  const from = index ?? last;
  const middle = index === null ? range.to : (times[index] ?? range.to);
  const span = range.to - range.from;
  switch (event.key) {
    case 'ArrowLeft':
      return { index: Math.max(0, from - step) };
    case 'ArrowRight':
      return { index: Math.min(last, from + step) };
    case 'Home':
      return { index: 0 };
    case 'End':
      return { index: last };
    case '+':
    case '=':
      return { range: around(middle, Math.max(SHORTEST_RANGE_MS, span / 2), range) };
    case '-':
      return { range: around(middle, span * 2, range) };
    case '[':
      return { range: { from: range.from - span / 2, to: range.to - span / 2 } };
    case ']':
      return { range: { from: range.from + span / 2, to: range.to + span / 2 } };
    case 'e': {
      const now = index === null ? -Infinity : (times[index] ?? -Infinity);
      const next = events.find((candidate) => candidate.at > now + 1) ?? events[0];
      return next ? { event: next.id, index: nearestIndex(times, next.at) } : null;
    }
    case 'Escape':
      return index === null ? { range: null } : { index: null };
    default:
      return null;
  }
}

/** A range of this length in which `middle` stands where it stood. */
function around(middle: number, length: number, range: TimeRange): TimeRange {
  const share = (middle - range.from) / Math.max(1, range.to - range.from);
  return { from: middle - share * length, to: middle + (1 - share) * length };
}
