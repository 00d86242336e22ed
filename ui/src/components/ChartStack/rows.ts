import type { ReactNode } from 'react';

import type { StateIconName } from '../StateIcon/StateIcon';

/** One row of a stack: a reading with its line over the time that all rows share. */
export interface ChartRow {
  id: string;
  label: string;
  /** The reading now, worded. */
  reading: string;
  /** The reading at a point, worded; what the crosshair shows. */
  readingAt: (index: number) => string;
  /** Under the label: "up at 70 %". */
  note: string;
  /** Why there is no reading: the row is dashed and says so. */
  problem?: string | null;
  /** Its part of a whole, as a bar: 0…1 and in words. */
  share?: { ratio: number; words: string } | null;
  /** Beside the reading, in place of a share. */
  aside?: ReactNode;
  /** Readings are lines, counts are steps on a filled ground, the score is a band unrolled. */
  kind: 'line' | 'steps' | 'band';
  values: readonly (number | null)[];
  /** A second line of steps over the first: what was asked for. */
  above?: readonly (number | null)[];
  /** The row's own times, where they are not those of the stack. */
  times?: readonly number[];
  /** What was expected, as a dashed line on its band; as long as the row's times. */
  forecast?: {
    expected: readonly (number | null)[];
    low: readonly (number | null)[];
    high: readonly (number | null)[];
  };
  /** Named at the right end. Dashed ones are triggers. */
  limits: readonly { value: number; label: string; dashed: boolean }[];
  /** Labels of the line's own end, topmost first. */
  ends?: readonly { value: number; label: string; accent: boolean }[];
  height: number;
}

/** Something that was done, drawn through all rows. */
export interface ChartEvent {
  id: string;
  at: number;
  icon: StateIconName;
  /** "4→5". */
  label: string;
  /** The whole sentence, for the tooltip and readers. */
  words: string;
}

/** A time in which nothing was observed. */
export interface ChartGap {
  from: number;
  to: number;
  words: string;
}

/** The range of time of a stack, in milliseconds since the epoch. */
export interface TimeRange {
  from: number;
  to: number;
}
