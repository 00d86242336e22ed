import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';

import type { PolicyVersionView } from '../../../backend/generated/PolicyVersionView';
import { FakeBackend, never, refusal, type Answers } from '../../../testing/FakeBackend';
import { policyView } from '../../../testing/policies';
import { renderOn } from '../../../testing/renderApp';
import { VersionsButton } from './VersionsDialog';

const version = (number: number, changes = {}): PolicyVersionView => ({
  version: number,
  savedAt: '2026-11-18T08:00:00Z',
  savedBy: 'Ada',
  isInForce: number === 3,
  policy: policyView({ version: number, ...changes }),
});

const ALL = [version(3, { maxInstances: 20, cooldownPeriod: 120 }), version(2, { maxInstances: 20 }), version(1)];

async function open(answers: Answers) {
  const onRestored = vi.fn();
  const backend = new FakeBackend(answers);
  const page = renderOn(backend, <VersionsButton deploymentId="dep_checkout" onRestored={onRestored} />, '/');
  await userEvent.click(screen.getByRole('button', { name: 'Versions' }));
  return { backend, onRestored, page };
}

describe('the versions of a policy', () => {
  it('hold the place while they are read', async () => {
    await open({ list_policy_versions: never });
    expect(screen.getByRole('dialog').querySelector('[data-skeleton]')).toBeTruthy();
  });

  it('say so where there are none', async () => {
    await open({ list_policy_versions: () => ({ versions: [], next: null }) });
    expect(await screen.findByText(/Nothing was saved yet/)).toBeTruthy();
  });

  it('say why they could not be read, and read again when asked', async () => {
    let broken = true;
    await open({
      list_policy_versions: () => {
        if (broken) throw refusal('The store is busy. Try again in a moment.');
        return { versions: ALL, next: null };
      },
    });
    expect(await screen.findByText(/The store is busy/)).toBeTruthy();
    broken = false;
    await userEvent.click(screen.getByRole('button', { name: 'Read again' }));
    expect(await screen.findByText('v3')).toBeTruthy();
  });

  it('say what each changed, and go back to one when asked', async () => {
    const { backend, onRestored } = await open({
      list_policy_versions: () => ({ versions: ALL, next: null }),
      restore_policy_version: () => ({ ...policyView({ version: 4 }), advice: [] }),
    });
    const rows = within(await screen.findByRole('list', { name: 'Versions' })).getAllByRole('listitem');
    expect(rows[0]?.textContent).toContain('Cooldown: 5\u00a0min → 2\u00a0min');
    expect(rows[0]?.textContent).toContain('in force');
    expect(screen.getByText(/Maximum/).textContent).toBe('Maximum: 12 → 20');
    expect(screen.getByText('The first version.')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Go back to v1' }));
    expect(backend.inputsOf('restore_policy_version')).toEqual([{ deploymentId: 'dep_checkout', version: 1 }]);
    expect(onRestored).toHaveBeenCalledWith(4, 'Web checkout');
  });

  it('keep the list and say why where going back is refused', async () => {
    await open({
      list_policy_versions: () => ({ versions: ALL, next: null }),
      restore_policy_version: () => {
        throw refusal('Version 1 is in force already.');
      },
    });
    await userEvent.click(await screen.findByRole('button', { name: 'Go back to v1' }));
    expect(await screen.findByText('Version 1 is in force already.')).toBeTruthy();
    expect(screen.getByText('v3')).toBeTruthy();
  });
});
