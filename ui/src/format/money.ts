import { MINUS, NBSP, number, wholeShare } from './number';

/** Above this, cents are noise. */
const CENTS_UNTIL = 99_999.99;
/** Under this, an hourly rate needs a third decimal to differ from its neighbor. */
const THREE_DECIMALS_UNDER = 0.1;

/** An amount that was spent: cents to $99,999.99, whole dollars beyond, "$0" for nothing. */
export function money(amount: number): string {
  const size = Math.abs(amount);
  if (size === 0) return '$0';
  if (size < 0.005) return `${sign(amount)}<$0.01`;
  return `${sign(amount)}$${number(size, size <= CENTS_UNTIL ? 2 : 0)}`;
}

/** A limit or a projection: whole dollars. */
export function wholeMoney(amount: number): string {
  return `${sign(amount)}$${number(Math.abs(amount))}`;
}

/** A projection with its spread and how sure it is: "$9,924 ± $260, 94 % sure". */
export function projection(amount: number, spread: number, confidence: number): string {
  return `${wholeMoney(amount)} ±${NBSP}${wholeMoney(spread)}, ${wholeShare(confidence)} sure`;
}

/** What an hour costs, without its unit: three decimals under ten cents. */
export function hourlyAmount(rate: number): string {
  const size = Math.abs(rate);
  if (size === 0) return '$0';
  if (size < 0.0005) return `${sign(rate)}<$0.001`;
  return `${sign(rate)}$${number(size, size < THREE_DECIMALS_UNDER ? 3 : 2)}`;
}

/** What an hour costs: "$1.12/h". */
export function perHour(rate: number): string {
  return `${hourlyAmount(rate)}/h`;
}

/** What a change costs an hour, always with its sign: "+$0.32/h", "−$0.26/h", "$0/h". */
export function perHourChange(rate: number): string {
  const text = perHour(rate);
  return rate > 0 ? `+${text}` : text;
}

/** What a change costs in all, always with its sign. */
export function moneyChange(amount: number): string {
  const text = money(amount);
  return amount > 0 ? `+${text}` : text;
}

function sign(amount: number): string {
  return amount < 0 ? MINUS : '';
}
