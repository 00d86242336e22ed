import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';

import { Switch } from './Switch';

it('switches, and takes no second press while it waits', async () => {
  const switched = vi.fn();
  const { rerender } = render(<Switch label="Shadow first" checked={false} onChange={switched} />);
  await userEvent.click(screen.getByRole('switch', { name: 'Shadow first' }));
  expect(switched).toHaveBeenCalledWith(true);
  rerender(<Switch label="Shadow first" checked={false} waiting onChange={switched} />);
  await userEvent.click(screen.getByRole('switch'));
  expect(switched).toHaveBeenCalledTimes(1);
});
