import { useId, useState } from 'react';

import { useSize } from '../measure/useSize';

/** One bar: what it is of, and its parts from the ground up. */
export interface DayBar {
  key: string;
  /** "Tue 18 Nov". */
  label: string;
  /** Nothing is known of it: a gap, not a zero. */
  parts: { used: number; unused: number; estimated: number } | null;
  /** Read out while the pointer is on it. */
  words: string;
}

const HEIGHT = 132;
const FOOT = 18;
const HEAD = 8;
/** Room on the left for amounts. */
const LEFT = 56;
const MOST_LABELS = 8;

/**
 * Bars from zero: used is dark, unused is light, and the estimated part is hatched. Days of which nothing is known are left out with a
 * tick on the ground. A bar is pressed to see how it comes about.
 */
export function DayBars({
  bars,
  label,
  amount,
  onOpen,
}: {
  bars: readonly DayBar[];
  /** The accessible name: what the bars show. */
  label: string;
  /** An amount for the axis. */
  amount: (value: number) => string;
  onOpen?: (bar: DayBar) => void;
}) {
  const [measure, { width }] = useSize({ width: 800, height: HEIGHT });
  const [at, setAt] = useState<number | null>(null);
  const hatch = useId();
  const tops = bars.map(({ parts }) => (parts ? parts.used + parts.unused : 0));
  const step = stepOf(Math.max(0, ...tops));
  const high = Math.max(step, Math.ceil(Math.max(0, ...tops) / step) * step);
  const plot = Math.max(1, width - LEFT);
  const slot = plot / Math.max(1, bars.length);
  const thick = Math.max(1, Math.min(40, slot * 0.72));
  const y = (value: number) => HEAD + (1 - value / high) * (HEIGHT - HEAD - FOOT);
  const every = Math.max(1, Math.ceil(bars.length / Math.min(MOST_LABELS, Math.max(1, Math.floor(plot / 70)))));
  const shown = at === null ? null : bars[at];
  return (
    <figure aria-label={label} className="min-w-0">
      <figcaption className="h-5 truncate text-reason text-text-2" aria-live="polite">
        {shown ? shown.words : label}
      </figcaption>
      <div ref={measure} className="relative" style={{ height: HEIGHT }}>
        <svg width={width} height={HEIGHT} aria-hidden="true" onPointerLeave={() => { setAt(null); }}>
          <defs>
            <pattern id={hatch} width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <rect width="1.4" height="4" fill="var(--surface)" />
            </pattern>
          </defs>
          {Array.from({ length: Math.round(high / step) + 1 }, (_, line) => line * step).map((value) => (
            <g key={value}>
              <line x1={LEFT} x2={width} y1={y(value)} y2={y(value)} stroke={value === 0 ? 'var(--line-2)' : 'var(--line)'} />
              <text x={LEFT - 8} y={y(value) + 4} textAnchor="end" className="fill-text-3 text-caption">
                {amount(value)}
              </text>
            </g>
          ))}
          {bars.map((bar, index) => {
            const left = LEFT + index * slot + (slot - thick) / 2;
            const { parts } = bar;
            const isLabeled = index % every === 0 && LEFT + index * slot + 44 <= width;
            return (
              <g key={bar.key} data-bar={bar.key}>
                {parts ? (
                  <>
                    <rect x={left} width={thick} y={y(parts.used)} height={Math.max(0, y(0) - y(parts.used))} fill="var(--c5)" />
                    <rect
                      x={left}
                      width={thick}
                      y={y(parts.used + parts.unused)}
                      height={Math.max(0, y(parts.used) - y(parts.used + parts.unused))}
                      fill="var(--line-2)"
                    />
                    {parts.estimated > 0 && (
                      <rect
                        data-part="estimated"
                        x={left}
                        width={thick}
                        y={y(parts.estimated)}
                        height={Math.max(0, y(0) - y(parts.estimated))}
                        fill={`url(#${hatch})`}
                      />
                    )}
                  </>
                ) : (
                  <line x1={left} x2={left + thick} y1={y(0) - 1} y2={y(0) - 1} stroke="var(--line-2)" strokeDasharray="2 2" />
                )}
                {isLabeled && (
                  <text x={LEFT + index * slot + slot / 2} y={HEIGHT - 4} textAnchor={index === 0 ? 'start' : 'middle'} className="fill-text-3 text-caption">
                    {bar.label}
                  </text>
                )}
                <rect
                  x={LEFT + index * slot}
                  width={slot}
                  y={HEAD}
                  height={HEIGHT - HEAD - FOOT}
                  fill={index === at ? 'var(--text)' : 'transparent'}
                  fillOpacity={index === at ? 0.05 : 0}
                  className={onOpen && parts ? 'cursor-pointer' : ''}
                  onPointerEnter={() => { setAt(index); }}
                  onClick={() => { if (parts) onOpen?.(bar); }}
                />
              </g>
            );
          })}
        </svg>
      </div>
      <table className="sr-only">
        <caption>{label}</caption>
        <tbody>
          {bars.map((bar) => (
            <tr key={bar.key}>
              <th scope="row">{bar.label}</th>
              <td>
                {onOpen && bar.parts ? (
                  <button type="button" onClick={() => { onOpen(bar); }} onFocus={() => { setAt(bars.indexOf(bar)); }} onBlur={() => { setAt(null); }}>
                    {bar.words}
                  </button>
                ) : (
                  bar.words
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

/** A round step that draws two to four lines. */
function stepOf(high: number): number {
  if (high <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(high / 2));
  const steps = [1, 2, 2.5, 5, 10].map((factor) => factor * power);
  return steps.find((step) => high / step <= 4) ?? 10 * power;
}
