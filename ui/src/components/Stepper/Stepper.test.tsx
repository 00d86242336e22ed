import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, it } from 'vitest';

import { Stepper } from './Stepper';

function Edited({ error = null }: { error?: string | null }) {
  const [value, setValue] = useState(7);
  return <Stepper label="Instances" value={value} min={2} max={9} was={7} error={error} onChange={setValue} />;
}
const value = () => screen.getByRole('spinbutton').getAttribute('aria-valuenow');

it('steps inside its bounds by button and by key', async () => {
  render(<Edited />);
  await userEvent.click(screen.getByRole('button', { name: 'Instances: one more' }));
  expect(value()).toBe('8');
  expect(screen.getByText('was 7')).toBeTruthy();
  screen.getByRole('spinbutton').focus();
  await userEvent.keyboard('{PageUp}');
  expect(value()).toBe('9');
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Instances: one more' }).disabled).toBe(true);
  await userEvent.keyboard('{ArrowDown}');
  expect(value()).toBe('8');
});

it('takes what is typed as it is, and says what is wrong with it', async () => {
  render(<Edited error="At most 9." />);
  await userEvent.clear(screen.getByRole('spinbutton'));
  await userEvent.type(screen.getByRole('spinbutton'), '40');
  expect(value()).toBe('40');
  expect(screen.getByRole('spinbutton').getAttribute('aria-invalid')).toBe('true');
  expect(screen.getByText('At most 9.')).toBeTruthy();
});
