import { useState } from 'react';

import { number } from '../../format/number';
import { useSize } from '../measure/useSize';

/** One count in each even stretch of time, as a line of steps. */
export interface StepLine {
  name: string;
  values: readonly number[];
  /** How it is drawn: filled behind, quiet, or the one to look at. */
  look: 'area' | 'quiet' | 'accent';
}

const HEIGHT = 232;
const TOP = 8;
const FOOT = 22;
const LEFT = 28;
const RIGHT = 76;
const LABEL_GAP = 15;
const GRID = 4;
/** Labels of days stand this far apart at least. */
const DAY_WIDTH = 56;

/** Counts over time as steps, named at their end; the pointer reads out all of them at one instant. */
export function StepChart({
  label,
  from,
  secondsPerPoint,
  lines,
  day,
  when,
}: {
  /** The accessible name: the chart in a sentence. */
  label: string;
  from: Date;
  secondsPerPoint: number;
  /** All of one length, the one to look at last. */
  lines: readonly StepLine[];
  /** How the start of a day reads on the axis. */
  day: (instant: Date) => string;
  /** How an instant reads under the pointer. */
  when: (instant: Date) => string;
}) {
  const [measure, { width }] = useSize({ width: 640, height: HEIGHT });
  const [at, setAt] = useState<number | null>(null);
  const count = lines[0]?.values.length ?? 0;
  const top = ceiling(Math.max(1, ...lines.flatMap(({ values }) => values)));
  const right = Math.max(LEFT + 60, width - RIGHT);
  const x = (index: number) => LEFT + (index / Math.max(1, count)) * (right - LEFT);
  const y = (value: number) => TOP + (1 - value / top) * (HEIGHT - TOP - FOOT);
  const instant = (index: number) => new Date(from.getTime() + index * secondsPerPoint * 1000);
  const named = ends(lines, y);
  const hovered = at === null || at >= count ? null : at;
  return (
    <figure
      ref={measure}
      aria-label={label}
      className="relative min-w-0"
      style={{ height: HEIGHT }}
      onPointerMove={(event) => {
        const share = (event.clientX - event.currentTarget.getBoundingClientRect().left - LEFT) / (right - LEFT);
        setAt(share < 0 || share >= 1 ? null : Math.floor(share * count));
      }}
      onPointerLeave={() => {
        setAt(null);
      }}
    >
      <svg width={width} height={HEIGHT} aria-hidden="true" className="text-caption">
        {Array.from({ length: GRID + 1 }, (_, index) => (top / GRID) * index).map((value) => (
          <g key={value}>
            <line x1={LEFT} x2={right} y1={y(value)} y2={y(value)} stroke="var(--line)" />
            <text x={LEFT - 8} y={y(value) + 4} textAnchor="end" className="fill-text-3">
              {number(value)}
            </text>
          </g>
        ))}
        {days(instant(0), instant(count), (right - LEFT) / DAY_WIDTH).map((start) => {
          const place = LEFT + ((start.getTime() - from.getTime()) / 1000 / secondsPerPoint / Math.max(1, count)) * (right - LEFT);
          return (
            <g key={start.getTime()}>
              <line x1={place} x2={place} y1={TOP} y2={y(0)} stroke="var(--line)" />
              <text x={place + 4} y={HEIGHT - 5} className="fill-text-3">
                {day(start)}
              </text>
            </g>
          );
        })}
        {lines.map(({ name, values, look }) => (
          <path
            key={name}
            data-line={name}
            d={look === 'area' ? `${steps(values, x, y)}V${y(0).toFixed(1)}H${LEFT.toFixed(1)}Z` : steps(values, x, y)}
            fill={look === 'area' ? 'var(--line)' : 'none'}
            stroke={look === 'area' ? 'none' : look === 'quiet' ? 'var(--bracket)' : 'var(--accent)'}
            strokeWidth={look === 'accent' ? 2 : 1.25}
          />
        ))}
        {named.map(({ name, look, place }) => (
          <text
            key={name}
            x={right + 8}
            y={place + 4}
            className={look === 'accent' ? 'fill-accent font-semibold' : look === 'quiet' ? 'fill-text-2' : 'fill-text-3'}
          >
            {name}
          </text>
        ))}
        {hovered !== null && (
          <line x1={x(hovered + 0.5)} x2={x(hovered + 0.5)} y1={TOP} y2={y(0)} stroke="var(--bracket)" strokeDasharray="2 2" />
        )}
      </svg>
      {hovered !== null && (
        <div
          className="pointer-events-none absolute flex flex-col rounded-control border border-line bg-raised px-2 py-1 text-reason whitespace-nowrap shadow-float"
          style={{ left: Math.min(x(hovered) + 12, Math.max(0, width - 160)), top: TOP }}
        >
          <span className="text-text-3">{when(instant(hovered))}</span>
          {[...lines].reverse().map(({ name, values }) => (
            <span key={name} className="flex justify-between gap-4">
              <span className="text-text-2">{name}</span>
              <span className="font-medium">{number(values[hovered] ?? 0)}</span>
            </span>
          ))}
        </div>
      )}
    </figure>
  );
}

/** One path; a step that stays adds nothing to it. */
function steps(values: readonly number[], x: (index: number) => number, y: (value: number) => number): string {
  let path = '';
  values.forEach((value, index) => {
    if (index === 0) path = `M${x(0).toFixed(1)} ${y(value).toFixed(1)}`;
    else if (value !== values[index - 1]) path += `H${x(index).toFixed(1)}V${y(value).toFixed(1)}`;
  });
  return `${path}H${x(values.length).toFixed(1)}`;
}

/** A round number at or above the largest, that the grid divides evenly. */
function ceiling(largest: number): number {
  return Math.ceil(largest / GRID) * GRID;
}

/** Names beside the ends of their lines, none over another. */
function ends(lines: readonly StepLine[], y: (value: number) => number) {
  const placed = lines
    .map(({ name, look, values }) => ({ name, look, place: y(values.at(-1) ?? 0) - (look === 'area' ? -8 : 0) }))
    .sort((a, b) => a.place - b.place);
  placed.forEach((label, index) => {
    const above = placed[index - 1];
    if (above) label.place = Math.max(label.place, above.place + LABEL_GAP);
  });
  // What would stand under the chart moves up, and takes those above along.
  let least = y(0);
  for (const label of [...placed].reverse()) {
    label.place = Math.min(label.place, least);
    least = label.place - LABEL_GAP;
  }
  return placed;
}

/** Midnights of this machine's zone between two instants, at most so many. */
function days(from: Date, to: Date, most: number): Date[] {
  const every = Math.max(1, Math.ceil((to.getTime() - from.getTime()) / 86_400_000 / Math.max(1, most)));
  const found: Date[] = [];
  const start = new Date(from.getFullYear(), from.getMonth(), from.getDate() + 1);
  while (start < to) {
    found.push(new Date(start));
    start.setDate(start.getDate() + every);
  }
  return found;
}
