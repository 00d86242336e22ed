import { fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { ErrorBoundary } from './ErrorBoundary';

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
});

it('says what happened and shows the view again when asked', () => {
  let broken = true;
  const View = () => {
    if (broken) throw new Error('no such column');
    return <p>All is well</p>;
  };
  render(
    <ErrorBoundary>
      <View />
    </ErrorBoundary>,
  );
  expect(screen.getByRole('alert').textContent).toContain('no such column');
  broken = false;
  fireEvent.click(screen.getByRole('button', { name: 'Show it again' }));
  expect(screen.getByText('All is well')).toBeTruthy();
});
