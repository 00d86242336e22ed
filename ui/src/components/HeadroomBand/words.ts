import { score as scoreText, trafficChange } from '../../format/number';
import type { BandState } from './band';

const STATE_WORDS: Record<BandState, string | null> = {
  hold: null,
  up: 'scaling up',
  down: 'scaling down',
  held_back: 'wants more, held back',
  out_of_room: 'out of room',
  paused: 'paused',
  no_readings: null,
};

/** The band in words: "score 0.60, down at 0.30, up at 0.70, 17 % more traffic fits". */
export function bandWords(
  score: number | null,
  down: number,
  up: number,
  state: BandState,
  trafficToUp: number | null,
): string {
  const parts = [
    score === null || state === 'no_readings' ? 'no readings' : `score ${scoreText(score)}`,
    `down at ${scoreText(down)}`,
    `up at ${scoreText(up)}`,
  ];
  const words = STATE_WORDS[state];
  if (words) parts.push(words);
  if (score !== null && trafficToUp !== null && trafficToUp > 0) {
    parts.push(`${trafficChange(trafficToUp).replace('+', '')} more traffic fits`);
  }
  return parts.join(', ');
}
