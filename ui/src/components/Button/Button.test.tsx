import { fireEvent, render, screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';

import { TooltipProvider } from '../Tooltip/Tooltip';
import { Button } from './Button';

it('does nothing while it is disabled, and stays reachable', () => {
  const pressed = vi.fn();
  render(
    <TooltipProvider>
      <Button onClick={pressed} disabledReason="Say why first">
        Scale to 9
      </Button>
    </TooltipProvider>,
  );
  const button = screen.getByRole('button', { name: 'Scale to 9' });
  fireEvent.click(button);
  expect(pressed).not.toHaveBeenCalled();
  expect(button.getAttribute('aria-disabled')).toBe('true');
  button.focus();
  expect(document.activeElement).toBe(button);
});

it('keeps the focus when it becomes pressable', () => {
  const { rerender } = render(<Button disabledReason="Say why first">Scale to 9</Button>);
  const button = screen.getByRole('button');
  button.focus();
  rerender(<Button disabledReason={null}>Scale to 9</Button>);
  expect(document.activeElement).toBe(button);
  expect(screen.getByRole('button')).toBe(button);
});

it('is pressed once while it waits', () => {
  const pressed = vi.fn();
  const { rerender } = render(<Button onClick={pressed}>Save</Button>);
  fireEvent.click(screen.getByRole('button'));
  rerender(
    <Button onClick={pressed} busy>
      Save
    </Button>,
  );
  fireEvent.click(screen.getByRole('button'));
  expect(pressed).toHaveBeenCalledTimes(1);
});
