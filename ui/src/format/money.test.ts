import { describe, expect, it } from 'vitest';

import { money, moneyChange, perHour, perHourChange, projection, wholeMoney } from './money';

describe('money', () => {
  it.each([
    ['amounts have cents', money(5706.24), '$5,706.24'],
    ['cents end at $99,999.99', money(99_999.99), '$99,999.99'],
    ['beyond that whole dollars', money(100_000.4), '$100,000'],
    ['nothing is $0', money(0), '$0'],
    ['less than half a cent is not nothing', money(0.003), '<$0.01'],
    ['limits are whole', wholeMoney(9600), '$9,600'],
    ['rates have cents', perHour(14.8), '$14.80/h'],
    ['rates under ten cents have three decimals', perHour(0.0984), '$0.098/h'],
    ['a rate that rounds to ten cents has two or three, never a lie', perHour(0.1), '$0.10/h'],
    ['no cost is $0/h', perHour(0), '$0/h'],
    ['a dearer change has a plus', perHourChange(0.32), '+$0.32/h'],
    ['a saving has a minus', perHourChange(-0.26), '−$0.26/h'],
    ['a free change has no sign', perHourChange(0), '$0/h'],
    ['a change in all', moneyChange(0.32), '+$0.32'],
    ['a projection says how sure it is', projection(9924, 260, 0.94), '$9,924 ±\u00a0$260, 94\u00a0% sure'],
  ])('%s', (_name, actual, expected) => {
    expect(actual).toBe(expected);
  });
});
