import { act, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { ToastProvider, useToast, type ToastMessage } from './Toast';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function Shower(message: ToastMessage) {
  const toast = useToast();
  return (
    <button
      onClick={() => {
        toast(message);
      }}
    >
      show
    </button>
  );
}

const show = (message: ToastMessage, times = 1) => {
  render(
    <ToastProvider>
      <Shower {...message} />
    </ToastProvider>,
  );
  for (let time = 0; time < times; time += 1) fireEvent.click(screen.getByText('show'));
};

it('goes after six seconds, but not from under the pointer', () => {
  show({ tone: 'info', message: 'Paused checkout-web.' });
  fireEvent.pointerEnter(screen.getByRole('status'));
  act(() => vi.advanceTimersByTime(20_000));
  expect(screen.getByText('Paused checkout-web.')).toBeTruthy();
  fireEvent.pointerLeave(screen.getByRole('status'));
  act(() => vi.advanceTimersByTime(5_999));
  expect(screen.queryByText('Paused checkout-web.')).toBeTruthy();
  act(() => vi.advanceTimersByTime(1));
  expect(screen.queryByText('Paused checkout-web.')).toBeNull();
});

it('takes back what was done', () => {
  const undo = vi.fn();
  show({ tone: 'info', message: 'Paused checkout-web.', undo });
  fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
  expect(undo).toHaveBeenCalledTimes(1);
  expect(screen.queryByText('Paused checkout-web.')).toBeNull();
});

it('stacks three of a kind and counts the rest', () => {
  show({ tone: 'crit', message: 'Could not scale.' }, 5);
  expect(screen.getAllByRole('alert')).toHaveLength(3);
  expect(screen.getByText('and 2 more')).toBeTruthy();
});
