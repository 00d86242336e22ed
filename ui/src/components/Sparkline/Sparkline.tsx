/** A small line without axes. Holes stay holes. Its words are its accessible name. */
export function Sparkline({
  values,
  band,
  label,
  tone = 'accent',
  width = 64,
  height = 16,
}: {
  values: readonly (number | null)[];
  /** Drawn behind the line: the two thresholds. */
  band?: { down: number; up: number };
  label: string;
  /** The color of the dot at its end. */
  tone?: 'accent' | 'warn' | 'crit' | 'quiet';
  width?: number;
  height?: number;
}) {
  const { low, high } = domainOf(values, band);
  const y = (value: number) => height - 1.5 - ((value - low) / (high - low)) * (height - 3);
  const x = (index: number) => (index / Math.max(1, values.length - 1)) * (width - 4) + 1;
  const last = values.findLastIndex((value) => value !== null);
  const end = values[last];
  return (
    <svg width={width} height={height} role="img" aria-label={label} className="block overflow-visible">
      {band && (
        <rect y={y(band.up)} width={width - 2} height={y(band.down) - y(band.up)} fill="var(--area)" />
      )}
      <path d={linePath(values, x, y)} fill="none" stroke="var(--c5)" strokeWidth="1.25" />
      {end !== undefined && end !== null && (
        <circle cx={x(last)} cy={y(end)} r="2" fill={DOT[tone]} />
      )}
    </svg>
  );
}

const DOT = {
  accent: 'var(--accent)',
  warn: 'var(--warn)',
  crit: 'var(--crit)',
  quiet: 'var(--text-3)',
} as const;

/** From the lowest to the highest of line and thresholds, never so small that noise looks like a mountain. */
function domainOf(
  values: readonly (number | null)[],
  band: { down: number; up: number } | undefined,
): { low: number; high: number } {
  const known = values.filter((value) => value !== null);
  const all = band ? [...known, band.down, band.up] : known;
  const low = Math.min(...all);
  const high = Math.max(...all);
  return high - low >= 0.1 ? { low, high } : { low: low - 0.05, high: low + 0.05 };
}

/** A path through what is known; a hole ends one piece and begins another. */
export function linePath(
  values: readonly (number | null)[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  let path = '';
  let open = false;
  values.forEach((value, index) => {
    if (value === null) {
      open = false;
      return;
    }
    path += `${open ? 'L' : 'M'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    open = true;
  });
  return path;
}
