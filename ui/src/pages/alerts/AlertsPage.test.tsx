import { act, fireEvent, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { BackendError } from '../../backend/backend';
import { alert, alertPage, alertSettings, channel } from '../../testing/alertFixtures';
import { FakeBackend, never, refusal, type Answers } from '../../testing/FakeBackend';
import { renderOn } from '../../testing/renderApp';
import { AlertsPage } from './AlertsPage';

const engine = (answers: Answers = {}) =>
  new FakeBackend({
    list_alerts: () => alertPage([alert()]),
    get_alert_settings: () => alertSettings(),
    acknowledge_alert: () => ({}),
    snooze_alert: () => ({}),
    set_alert_preference: () => ({}),
    set_quiet_hours: () => ({}),
    list_channels: () => ({ channels: [channel()] }),
    test_channel: () => ({ isSent: true, words: 'It arrived.' }),
    ...answers,
  });

describe('alerts', () => {
  it('holds the place of its rows while it reads', () => {
    renderOn(engine({ list_alerts: never }), <AlertsPage />);
    expect(screen.getByRole('grid', { name: 'Firing alerts' }).getAttribute('aria-busy')).toBe('true');
  });

  it('says so when nothing is wrong', async () => {
    renderOn(engine({ list_alerts: () => alertPage([]) }), <AlertsPage />);
    expect(await screen.findByText('Nothing is wrong')).toBeTruthy();
  });

  it('says why they could not be read, and reads again when asked', async () => {
    let broken = true;
    const backend = engine({
      list_alerts: () => {
        if (broken) throw refusal('The database is locked.');
        return alertPage([alert()]);
      },
    });
    renderOn(backend, <AlertsPage />);
    expect(await screen.findByText('The database is locked.')).toBeTruthy();
    broken = false;
    await userEvent.click(screen.getByRole('button', { name: 'Read again' }));
    expect(await screen.findByText(/^Hold at 12/)).toBeTruthy();
  });

  it('shows the sentence, the cause and how each stands, and reads again when the engine says so', async () => {
    let rows = [alert()];
    const backend = engine({ list_alerts: () => alertPage(rows) });
    renderOn(backend, <AlertsPage />);
    expect(await screen.findByText('checkout-web has been at its maximum of 12 for 5 min.')).toBeTruthy();
    expect(screen.getByText('Firing', { selector: 'span.truncate' })).toBeTruthy();
    rows = [alert({ state: 'acknowledged', acknowledgedBy: 'ada' })];
    act(() => { backend.changed('alerts'); });
    expect(await screen.findByText('by ada')).toBeTruthy();
    expect(backend.inputsOf('list_alerts')[0]).toEqual({ isFiring: true, limit: 100 });
  });

  it('takes an alert on, and snoozes it', async () => {
    const backend = engine();
    renderOn(backend, <AlertsPage />);
    await userEvent.click(await screen.findByRole('button', { name: 'Acknowledge' }));
    expect(backend.inputsOf('acknowledge_alert')).toEqual([{ alertId: '7' }]);
    await userEvent.click(screen.getByRole('button', { name: 'Snooze' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'For 4 hours' }));
    expect(backend.inputsOf('snooze_alert')).toEqual([{ alertId: '7', minutes: 240 }]);
  });

  it('ends a snooze', async () => {
    const backend = engine({ list_alerts: () => alertPage([alert({ state: 'snoozed', snoozedUntil: new Date().toISOString() })]) });
    renderOn(backend, <AlertsPage />);
    await userEvent.click(await screen.findByRole('button', { name: 'End snooze' }));
    expect(backend.inputsOf('snooze_alert')).toEqual([{ alertId: '7', minutes: 0 }]);
  });

  it('keeps what is over in the history, without anything to do', async () => {
    const over = alert({ state: 'resolved', resolvedAt: new Date(new Date(alert().since).getTime() + 600_000).toISOString() });
    const backend = engine({ list_alerts: () => alertPage([over]) });
    renderOn(backend, <AlertsPage />, '/alerts?show=history');
    expect(await screen.findByText(/^for 10.min$/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Acknowledge' })).toBeNull();
    expect(backend.inputsOf('list_alerts')[0]).toEqual({ limit: 100 });
  });
});

describe('what is told', () => {
  const show = (backend: FakeBackend) => renderOn(backend, <AlertsPage />, '/alerts?show=told');

  it('holds its place while it reads', () => {
    const { container } = show(engine({ get_alert_settings: never }));
    expect(container.querySelector('[data-skeleton]')).toBeTruthy();
  });

  it('says why it could not be read', async () => {
    show(engine({ get_alert_settings: () => { throw refusal('The database is locked.'); } }));
    expect(await screen.findByText('The database is locked.')).toBeTruthy();
  });

  it('switches a kind off', async () => {
    const backend = engine();
    show(backend);
    await userEvent.click(await screen.findByRole('switch', { name: 'Oscillation' }));
    expect(backend.inputsOf('set_alert_preference')).toEqual([{ kind: 'oscillation', isOn: false, muted: [] }]);
  });

  it('switches quiet hours on, and says when it is quiet now', async () => {
    const backend = engine();
    show(backend);
    await userEvent.click(await screen.findByRole('switch', { name: 'Quiet hours' }));
    expect(backend.inputsOf('set_quiet_hours')).toEqual([{ isEnabled: true, from: '22:00', to: '07:00', zone: 'Europe/Berlin' }]);
  });

  it('changes the hours with a button that repeats them, and shows a refusal at its field', async () => {
    const backend = engine({
      set_quiet_hours: () => {
        throw new BackendError({ code: 'invalid', message: 'No zone.', errors: [{ field: 'zone', message: 'That is no time zone.' }] });
      },
    });
    show(backend);
    const section = await screen.findByRole('region', { name: 'Quiet hours' });
    fireEvent.change(await within(section).findByLabelText('From'), { target: { value: '21:30' } });
    await userEvent.click(within(section).getByRole('button', { name: 'Keep 21:30 to 07:00' }));
    expect(backend.inputsOf('set_quiet_hours')).toEqual([{ isEnabled: false, from: '21:30', to: '07:00', zone: 'Europe/Berlin' }]);
    expect((await screen.findByRole('alert')).textContent).toBe('That is no time zone.');
  });

  it('sends a test and says how it went', async () => {
    const backend = engine();
    show(backend);
    await userEvent.click(await screen.findByRole('button', { name: 'Send a test to This desktop' }));
    expect((await screen.findByRole('status')).textContent).toBe('It arrived.');
    expect(backend.inputsOf('test_channel')).toEqual([{ channelId: 'desktop' }]);
  });

  it('shows the last error of a channel and what waits for it', async () => {
    const dead = channel({ error: 'This desktop has no notification service.', failedAt: new Date().toISOString(), waiting: 2 });
    show(engine({ list_channels: () => ({ channels: [dead] }) }));
    expect(await screen.findByText(/has no notification service\. 2 messages waiting\./)).toBeTruthy();
  });

  it('says so where there is no channel, or they cannot be read', async () => {
    const { unmount } = show(engine({ list_channels: () => ({ channels: [] }) }));
    expect(await screen.findByText(/There is no desktop here/)).toBeTruthy();
    unmount();
    show(engine({ list_channels: () => { throw refusal('The database is locked.'); } }));
    expect(await screen.findByText('The database is locked.')).toBeTruthy();
  });
});
