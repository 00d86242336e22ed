import type { ChartRow, TimeRange } from './rows';

/** Above the rows: icons and words of events. */
export const EVENTS_HEIGHT = 22;
/** Under the rows: the time. */
export const AXIS_HEIGHT = 24;
/** Right of the lines: names of thresholds. */
const GUTTER = 52;

/** Where everything of a stack stands, in pixels. */
export interface StackLayout {
  /** The width of the readings at the left. */
  left: number;
  /** Whether shares have a place there. */
  withShares: boolean;
  /** The width of the lines. */
  plot: number;
  /** The height of all rows together. */
  height: number;
  /** Where each row begins. */
  tops: number[];
  x: (at: number) => number;
  /** The instant at a place, the inverse of `x`. */
  at: (x: number) => number;
}

/** Lays a stack out in a width. */
export function layoutOf(width: number, rows: readonly ChartRow[], range: TimeRange): StackLayout {
  const withShares = width >= 640;
  const left = withShares ? 224 : 152;
  const plot = Math.max(80, width - left - GUTTER);
  const tops: number[] = [];
  let height = 0;
  for (const row of rows) {
    tops.push(height);
    height += row.height;
  }
  const span = Math.max(1, range.to - range.from);
  return {
    left,
    withShares,
    plot,
    height,
    tops,
    x: (at) => ((at - range.from) / span) * plot,
    at: (x) => range.from + (x / plot) * span,
  };
}
