import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';

import { Kpi } from './Kpi';

it('shows a figure with its unit and note', () => {
  render(<Kpi label="Cost now" value="$14.80" unit="/h" note="67 ready" />);
  expect(screen.getByText('$14.80')).toBeTruthy();
  expect(screen.getByText('/h')).toBeTruthy();
  expect(screen.getByText('67 ready')).toBeTruthy();
});

it('holds its place while it is read', () => {
  const { container } = render(<Kpi label="Cost now" value={null} loading />);
  expect(container.querySelectorAll('[data-skeleton]')).toHaveLength(2);
});

it('says that there is no reading instead of zero', () => {
  render(<Kpi label="Cost now" value={null} />);
  expect(screen.getByText('no reading')).toBeTruthy();
});

it('says how old a stale figure is', () => {
  render(<Kpi label="Cost now" value="$14.80" note="fresh" staleSince="as of 14:20" />);
  expect(screen.getByText('as of 14:20')).toBeTruthy();
  expect(screen.queryByText('fresh')).toBeNull();
});
