import { expect, it } from 'vitest';

import { faultWords } from './faultWords';

it.each([
  ['maxInstances', 'is 2, fewer than minInstances, which is 3; raise it or lower minInstances.', 'The maximum is 2, fewer than the minimum, which is 3; raise it or lower the minimum.'],
  ['minInstances', 'is 0, which would stop the deployment; give at least 1, or set allowScaleToZero.', 'The minimum is 0, which would stop the deployment; give at least 1, or set “May go to 0”.'],
  ['metrics[1].weight', 'is 1.4; give a weight from 0 to 1.', 'The weight is 1.4; give a weight from 0 to 1.'],
  ['metrics[2].threshold', 'would trigger at 20 % of requests; the highest trigger is 10 %, a threshold of 0.1.', 'It would trigger at 20 % of requests; the highest trigger is 10 %, a threshold of 0.1.'],
  ['name', 'the policy has no name; give it one of 1 to 200 characters.', 'The policy has no name; give it one of 1 to 200 characters.'],
  ['something.new', 'is wrong.', 'Is wrong.'],
])('%s: %s', (field, message, words) => {
  expect(faultWords({ field, message })).toBe(words);
});
