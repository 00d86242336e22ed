import { NBSP, number } from './number';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = [
  'Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec',
] as const;

/** A span: "45 s", "3 min 02 s", "11 min", "1 h 05 min", "2 d 3 h". The smaller unit is left out where it is 0. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < MINUTE) return `${String(whole)}${NBSP}s`;
  if (whole < HOUR) return twoUnits(whole, MINUTE, 'min', 1, 's', 2);
  if (whole < DAY) return twoUnits(roundTo(whole, MINUTE), HOUR, 'h', MINUTE, 'min', 2);
  return twoUnits(roundTo(whole, HOUR), DAY, 'd', HOUR, 'h', 1);
}

/** A span in its largest unit alone, for labels: "30 min", "1 h", "7 d". */
export function shortDuration(seconds: number): string {
  if (seconds % DAY === 0) return `${number(seconds / DAY)}${NBSP}d`;
  if (seconds % HOUR === 0) return `${number(seconds / HOUR)}${NBSP}h`;
  if (seconds % MINUTE === 0) return `${number(seconds / MINUTE)}${NBSP}min`;
  return `${number(seconds)}${NBSP}s`;
}

/** "14:32" today, "Tue 18 Nov, 14:32" otherwise, with the year where it is another. This machine's zone. */
export function when(instant: Date, now: Date): string {
  if (sameDay(instant, now)) return clock(instant);
  return `${day(instant, now)}, ${clock(instant)}`;
}

/** "Tue 18 Nov", with the year where it is another. */
export function day(instant: Date, now: Date): string {
  const text = `${WEEKDAYS[instant.getDay()] ?? ''} ${String(instant.getDate())} ${MONTHS[instant.getMonth()] ?? ''}`;
  return instant.getFullYear() === now.getFullYear()
    ? text
    : `${text} ${String(instant.getFullYear())}`;
}

/** The date "2025-11-18" as "Tue 18 Nov": a day where somebody counts it, in no zone of this machine. */
export function isoDay(date: string): string {
  const at = new Date(`${date}T00:00:00Z`);
  return `${WEEKDAYS[at.getUTCDay()] ?? ''} ${String(at.getUTCDate())} ${MONTHS[at.getUTCMonth()] ?? ''}`;
}

/** "14:32". */
export function clock(instant: Date): string {
  return `${two(instant.getHours())}:${two(instant.getMinutes())}`;
}

/** "14:31:58". */
export function clockSeconds(instant: Date): string {
  return `${clock(instant)}:${two(instant.getSeconds())}`;
}

/** "6 s ago" under a minute, the time after that. */
export function ago(instant: Date, now: Date): string {
  const seconds = Math.floor((now.getTime() - instant.getTime()) / 1000);
  return seconds < MINUTE ? `${String(Math.max(0, seconds))}${NBSP}s ago` : `at ${when(instant, now)}`;
}

/** "Tue 18 Nov, 08:32 to 14:32"; both days are named where they differ. */
export function range(from: Date, to: Date, now: Date): string {
  const start = `${day(from, now)}, ${clock(from)}`;
  return sameDay(from, to)
    ? `${start} to ${clock(to)}`
    : `${start} to ${day(to, now)}, ${clock(to)}`;
}

/** Whether two instants share a calendar day of this machine. */
export function sameDay(a: Date, b: Date): boolean {
  return (
    a.getFullYear() === b.getFullYear() &&
    a.getMonth() === b.getMonth() &&
    a.getDate() === b.getDate()
  );
}

function twoUnits(
  seconds: number,
  large: number,
  largeUnit: string,
  small: number,
  smallUnit: string,
  digits: number,
): string {
  const first = `${number(Math.floor(seconds / large))}${NBSP}${largeUnit}`;
  const rest = Math.floor((seconds % large) / small);
  if (rest === 0) return first;
  return `${first} ${String(rest).padStart(digits, '0')}${NBSP}${smallUnit}`;
}

function roundTo(seconds: number, unit: number): number {
  return Math.round(seconds / unit) * unit;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
