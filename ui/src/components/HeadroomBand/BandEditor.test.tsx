import { fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { expect, it } from 'vitest';

import { BandEditor, type Thresholds } from './BandEditor';

const WAS = { down: 0.3, up: 0.7 };

function Edited() {
  const [value, setValue] = useState<Thresholds>(WAS);
  return <BandEditor value={value} was={WAS} score={0.6} onChange={setValue} />;
}
const handle = (name: string) => screen.getByRole('slider', { name });

it('moves a threshold by 0.01, with Shift by 0.05, and says what it was', () => {
  render(<Edited />);
  fireEvent.keyDown(handle('Scale down threshold'), { key: 'ArrowRight' });
  expect(handle('Scale down threshold').getAttribute('aria-valuetext')).toBe('0.31, was 0.30');
  fireEvent.keyDown(handle('Scale up threshold'), { key: 'ArrowLeft', shiftKey: true });
  expect(handle('Scale up threshold').getAttribute('aria-valuetext')).toBe('0.65, was 0.70');
});

it('never lets the brackets meet or leave 0 to 1', () => {
  render(<Edited />);
  fireEvent.keyDown(handle('Scale down threshold'), { key: 'End' });
  expect(handle('Scale down threshold').getAttribute('aria-valuenow')).toBe('0.69');
  fireEvent.keyDown(handle('Scale up threshold'), { key: 'End' });
  expect(handle('Scale up threshold').getAttribute('aria-valuenow')).toBe('1');
  fireEvent.keyDown(handle('Scale down threshold'), { key: 'Home' });
  expect(handle('Scale down threshold').getAttribute('aria-valuenow')).toBe('0');
});
