import { useId } from 'react';

import type { StackLayout } from './layout';
import type { ChartEvent, ChartGap, ChartRow } from './rows';
import { bandArea, brokenArea, brokenLine, domainOf, rowSummary, spreadLabels } from './scale';

/** More events than these in view become ticks. */
export const MOST_EVENTS = 20;
const LABEL_GAP = 12;
/** Kept free over and under a line. */
const PADDING = 6;

/** All lines of a stack, what was not observed, and hairlines where something was done. */
export function Plot({
  rows,
  times,
  events,
  gaps,
  layout,
  longestMs,
}: {
  rows: readonly ChartRow[];
  times: readonly number[];
  events: readonly ChartEvent[];
  gaps: readonly ChartGap[];
  layout: StackLayout;
  /** Points further apart than this are not joined. */
  longestMs: number;
}) {
  const hatch = useId();
  const { plot, height, tops, x } = layout;
  return (
    <svg width={plot} height={height} className="block overflow-visible text-caption">
      <defs>
        <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="6" height="6" fill="var(--surface)" />
          <path d="M0 0V6" stroke="var(--line-2)" />
        </pattern>
      </defs>
      {rows.map((row, index) => (
        <g key={row.id} transform={`translate(0 ${String(tops[index] ?? 0)})`}>
          <path d={`M${String(-layout.left)} .5H${String(plot + 46)}`} stroke="var(--line)" />
          <Line row={row} times={row.times ?? times} plot={plot} x={x} longestMs={longestMs} />
        </g>
      ))}
      {gaps.map((gap) => (
        <Gap key={gap.from} gap={gap} layout={layout} fill={`url(#${hatch})`} />
      ))}
      {events.map((event) => (
        <path
          key={event.id}
          d={`M${x(event.at).toFixed(1)} ${events.length > MOST_EVENTS ? String(height - 8) : '0'}V${String(height)}`}
          stroke="var(--ctl)"
        />
      ))}
      <path d={`M${String(-layout.left)} ${String(height - 0.5)}H${String(plot + 46)}`} stroke="var(--line-2)" />
    </svg>
  );
}

function Line({
  row,
  times,
  plot,
  x,
  longestMs,
}: {
  row: ChartRow;
  times: readonly number[];
  plot: number;
  x: (at: number) => number;
  longestMs: number;
}) {
  const { low, high } = domainOf(row);
  const top = PADDING;
  const bottom = row.kind === 'steps' ? row.height - 1 : row.height - PADDING;
  const y = (value: number) => bottom - ((value - low) / (high - low)) * (bottom - top);
  const last = row.values.findLastIndex((value) => value !== null);
  const lastValue = row.values[last] ?? null;
  const lastAt = times[last];
  const accent = row.kind === 'band';
  const stroke = accent ? 'var(--accent)' : 'var(--c5)';
  if (row.problem && lastValue === null) {
    return (
      <g role="img" aria-label={rowSummary(row)}>
        <path d={`M0 ${String(row.height / 2)}H${String(plot)}`} stroke="var(--warn)" strokeDasharray="4 3" />
      </g>
    );
  }
  return (
    <g role="img" aria-label={rowSummary(row)} fill="none">
      {row.kind === 'band' && row.limits.length === 2 && (
        <rect
          y={y(Math.max(...row.limits.map(({ value }) => value)))}
          width={plot}
          height={Math.abs(y(row.limits[0]?.value ?? 0) - y(row.limits[1]?.value ?? 0))}
          fill="var(--area)"
          opacity=".6"
        />
      )}
      {row.kind === 'steps' && (
        <path d={brokenArea(times, row.values, x, y, longestMs)} fill="var(--area)" />
      )}
      {row.forecast && (
        <>
          <path
            d={bandArea(times, row.forecast.low, row.forecast.high, x, y, longestMs)}
            fill="var(--area)"
          />
          <path
            d={brokenLine(times, row.forecast.expected, x, y, longestMs)}
            stroke="var(--accent)"
            strokeDasharray="3 2"
          />
        </>
      )}
      {row.limits.map((limit) => (
        <path
          key={limit.label}
          d={`M0 ${y(limit.value).toFixed(1)}H${String(plot)}`}
          stroke="var(--bracket)"
          strokeDasharray={limit.dashed ? '3 3' : undefined}
        />
      ))}
      {row.above && (
        <path
          d={brokenLine(times, row.above, x, y, longestMs, true)}
          stroke="var(--accent)"
          strokeDasharray="2 2"
        />
      )}
      <path
        d={brokenLine(times, row.values, x, y, longestMs, row.kind === 'steps')}
        stroke={stroke}
        strokeWidth={accent ? 1.75 : 1.25}
        strokeLinejoin="round"
      />
      {lastValue !== null && lastAt !== undefined && (
        <circle cx={x(lastAt)} cy={y(lastValue)} r={accent ? 3 : 2.5} fill={stroke} />
      )}
      <EndLabels row={row} plot={plot} y={y} />
    </g>
  );
}

function EndLabels({ row, plot, y }: { row: ChartRow; plot: number; y: (value: number) => number }) {
  const labels = [
    ...(row.values.length > 0 ? (row.ends ?? []) : []),
    ...row.limits.map((limit) => ({ ...limit, accent: false })),
  ];
  const places = spreadLabels(labels.map((label) => y(label.value)), LABEL_GAP, 7, row.height - 7);
  return labels.map((label, index) => {
    const place = places[index];
    if (place === null || place === undefined) return null;
    return (
      <text
        key={label.label}
        x={plot + 7}
        y={place + 4}
        fill={label.accent ? 'var(--accent)' : 'var(--text-2)'}
      >
        {label.label}
      </text>
    );
  });
}

function Gap({ gap, layout, fill }: { gap: ChartGap; layout: StackLayout; fill: string }) {
  const from = Math.max(0, layout.x(gap.from));
  const to = Math.min(layout.plot, layout.x(gap.to));
  if (to - from < 1) return null;
  const fits = to - from > gap.words.length * 6;
  return (
    <g role="img" aria-label={gap.words}>
      <rect x={from} width={to - from} height={layout.height} fill={fill} opacity=".7" />
      {fits && (
        <>
          <rect
            x={(from + to) / 2 - gap.words.length * 3 - 4}
            y={6}
            width={gap.words.length * 6 + 8}
            height={18}
            fill="var(--surface)"
          />
          <text x={(from + to) / 2} y={19} textAnchor="middle" fill="var(--text-2)">
            {gap.words}
          </text>
        </>
      )}
    </g>
  );
}
