import { useState } from 'react';

import { useSize } from '../measure/useSize';

/** What is left at an instant. */
export interface LeftAt {
  at: number;
  left: number;
}

const HEIGHT = 300;
const TOP = 18;
const FOOT = 22;
const RIGHT = 92;
const LABEL_GAP = 14;

/**
 * What is left of a limit, day by day, against an even pace; what is expected with its band; the thresholds, named in place; the moment
 * it runs out. The pointer reads out the day under it.
 */
export function BurnDown({
  label,
  from,
  to,
  now,
  limit,
  points,
  path,
  thresholds,
  runsOut,
  words,
  date,
  amount,
}: {
  /** The accessible name: the chart in a sentence. */
  label: string;
  from: number;
  to: number;
  now: number;
  limit: number;
  /** What was left at the end of each day, the beginning first and now last. */
  points: readonly (LeftAt & { words: string })[];
  /** What is expected to be left. Empty: no projection. */
  path: readonly (LeftAt & { low: number; high: number })[];
  thresholds: readonly { left: number; words: string }[];
  runsOut: { at: number; words: string; spread: string } | null;
  words: { limit: string; now: string; nowNote: string; end: string | null; endNote: string | null };
  date: (at: number) => string;
  amount: (value: number) => string;
}) {
  const [measure, { width }] = useSize({ width: 760, height: HEIGHT });
  const [hover, setHover] = useState<number | null>(null);
  const right = Math.max(120, width - RIGHT);
  const lowest = Math.min(0, ...points.map(({ left }) => left), ...path.map(({ low }) => low));
  const bottom = Math.min(lowest, -0.02 * limit);
  const x = (at: number) => ((at - from) / Math.max(1, to - from)) * right;
  const y = (left: number) => TOP + ((limit - left) / Math.max(1e-9, limit - bottom)) * (HEIGHT - TOP - FOOT);
  const line = (list: readonly LeftAt[]) => list.map(({ at, left }, index) => `${index === 0 ? 'M' : 'L'}${x(at).toFixed(1)} ${y(left).toFixed(1)}`).join('');
  const last = points.at(-1);
  const expected = last ? [last, ...path] : path;
  const band =
    path.length > 0 && last
      ? `${line([last, ...path.map(({ at, high }) => ({ at, left: high }))])}${[...path].reverse().map(({ at, low }) => `L${x(at).toFixed(1)} ${y(low).toFixed(1)}`).join('')}Z`
      : null;
  const end = path.at(-1);
  const read = hover === null ? null : points[hover];
  const nowRight = x(now) > right * 0.62;
  return (
    <figure aria-label={label} className="min-w-0">
      <div
        ref={measure}
        className="relative"
        style={{ height: HEIGHT }}
        onPointerMove={(event) => {
          const at = from + ((event.clientX - event.currentTarget.getBoundingClientRect().left) / right) * (to - from);
          setHover(at > now ? null : nearest(points, at));
        }}
        onPointerLeave={() => { setHover(null); }}
      >
        <svg width={width} height={HEIGHT} aria-hidden="true" className="text-caption">
          <line x1="0" x2={right} y1={y(limit)} y2={y(limit)} stroke="var(--line-2)" />
          <line x1="0" x2={right} y1={y(bottom)} y2={y(bottom)} stroke="var(--line-2)" />
          {thresholds.map(({ left, words: named }) => (
            <g key={named}>
              <line
                x1="0"
                x2={right}
                y1={y(left)}
                y2={y(left)}
                stroke={left === 0 ? 'var(--bracket)' : 'var(--line-2)'}
                strokeDasharray={left === 0 ? undefined : '3 3'}
              />
              {y(left) - LABEL_GAP > TOP && (
                <text x="0" y={y(left) - 5} className="fill-text-2">
                  {named}
                  <tspan dx="16" className="fill-text-3">{`${amount(left)} left`}</tspan>
                </text>
              )}
            </g>
          ))}
          <line x1="0" y1={y(limit)} x2={right} y2={y(0)} stroke="var(--c5)" strokeDasharray="1 3" />
          <text x="0" y={TOP - 6} className="fill-text-2">{words.limit}</text>
          {band && <path d={band} fill="var(--room)" opacity="0.7" data-part="band" />}
          {path.length > 0 && <path d={line(expected)} fill="none" stroke="var(--accent)" strokeWidth="1.75" strokeDasharray="5 4" data-part="projection" />}
          <path d={line(points)} fill="none" stroke="var(--accent)" strokeWidth="2" data-part="left" />
          <line x1={x(now)} x2={x(now)} y1={TOP - 8} y2={y(bottom)} stroke="var(--line-2)" />
          {last && <circle cx={x(last.at)} cy={y(last.left)} r="3.5" fill="var(--accent)" />}
          <text x={x(now) + (nowRight ? -8 : 8)} y={TOP + 12} textAnchor={nowRight ? 'end' : 'start'} className="fill-text font-semibold">
            {words.now}
          </text>
          <text x={x(now) + (nowRight ? -8 : 8)} y={TOP + 27} textAnchor={nowRight ? 'end' : 'start'} className="fill-text-3">
            {words.nowNote}
          </text>
          {runsOut && (
            <g data-part="runs-out">
              <line x1={x(runsOut.at)} x2={x(runsOut.at)} y1={y(0) - 78} y2={y(0)} stroke="var(--warn)" strokeWidth="1.5" />
              <circle cx={x(runsOut.at)} cy={y(0)} r="4" fill="var(--surface)" stroke="var(--warn)" strokeWidth="2" />
              <text x={x(runsOut.at) - 8} y={y(0) - 68} textAnchor="end" className="fill-warn font-semibold">{runsOut.words}</text>
              <text x={x(runsOut.at) - 8} y={y(0) - 53} textAnchor="end" className="fill-text-3">{runsOut.spread}</text>
            </g>
          )}
          {end && words.end && (
            <g>
              <text x={right + 8} y={y(end.left) + 4} className="fill-accent font-semibold">{words.end}</text>
              <text x={right + 8} y={y(end.left) + 18} className="fill-text-3">{words.endNote}</text>
            </g>
          )}
          {axis(from, to).map((at, index) => (
            <text key={at} x={x(at)} y={HEIGHT - 4} textAnchor={index === 0 ? 'start' : 'middle'} className="fill-text-3">
              {date(at)}
            </text>
          ))}
          {read && (
            <g>
              <line x1={x(read.at)} x2={x(read.at)} y1={y(limit)} y2={y(bottom)} stroke="var(--bracket)" strokeDasharray="2 2" />
              <circle cx={x(read.at)} cy={y(read.left)} r="3" fill="var(--surface)" stroke="var(--accent)" strokeWidth="1.5" />
            </g>
          )}
        </svg>
        {read && (
          <div
            className="pointer-events-none absolute rounded-control border border-line bg-raised px-2 py-1 text-reason whitespace-nowrap shadow-float"
            style={{ left: Math.min(x(read.at) + 10, Math.max(0, width - 260)), top: Math.max(0, y(read.left) - 40) }}
          >
            {read.words}
          </div>
        )}
      </div>
      <ul className="sr-only">
        {points.map((point) => <li key={point.at}>{point.words}</li>)}
      </ul>
    </figure>
  );
}

function nearest(points: readonly LeftAt[], at: number): number | null {
  let best: number | null = null;
  points.forEach((point, index) => {
    if (best === null || Math.abs(point.at - at) < Math.abs((points[best]?.at ?? 0) - at)) best = index;
  });
  return best;
}

/** The first instant, and every fifth day after it. */
function axis(from: number, to: number): number[] {
  const five = 5 * 86_400_000;
  return Array.from({ length: Math.floor((to - from) / five) + 1 }, (_, index) => from + index * five);
}
