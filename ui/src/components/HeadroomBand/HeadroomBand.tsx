import { band, type BandState } from './band';
import { BandShapes, type BandMeasures } from './BandShapes';
import { bandWords } from './words';

/** What a band shows. */
export interface BandReading {
  /** 0…1; nothing where there are no readings. */
  score: number | null;
  /** The lower threshold of the policy. */
  down: number;
  /** The upper one. */
  up: number;
  state: BandState;
  /** The score once the starting instances are ready. */
  ghost?: number | null;
  /** By how much traffic may grow before more is asked for, for the words. */
  trafficToUp?: number | null;
}

const SIZES = {
  cell: { width: 92, height: 16, bar: 8, bracket: 15, arm: 3, marker: 13, thick: 3 },
  list: { width: 48, height: 12, bar: 6, bracket: 11, arm: 3, marker: 10, thick: 2.5 },
} satisfies Record<string, BandMeasures>;

/** The headroom band in a row or a list. Its words are its accessible name. */
export function HeadroomBand({
  size,
  decorative = false,
  ...reading
}: BandReading & {
  size: keyof typeof SIZES;
  /** Where the words stand beside it. */
  decorative?: boolean;
}) {
  const measures = SIZES[size];
  const { score, down, up, state, ghost = null, trafficToUp = null } = reading;
  const words = bandWords(score, down, up, state, trafficToUp);
  return (
    <svg
      width={measures.width}
      height={measures.height}
      className="block shrink-0 overflow-visible"
      {...(decorative ? { 'aria-hidden': true } : { role: 'img', 'aria-label': words })}
    >
      <BandShapes
        drawn={band(score, down, up, state, ghost)}
        state={state}
        measures={measures}
        middle={measures.height / 2}
      />
    </svg>
  );
}
