import { render } from '@testing-library/react';
import { expect, it } from 'vitest';

import { BudgetBar } from './BudgetBar';

const part = (root: HTMLElement, name: string) => root.querySelector(`[data-part=${name}]`);

it('draws what is spent and how much of the month is gone', () => {
  const { container } = render(<BudgetBar spent={0.5} monthGone={0.6} words="50 % spent" width={100} />);
  expect(part(container, 'spent')?.getAttribute('width')).toBe('50');
  expect(part(container, 'month')?.getAttribute('x')).toBe('59.25');
  expect(part(container, 'limit')).toBeNull();
});

it('runs to 125 percent once the limit is passed, and marks the limit', () => {
  const { container } = render(<BudgetBar spent={1.1} monthGone={0.9} words="110 % spent" width={100} />);
  // 1.1 / 1.25 = 88 %; the limit stands at 80 %.
  expect(Number(part(container, 'spent')?.getAttribute('width'))).toBeCloseTo(88);
  expect(part(container, 'limit')?.getAttribute('x')).toBe('79.25');
  expect(part(container, 'spent')?.getAttribute('fill')).toBe('var(--warn-fill)');
});
