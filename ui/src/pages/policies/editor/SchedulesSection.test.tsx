import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Route, Routes } from 'react-router';
import { describe, expect, it } from 'vitest';

import type { Fault } from '../../../backend/generated/Fault';
import { FakeBackend, never, type Answers } from '../../../testing/FakeBackend';
import { draftCheck, policyOf, policyView, scheduleView, statusOf, TEMPLATES } from '../../../testing/policies';
import { renderOn } from '../../../testing/renderApp';
import { PolicyEditorPage } from './PolicyEditorPage';

const OFFICE = { name: 'Office', cron: '0 8 * * 1-5', minutes: 600, zone: 'Europe/Berlin', minInstances: 6 };

function open(answers: Answers = {}, errors: Fault[] = [], schedules = [scheduleView(OFFICE)]) {
  const base = policyView({ schedules });
  const backend = new FakeBackend({
    get_scaling_status: () => statusOf({ policy: base }),
    list_policy_templates: () => ({ templates: TEMPLATES }),
    play_policy: never,
    check_policy: ({ draft }) => draftCheck(draft, { base, errors }),
    save_policy: ({ draft }) => ({ ...policyOf(draft, base), version: 8, advice: [] }),
    ...answers,
  });
  renderOn(
    backend,
    <Routes>
      <Route path="/policies/:deploymentId" element={<PolicyEditorPage />} />
    </Routes>,
    '/policies/dep_checkout',
  );
  return backend;
}

describe('schedules', () => {
  it('say when they hold, what holds then and when next', async () => {
    open();
    const row = await screen.findByRole('button', { name: 'Edit schedule Office' });
    expect(row.textContent).toContain('At 08:00, Monday through Friday, for 10\u00a0h');
    expect(row.textContent).toContain('min 6');
    expect(row.textContent).toMatch(/Next Thu 19 Nov/);
    expect(row.textContent).toContain('$0.96/h');
  });

  it('are added, edited and saved whole', async () => {
    const backend = open({}, [], []);
    await userEvent.click(await screen.findByRole('button', { name: 'Add schedule' }));
    await userEvent.type(screen.getByRole('textbox', { name: 'Schedule’s name' }), 'Sale');
    await userEvent.clear(screen.getByRole('textbox', { name: 'Max' }));
    await userEvent.type(screen.getByRole('textbox', { name: 'Max' }), '20');
    await userEvent.click(screen.getByRole('radio', { name: 'Once' }));
    await userEvent.type(screen.getByLabelText('From'), '2026-11-27T08:00');
    await userEvent.type(screen.getByLabelText('To'), '2026-11-30T22:00');
    await waitFor(() => {
      expect(screen.getByRole('cell', { name: 'Schedule “Sale”' })).toBeTruthy();
    });
    await userEvent.click(screen.getByRole('button', { name: 'Save v8' }));
    await waitFor(() => {
      expect(backend.inputsOf('save_policy')).toMatchObject([
        { draft: { schedules: [{ name: 'Sale', from: '2026-11-27T08:00', to: '2026-11-30T22:00', minInstances: 3, maxInstances: 20 }] } },
      ]);
    });
  });

  it('show what is wrong at the field, and in the list while it is closed', async () => {
    open({}, [{ field: 'schedules[0].cron', message: 'never fires: no day is like that.' }]);
    expect((await screen.findByText(/never fires: no day is like that/i)).closest('[role="alert"]')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Edit schedule Office' }));
    const cron = screen.getByRole('textbox', { name: /Begins at/ });
    expect(cron.getAttribute('aria-invalid')).toBe('true');
    expect(screen.getAllByText(/never fires: no day is like that/i)).toHaveLength(1);
  });

  it('are removed, and can be brought back', async () => {
    open();
    await userEvent.click(await screen.findByRole('button', { name: 'Edit schedule Office' }));
    await userEvent.click(screen.getByRole('button', { name: 'Remove schedule' }));
    expect(screen.queryByRole('button', { name: /schedule Office/ })).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Undo' }));
    expect(await screen.findByRole('button', { name: 'Edit schedule Office' })).toBeTruthy();
  });

  it('come from a calendar, and what was left out is named', async () => {
    const backend = open({
      read_calendar: () => ({
        schedules: [{ name: 'Black Friday', zone: 'Europe/Berlin', from: '2026-11-27T08:00', to: '2026-11-28T08:00' }],
        leftOut: [{ name: 'Every other week', why: 'it comes back every 2 times only.' }],
        leftOutCount: 1,
      }),
    });
    const file = new File(['BEGIN:VCALENDAR'], 'sales.ics', { type: 'text/calendar' });
    await userEvent.upload(await screen.findByLabelText('Calendar file'), file);
    expect(await screen.findByRole('button', { name: 'Edit schedule Black Friday' })).toBeTruthy();
    expect(screen.getByText(/“Every other week”: it comes back every 2 times only/)).toBeTruthy();
    expect(backend.inputsOf('read_calendar')).toMatchObject([{ text: 'BEGIN:VCALENDAR' }]);
  });

  it('refuse a file that is too large before reading it', async () => {
    const backend = open();
    const file = new File([new Uint8Array(10_000_000)], 'huge.ics', { type: 'text/calendar' });
    await userEvent.upload(await screen.findByLabelText('Calendar file'), file);
    expect(await screen.findByText(/larger than 2 MB/)).toBeTruthy();
    expect(backend.inputsOf('read_calendar')).toEqual([]);
  });
});
