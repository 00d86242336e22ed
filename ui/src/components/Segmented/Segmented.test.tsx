import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';

import { Segmented } from './Segmented';

const OPTIONS = [
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const;

it('chooses with the pointer and with the keyboard', async () => {
  const chosen = vi.fn();
  render(<Segmented label="Theme" options={OPTIONS} value="light" onChange={chosen} />);
  await userEvent.click(screen.getByRole('radio', { name: 'Dark' }));
  expect(chosen).toHaveBeenLastCalledWith('dark');
  screen.getByRole('radio', { name: 'Light' }).focus();
  await userEvent.keyboard('{ArrowRight}{Enter}');
  expect(chosen).toHaveBeenCalledTimes(2);
});

it('cannot be left without a choice', async () => {
  const chosen = vi.fn();
  render(<Segmented label="Theme" options={OPTIONS} value="light" onChange={chosen} />);
  await userEvent.click(screen.getByRole('radio', { name: 'Light' }));
  expect(chosen).not.toHaveBeenCalled();
});

it('marks the value before the change', () => {
  render(<Segmented label="Theme" options={OPTIONS} value="dark" was="light" onChange={vi.fn()} />);
  expect(screen.getByLabelText('before the change')).toBeTruthy();
});
