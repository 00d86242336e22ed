import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';

import { CommandPalette } from './CommandPalette';

it('finds by typing and runs with Enter', async () => {
  const open = vi.fn();
  const closed = vi.fn();
  render(
    <CommandPalette
      open
      onOpenChange={closed}
      commands={[
        { id: 'a', group: 'Places', label: 'Overview', run: vi.fn() },
        { id: 'b', group: 'Deployments', label: 'checkout-web', run: open },
      ]}
    />,
  );
  await userEvent.type(screen.getByRole('combobox'), 'checkout{Enter}');
  expect(open).toHaveBeenCalledTimes(1);
  expect(closed).toHaveBeenCalledWith(false);
});

it('says so when nothing matches', async () => {
  render(<CommandPalette open onOpenChange={vi.fn()} commands={[]} />);
  await userEvent.type(screen.getByRole('combobox'), 'zzz');
  expect(screen.getByText(/Nothing has that name/)).toBeTruthy();
});
