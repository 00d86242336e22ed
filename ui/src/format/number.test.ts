import { describe, expect, it } from 'vitest';

import {
  counted,
  fromTo,
  instanceCount,
  number,
  objective,
  score,
  share,
  shortNumber,
  signed,
  trafficChange,
} from './number';

describe('numbers', () => {
  it.each([
    ['thousands have commas', number(1560), '1,560'],
    ['negatives have a true minus', number(-3), '−3'],
    ['nothing is never negative', number(-0.004, 2), '0.00'],
    ['decimals are exact', number(2.5, 2), '2.50'],
    ['short numbers drop zeros', shortNumber(2.5, 2), '2.5'],
    ['changes carry a plus', signed(3), '+3'],
    ['changes carry a minus', signed(-0.9, 1), '−0.9'],
    ['no change is a bare zero', signed(0.01, 1), '0'],
    ['shares have one decimal', share(0.594), '59.4\u00a0%'],
    ['no share is 0', share(0), '0\u00a0%'],
    ['objectives have two', objective(0.9996), '99.96\u00a0%'],
    ['an objective met in full is 100', objective(1), '100\u00a0%'],
    ['almost all is not all', objective(0.99999), '99.99\u00a0%'],
    ['traffic that fits is signed', trafficChange(0.17), '+17\u00a0%'],
    ['traffic that must go is signed', trafficChange(-0.5), '−50\u00a0%'],
    ['scores have two decimals', score(0.6), '0.60'],
    ['one is singular', counted(1, 'deployment'), '1 deployment'],
    ['many are plural', counted(2000, 'deployment'), '2,000 deployments'],
    ['starting instances are added', instanceCount(6, 1), '6+1'],
    ['ready instances stand alone', instanceCount(6, 0), '6'],
    ['a step is an arrow', fromTo(4, 5), '4→5'],
  ])('%s', (_name, actual, expected) => {
    expect(actual).toBe(expected);
  });
});
