import type { ChartRow, TimeRange } from './rows';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const TICK_STEPS = [
  MINUTE / 4, MINUTE / 2, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE,
  HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 5 * DAY, 10 * DAY,
];

/** Instants for the axis: round ones of this machine's zone, at most `most` of them. */
export function timeTicks(range: TimeRange, most: number): { at: number; days: boolean }[] {
  const span = range.to - range.from;
  if (span <= 0) return [];
  const step = TICK_STEPS.find((candidate) => span / candidate <= most) ?? 30 * DAY;
  // Aligned to local midnight, so that hours are full ones in every zone.
  const midnight = new Date(range.from);
  midnight.setHours(0, 0, 0, 0);
  const first = midnight.getTime() + Math.ceil((range.from - midnight.getTime()) / step) * step;
  const ticks: { at: number; days: boolean }[] = [];
  for (let at = first; at <= range.to; at += step) ticks.push({ at, days: step >= DAY });
  return ticks;
}

/** The index of the point nearest to an instant; nothing where there is no point. */
export function nearestIndex(times: readonly number[], at: number): number | null {
  if (times.length === 0) return null;
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  const before = times[low - 1];
  const after = times[low];
  if (before === undefined || after === undefined) return low;
  return at - before < after - at ? low - 1 : low;
}

/** From the lowest to the highest that a row shows. Lines and steps begin at zero; a band may not, and names its thresholds. */
export function domainOf(row: ChartRow): { low: number; high: number } {
  const shown = [
    ...row.values,
    ...(row.above ?? []),
    ...(row.forecast?.expected ?? []),
    ...(row.forecast?.high ?? []),
    ...row.limits.map((limit) => limit.value),
  ].filter((value) => value !== null);
  if (shown.length === 0) return { low: 0, high: 1 };
  const high = Math.max(...shown);
  if (row.kind === 'band') {
    const low = Math.min(...shown);
    const pad = Math.max(0.02, (high - low) * 0.12);
    return { low: low - pad, high: high + pad };
  }
  return { low: 0, high: high > 0 ? high * 1.12 : 1 };
}

/** A line through what is known; a hole, or points more than `longest` apart, break it. */
export function brokenLine(
  times: readonly number[],
  values: readonly (number | null)[],
  x: (at: number) => number,
  y: (value: number) => number,
  longest: number,
  steps = false,
): string {
  let path = '';
  let before: number | null = null;
  times.forEach((at, index) => {
    const value = values[index] ?? null;
    if (value === null) {
      before = null;
      return;
    }
    const joined = before !== null && at - before <= longest;
    const place = `${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    if (!joined) path += `M${place}`;
    else if (steps) path += `H${x(at).toFixed(1)}V${y(value).toFixed(1)}`;
    else path += `L${place}`;
    before = at;
  });
  return path;
}

/** The ground under a line, one closed piece for each unbroken part. */
export function brokenArea(
  times: readonly number[],
  values: readonly (number | null)[],
  x: (at: number) => number,
  y: (value: number) => number,
  longest: number,
): string {
  const line = brokenLine(times, values, x, y, longest, true);
  const floor = y(0).toFixed(1);
  return line
    .split('M')
    .filter((piece) => piece !== '')
    .map((piece) => {
      const start = piece.split(' ')[0] ?? '0';
      return `M${start} ${floor}V${piece.slice(start.length + 1)}V${floor}Z`;
    })
    .join('');
}

/** The ground between two lines, one closed piece for each part in which both are known. */
export function bandArea(
  times: readonly number[],
  low: readonly (number | null)[],
  high: readonly (number | null)[],
  x: (at: number) => number,
  y: (value: number) => number,
  longest: number,
): string {
  const pieces: string[][] = [];
  let before: number | null = null;
  times.forEach((at, index) => {
    const [least, most] = [low[index] ?? null, high[index] ?? null];
    if (least === null || most === null) {
      before = null;
      return;
    }
    if (before === null || at - before > longest) pieces.push([]);
    const place = (value: number) => `${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    const piece = pieces.at(-1);
    piece?.splice(piece.length / 2, 0, place(most), place(least));
    before = at;
  });
  return pieces.map((piece) => `M${piece.join('L')}Z`).join('');
}

/** Moves labels apart until each has `gap` pixels; the order of importance is the order given. */
export function spreadLabels(places: readonly number[], gap: number, top: number, bottom: number): (number | null)[] {
  const taken: number[] = [];
  return places.map((place) => {
    for (const shift of [0, gap, -gap, 2 * gap, -2 * gap]) {
      const at = Math.min(bottom, Math.max(top, place + shift));
      if (taken.every((other) => Math.abs(other - at) >= gap - 0.5)) {
        taken.push(at);
        return at;
      }
    }
    return null;
  });
}

/** A row in words: where it stands, how low and how high it was. */
export function rowSummary(row: ChartRow): string {
  if (row.problem) return `${row.label}: ${row.problem}`;
  let low: number | null = null;
  let high: number | null = null;
  row.values.forEach((value, index) => {
    if (value === null) return;
    if (low === null || value < (row.values[low] ?? value)) low = index;
    if (high === null || value > (row.values[high] ?? value)) high = index;
  });
  if (low === null || high === null) return `${row.label}: no reading in this time`;
  return `${row.label}: ${row.reading} now, from ${row.readingAt(low)} to ${row.readingAt(high)}; ${row.note}`;
}
