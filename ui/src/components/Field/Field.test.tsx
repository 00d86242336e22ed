import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';

import { Field } from './Field';

it('names its input and describes its fault', () => {
  render(<Field label="Reason" error="Say why, in at most 500 letters." defaultValue="" />);
  const input = screen.getByRole('textbox', { name: 'Reason' });
  expect(input.getAttribute('aria-invalid')).toBe('true');
  const notes = document.getElementById(input.getAttribute('aria-describedby') ?? '');
  expect(notes?.textContent).toBe('Say why, in at most 500 letters.');
});

it('says what the value was before the change', () => {
  render(<Field label="Interval" was="30 s" defaultValue="15" unit="s" />);
  expect(screen.getByText('was 30 s')).toBeTruthy();
});
