import { useSyncExternalStore } from 'react';

import { MINUS, NBSP, number, shortNumber, wholeShare } from './number';

/** Above this, cents are noise. */
const CENTS_UNTIL = 99_999.99;
/** Under this, an hourly rate needs a third decimal to differ from its neighbor. */
const THREE_DECIMALS_UNDER = 0.1;
/** The currency that has a sign of its own; others stand behind the amount by their code. */
const DOLLAR = 'USD';

let currency = DOLLAR;
const listeners = new Set<() => void>();

/** From now on amounts are written in this currency, ISO 4217: the ledger's. */
export function chooseCurrency(code: string): void {
  if (code === currency) return;
  currency = code;
  for (const listener of listeners) listener();
}

/** The currency in which amounts are written. Whoever shows amounts is drawn anew under this key. */
export function useCurrency(): string {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => currency,
  );
}

/** What stands for the currency in a heading: "$", "EUR". */
export function currencySign(): string {
  return currency === DOLLAR ? '$' : currency;
}

/** An amount that was spent: cents to $99,999.99, whole dollars beyond, "$0" for nothing. */
export function money(amount: number): string {
  const size = Math.abs(amount);
  if (size === 0) return inCurrency('0');
  if (size < 0.005) return `${sign(amount)}<${inCurrency('0.01')}`;
  return sign(amount) + inCurrency(number(size, size <= CENTS_UNTIL ? 2 : 0));
}

/** A limit or a projection: whole dollars, cents under ten. */
export function wholeMoney(amount: number): string {
  const size = Math.abs(amount);
  return sign(amount) + inCurrency(size > 0 && size < 10 ? number(size, 2) : number(size));
}

/** A projection with its spread and how sure it is: "$9,924 ± $260, 94 % sure". */
export function projection(amount: number, spread: number, confidence: number): string {
  return `${wholeMoney(amount)} ±${NBSP}${wholeMoney(spread)}, ${wholeShare(confidence)} sure`;
}

/** What an hour costs, without its unit: three decimals under ten cents. */
export function hourlyAmount(rate: number): string {
  const size = Math.abs(rate);
  if (size === 0) return inCurrency('0');
  if (size < 0.0005) return `${sign(rate)}<${inCurrency('0.001')}`;
  return sign(rate) + inCurrency(number(size, size < THREE_DECIMALS_UNDER ? 3 : 2));
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

/** A rate of the price book, with every digit that it has: "$0.00001". */
export function rate(amount: number): string {
  return inCurrency(shortNumber(amount, 9));
}

/** What a thousand of something cost: two digits that say something, "$0.0051". */
export function unitMoney(amount: number): string {
  if (amount === 0 || amount >= 0.1) return money(amount);
  return inCurrency(shortNumber(amount, Math.min(9, 1 - Math.floor(Math.log10(amount)))));
}

/** An amount on an axis: as few digits as it needs. */
export function axisMoney(amount: number): string {
  return inCurrency(shortNumber(amount, amount !== 0 && Math.abs(amount) < 0.01 ? 4 : 2));
}

function inCurrency(text: string): string {
  return currency === DOLLAR ? `$${text}` : `${text}${NBSP}${currency}`;
}

function sign(amount: number): string {
  return amount < 0 ? MINUS : '';
}
