import { NBSP, number, percent } from './number';

/**
 * A raw reading in its metric's unit: "68 %", "0.06 %", "1,610 ms", "42.5 rps".
 * As many decimals as tell two readings apart that matter: percentages under 2 have two.
 */
export function reading(value: number, unit: string): string {
  if (unit === '%') return percent(value, digitsOf(value, unit));
  if (value === 0) return `0${NBSP}${unit}`;
  return `${number(value, digitsOf(value, unit))}${NBSP}${unit}`;
}

/** The same without its unit, for the end of an axis. */
export function bareReading(value: number, unit: string): string {
  return value === 0 ? '0' : number(value, digitsOf(value, unit));
}

function digitsOf(value: number, unit: string): number {
  const size = Math.abs(value);
  if (unit === '%') return size < 2 ? 2 : 0;
  if (unit === 'ms') return size < 10 ? 1 : 0;
  return size < 100 ? 1 : 0;
}
