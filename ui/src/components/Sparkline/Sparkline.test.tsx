import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';

import { linePath, Sparkline } from './Sparkline';

const same = (value: number) => value;

it('never joins over a hole', () => {
  expect(linePath([1, 2, null, 4, 5], same, same)).toBe('M0.0 1.0L1.0 2.0M3.0 4.0L4.0 5.0');
});

it('ends in a dot at the last reading', () => {
  const { container } = render(<Sparkline values={[0.2, 0.4, null]} label="Score over 24 h" />);
  expect(screen.getByRole('img', { name: 'Score over 24 h' })).toBeTruthy();
  // x of index 1 of 3: 1 / 2 · (64 − 4) + 1 = 31
  expect(container.querySelector('circle')?.getAttribute('cx')).toBe('31');
});

it('draws nothing where nothing is known', () => {
  const { container } = render(<Sparkline values={[null, null]} label="Score over 24 h" />);
  expect(container.querySelector('circle')).toBeNull();
  expect(container.querySelector('path')?.getAttribute('d')).toBe('');
});
