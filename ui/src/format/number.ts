/** A no-break space: it stands before every unit. */
export const NBSP = '\u00a0';
/** The true minus. */
export const MINUS = '\u2212';
/** What is said where nothing was measured: never a dash, never a zero. */
export const NO_READING = 'no reading';

const formats = new Map<string, Intl.NumberFormat>();

/** Thousands with commas, a decimal point, a true minus; `digits` after the point, exactly. */
export function number(value: number, digits = 0): string {
  return decimal(value, digits, digits);
}

/** As `number`, with at most `digits` after the point. */
export function shortNumber(value: number, digits: number): string {
  return decimal(value, 0, digits);
}

/** With its sign, also when it is positive: "+3", "−2", "0". */
export function signed(value: number, digits = 0): string {
  const text = number(Math.abs(value), digits);
  if (isZero(text)) return '0';
  return (value < 0 ? MINUS : '+') + text;
}

/** A share of one with one decimal: 0.594 is "59.4 %". */
export function share(ratio: number): string {
  return percent(ratio * 100, 1);
}

/** A share of one without decimals, for lines where a tenth says nothing. */
export function wholeShare(ratio: number): string {
  return percent(ratio * 100, 0);
}

/** An objective that was met: two decimals, and a clean "100 %". Rounds down, so that 99.999 does not pass for all. */
export function objective(ratio: number): string {
  return percent(Math.floor(ratio * 10_000 + 1e-6) / 100, 2);
}

/** The change of traffic that fits: 0.17 is "+17 %". */
export function trafficChange(ratio: number): string {
  const text = signed(ratio * 100);
  return `${text}${NBSP}%`;
}

/** The score, two decimals: 0.6 is "0.60". */
export function score(value: number): string {
  return number(value, 2);
}

/** A number and the word it counts: "1 deployment", "18 deployments". */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${number(count)} ${count === 1 ? singular : plural}`;
}

/** Ready and, where any are on their way, starting instances: "6+1". */
export function instanceCount(ready: number, starting: number): string {
  return starting > 0 ? `${number(ready)}+${number(starting)}` : number(ready);
}

/** From one count to another: "4→5". */
export function fromTo(from: number, to: number): string {
  return `${number(from)}→${number(to)}`;
}

/** A percentage that is already one, "0" where it is nothing. */
export function percent(value: number, digits: number): string {
  const text = number(value, digits);
  if (isZero(text)) return `0${NBSP}%`;
  return `${text.replace(/^100\.0+$/, '100')}${NBSP}%`;
}

function decimal(value: number, least: number, most: number): string {
  const key = `${String(least)}/${String(most)}`;
  let format = formats.get(key);
  if (!format) {
    // The house writes one way on every machine, so the locale is named.
    format = new Intl.NumberFormat('en-US', {
      minimumFractionDigits: least,
      maximumFractionDigits: most,
    });
    formats.set(key, format);
  }
  const text = format.format(value).replace('-', MINUS);
  return isZero(text) ? text.replace(MINUS, '') : text;
}

function isZero(text: string): boolean {
  return /^[\u2212-]?0(\.0+)?$/.test(text);
}
