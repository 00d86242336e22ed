/** What the marker of a band tells besides where the score is. */
export type BandState =
  | 'hold'
  | 'up'
  | 'down'
  | 'held_back'
  | 'out_of_room'
  | 'paused'
  | 'no_readings';

/** Where each part of a band stands, as a share of its width. */
export interface Band {
  down: number;
  up: number;
  /** Nothing where there is no score. */
  marker: number | null;
  /** What still fits: from the marker to the upper bracket. */
  room: { from: number; to: number } | null;
  /** From the upper bracket to a marker past it. */
  excess: { from: number; to: number } | null;
  /** The score once the starting instances are ready. */
  ghost: number | null;
}

/** The lower bracket stands here in every band, whatever the policy. */
export const DOWN_AT = 0.2;
/** And the upper one here. */
export const UP_AT = 0.8;

/**
 * The one drawing of a headroom band. The thresholds are mapped to 20 % and 80 % of the width, so that brackets line up in every row and
 * only the marker needs to be read. A score of 0.60 between 0.30 and 0.70 stands at 0.2 + 0.6 · 0.3 / 0.4 = 0.65.
 */
export function band(
  score: number | null,
  down: number,
  up: number,
  state: BandState,
  ghost: number | null,
): Band {
  const at = (value: number) => position(value, down, up);
  const drawn: Band = { down: DOWN_AT, up: UP_AT, marker: null, room: null, excess: null, ghost: null };
  if (state === 'no_readings' || score === null) return drawn;
  drawn.marker = at(score);
  if (state === 'up') drawn.marker = Math.max(drawn.marker, UP_AT);
  if (state === 'down') drawn.marker = Math.min(drawn.marker, DOWN_AT);
  if (state === 'paused') return drawn;
  if (drawn.marker < UP_AT) drawn.room = { from: Math.max(drawn.marker, DOWN_AT), to: UP_AT };
  else if (drawn.marker > UP_AT && state !== 'up') drawn.excess = { from: UP_AT, to: drawn.marker };
  if (ghost !== null && Math.abs(ghost - score) >= 0.005) drawn.ghost = at(ghost);
  return drawn;
}

/** Where a score stands in a band of these thresholds, 0…1. */
export function position(score: number, down: number, up: number): number {
  const value = Math.min(1, Math.max(0, score));
  if (value < down) return (DOWN_AT * value) / down;
  if (value <= up) return up > down ? DOWN_AT + ((UP_AT - DOWN_AT) * (value - down)) / (up - down) : UP_AT;
  return UP_AT + ((1 - UP_AT) * (value - up)) / (1 - up);
}

/** The score that stands at a place, the inverse of `position`. */
export function scoreAt(place: number, down: number, up: number): number {
  const at = Math.min(1, Math.max(0, place));
  if (at < DOWN_AT) return (down * at) / DOWN_AT;
  if (at <= UP_AT) return down + ((up - down) * (at - DOWN_AT)) / (UP_AT - DOWN_AT);
  return up + ((1 - up) * (at - UP_AT)) / (1 - UP_AT);
}
