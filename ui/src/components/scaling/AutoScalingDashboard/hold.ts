const HALF_HOUR = 1800;
const DAY_SECONDS = 86_400;

/** How long an order by hand holds: a choice, or a time of day. */
export type Hold = 'half_hour' | 'hour' | 'two_hours' | 'until';

/** The choices in the order in which they stand. */
export const HOLDS: readonly { value: Hold; label: string }[] = [
  { value: 'half_hour', label: '30 min' },
  { value: 'hour', label: '1 h' },
  { value: 'two_hours', label: '2 h' },
  { value: 'until', label: 'Until…' },
];

const SECONDS: Record<Exclude<Hold, 'until'>, number> = {
  half_hour: HALF_HOUR,
  hour: 2 * HALF_HOUR,
  two_hours: 4 * HALF_HOUR,
};

/** The seconds of a hold. A time of day that has passed is tomorrow's; one that cannot be read is nothing. */
export function holdSeconds(hold: Hold, until: string, now: Date): number | null {
  if (hold !== 'until') return SECONDS[hold];
  const match = /^([01]?\d|2[0-3])[:.]([0-5]\d)$/.exec(until.trim());
  if (!match) return null;
  const end = new Date(now);
  end.setHours(Number(match[1]), Number(match[2]), 0, 0);
  const seconds = Math.round((end.getTime() - now.getTime()) / 1000);
  return seconds > 0 ? seconds : seconds + DAY_SECONDS;
}
