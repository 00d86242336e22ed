import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { describe, expect, it, vi } from 'vitest';

import { Slider } from './Slider';

const settled = vi.fn();

function Held({ start }: { start: number }) {
  const [value, setValue] = useState(start);
  return (
    <Slider
      label="CPU"
      value={value}
      was={0.7}
      min={0.01}
      max={1}
      step={0.01}
      valueWords={`${String(value)} of it`}
      onChange={setValue}
      onSettle={settled}
    />
  );
}

describe('a slider', () => {
  it('moves by a step, with Shift by five, and to its ends', async () => {
    render(<Held start={0.7} />);
    const thumb = screen.getByRole('slider', { name: 'CPU' });
    thumb.focus();
    await userEvent.keyboard('{ArrowRight}');
    expect(thumb.getAttribute('aria-valuetext')).toBe('0.71 of it');
    await userEvent.keyboard('{Shift>}{ArrowLeft}{/Shift}');
    expect(thumb.getAttribute('aria-valuetext')).toBe('0.66 of it');
    await userEvent.keyboard('{Home}');
    expect(thumb.getAttribute('aria-valuetext')).toBe('0.01 of it');
    await userEvent.keyboard('{End}');
    expect(thumb.getAttribute('aria-valuetext')).toBe('1 of it');
    expect(settled).toHaveBeenCalledTimes(4);
  });

  it('marks where it was only once it is elsewhere', async () => {
    const { container } = render(<Held start={0.7} />);
    expect(container.querySelector('[data-part=was]')).toBeNull();
    screen.getByRole('slider').focus();
    await userEvent.keyboard('{ArrowLeft}');
    expect(container.querySelector('[data-part=was]')).not.toBeNull();
  });
});
