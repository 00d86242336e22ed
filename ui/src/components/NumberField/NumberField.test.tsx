import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, it } from 'vitest';

import { NumberField } from './NumberField';

function Held({ start, digits }: { start: number | null; digits: number }) {
  const [value, setValue] = useState(start);
  return (
    <>
      <NumberField label="Weight" value={value} digits={digits} onChange={setValue} />
      <output>{String(value)}</output>
      <button
        onClick={() => {
          setValue(0.9);
        }}
      >
        elsewhere
      </button>
    </>
  );
}

it.each([
  ['a decimal comma is a point', '0,4', '0.4'],
  ['a number may begin with its point', '.25', '0.25'],
  ['what is no number is nothing', '0.4x', 'null'],
  ['nothing is nothing', '{Backspace}', 'null'],
  ['negatives are passed on, to be refused with a reason', '-1', '-1'],
])('%s', async (_name, typed, value) => {
  render(<Held start={0.35} digits={2} />);
  await userEvent.clear(screen.getByRole('textbox', { name: 'Weight' }));
  await userEvent.type(screen.getByRole('textbox', { name: 'Weight' }), typed);
  expect(screen.getByRole('status').textContent).toBe(value);
});

it('leaves what is typed alone until the field is left, then writes it the one way', async () => {
  render(<Held start={0.35} digits={2} />);
  const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'Weight' });
  await userEvent.clear(field);
  await userEvent.type(field, '0.4');
  expect(field.value).toBe('0.4');
  await userEvent.tab();
  expect(field.value).toBe('0.40');
});

it('shows a value that came from elsewhere', async () => {
  render(<Held start={0.35} digits={2} />);
  const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'Weight' });
  await userEvent.type(field, '9');
  await userEvent.click(screen.getByRole('button', { name: 'elsewhere' }));
  expect(field.value).toBe('0.90');
});
