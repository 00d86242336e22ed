import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';

import { Button } from '../Button/Button';
import { Field } from '../Field/Field';
import { Segmented } from '../Segmented/Segmented';
import { Select } from '../Select/Select';
import { Switch } from '../Switch/Switch';
import { Reserved } from './Reserved';

const REASON = 'This takes the role operator; yours is viewer.';
const OPTIONS = [
  { value: 'a', label: 'A' },
  { value: 'b', label: 'B' },
] as const;

function Controls({ reason, onUse }: { reason: string | null; onUse: () => void }) {
  return (
    <Reserved reason={reason}>
      <Button onClick={onUse}>Save</Button>
      <Switch label="On" checked={false} onChange={onUse} />
      <Segmented label="Kind" options={OPTIONS} value="a" onChange={onUse} />
      <Select label="Choice" value="a" options={OPTIONS} onChange={onUse} />
      <Field label="Name" value="shop" onChange={onUse} />
    </Reserved>
  );
}

async function useAll() {
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await userEvent.click(screen.getByRole('switch', { name: 'On' }));
  await userEvent.click(screen.getByRole('radio', { name: 'B' }));
  await userEvent.selectOptions(screen.getByRole('combobox'), 'b').catch(() => undefined);
  await userEvent.type(screen.getByRole('textbox', { name: 'Name' }), 's');
}

it('takes no use of any control inside, and says why at each', async () => {
  const onUse = vi.fn();
  render(<Controls reason={REASON} onUse={onUse} />);
  await useAll();
  expect(onUse).not.toHaveBeenCalled();
  screen.getByRole('button', { name: 'Save' }).focus();
  expect((await screen.findByRole('tooltip')).textContent).toContain(REASON);
  expect(screen.getByRole('switch').getAttribute('aria-disabled')).toBe('true');
  expect(screen.getByRole('textbox').getAttribute('title')).toBe(REASON);
  expect(screen.getByRole('combobox').getAttribute('title')).toBe(REASON);
});

it('lets every control be used without a reason', async () => {
  const onUse = vi.fn();
  render(<Controls reason={null} onUse={onUse} />);
  await useAll();
  expect(onUse).toHaveBeenCalledTimes(5);
});
