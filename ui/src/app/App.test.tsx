import { act, fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';

import { notification, notifications } from '../testing/alertFixtures';
import { FakeBackend, fakeWindow, never, refusal, type Answers } from '../testing/FakeBackend';
import { deploymentRow, engineState, overview, settings } from '../testing/fixtures';
import { App } from './App';

const engine = (answers: Answers = {}) =>
  new FakeBackend({
    get_overview: () => overview([deploymentRow()]),
    get_engine_state: () => engineState({ lastEvaluationAt: new Date().toISOString() }),
    get_settings: () => settings(),
    list_decisions: () => ({ decisions: [], nextCursor: null }),
    list_notifications: () => notifications([]),
    pause_all: () => ({}),
    resume_all: () => ({}),
    ...answers,
  });

const show = (backend: FakeBackend) => render(<App backend={backend} />);

beforeEach(() => {
  window.location.hash = '';
});

describe('the window', () => {
  it('opens on the overview and says that scaling is on', async () => {
    show(engine());
    expect(await screen.findByRole('heading', { name: 'Overview' })).toBeTruthy();
    expect(await screen.findByText('Scaling is on')).toBeTruthy();
    expect(screen.getByText(/18 deployments, checked \d+.s ago/)).toBeTruthy();
  });

  it('goes to a place with G and its letter, but not while one is typing', async () => {
    show(engine());
    await screen.findByRole('heading', { name: 'Overview' });
    await userEvent.type(screen.getByRole('textbox', { name: 'Filter by name or tag' }), 'gs');
    expect(screen.getByRole('heading', { name: 'Overview' })).toBeTruthy();
    fireEvent.keyDown(document.body, { key: 'g' });
    fireEvent.keyDown(document.body, { key: 's' });
    expect(await screen.findByRole('heading', { name: 'Settings' })).toBeTruthy();
  });

  it('goes where a link or the tray asks', async () => {
    const backend = engine();
    const around = fakeWindow();
    backend.window = around;
    show(backend);
    await screen.findByRole('heading', { name: 'Overview' });
    act(() => { around.go('/settings'); });
    expect(await screen.findByRole('heading', { name: 'Settings' })).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Close' }));
    expect(around.asked).toEqual(['close']);
  });

  it('shows what the keys do with ?, and takes the keys that a person chose', async () => {
    const backend = engine({ get_settings: () => settings({ shortcuts: { 'pause-all': 'F9' } }) });
    show(backend);
    await screen.findByText('Scaling is on');
    await userEvent.keyboard('?');
    const sheet = await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
    expect(sheet.textContent).toContain('Pause or resume all scalingF9');
    await userEvent.keyboard('{Escape}{F9}');
    expect(backend.inputsOf('pause_all')).toEqual([{}]);
  });

  it('locks and unlocks the window from the title bar, and says so', async () => {
    let locked = false;
    const backend = engine({
      get_settings: () => settings({ readOnly: locked }),
      update_settings: (input) => {
        locked = input.readOnly ?? locked;
        return settings({ readOnly: locked });
      },
    });
    show(backend);
    await userEvent.click(await screen.findByRole('button', { name: 'Lock the window' }));
    act(() => { backend.changed('settings'); });
    expect(await screen.findByText('Read-only')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Lock the window' }).getAttribute('aria-pressed')).toBe('true');
    await userEvent.keyboard('{Control>}{Shift>}l{/Shift}{/Control}');
    expect(backend.inputsOf('update_settings')).toEqual([{ readOnly: true }, { readOnly: false }]);
  });

  it('says where a file was saved', async () => {
    const backend = engine();
    const around = fakeWindow();
    backend.window = around;
    show(backend);
    await screen.findByText('Scaling is on');
    act(() => { around.saved('/home/ada/Downloads/deployments.csv'); });
    expect(await screen.findByText('Saved as /home/ada/Downloads/deployments.csv')).toBeTruthy();
    act(() => { around.saved(null); });
    expect(await screen.findByText(/could not be saved/)).toBeTruthy();
  });

  it('finds places, deployments and commands with Ctrl+K', async () => {
    const backend = engine();
    show(backend);
    await screen.findByText('Scaling is on');
    await userEvent.keyboard('{Control>}k{/Control}');
    await userEvent.type(await screen.findByRole('combobox'), 'pause all{Enter}');
    expect(backend.inputsOf('pause_all')).toEqual([{}]);
  });

  it('pauses everything with a reason, says so on every page, and resumes', async () => {
    let paused = false;
    const backend = engine({
      get_engine_state: () =>
        engineState(paused ? { mode: 'paused', paused: { reason: 'Migration', by: 'ada', at: new Date().toISOString() } } : {}),
      pause_all: () => {
        paused = true;
        return {};
      },
    });
    show(backend);
    await userEvent.click(await screen.findByText('Scaling is on'));
    await userEvent.type(await screen.findByRole('textbox', { name: /^Reason/ }), 'Migration');
    await userEvent.click(screen.getByRole('button', { name: 'Pause all 18 deployments' }));
    expect(backend.inputsOf('pause_all')).toEqual([{ reason: 'Migration' }]);
    act(() => { backend.changed('settings'); });
    expect(await screen.findByText('Scaling is paused.')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Resume scaling' }));
    expect(backend.inputsOf('resume_all')).toEqual([{}]);
  });

  it('shows what begins to harm at once, and nothing else', async () => {
    const backend = engine();
    show(backend);
    await screen.findByText('Scaling is on');
    const news = {
      event: 'alert:changed',
      id: '7',
      kind: 'scaling_failed',
      level: 'critical',
      isFiring: true,
      deploymentId: 'dep_checkout',
      title: 'checkout-web could not be scaled',
      message: 'Port 41236 is taken. Stop the other program.',
      at: new Date().toISOString(),
    } as const;
    act(() => {
      backend.emit({ ...news, isFiring: false });
      backend.emit({ ...news, kind: 'at_maximum', level: 'warning' });
      backend.emit(news);
    });
    const alerts = await screen.findAllByRole('alert');
    expect(alerts.map((item) => item.textContent)).toEqual(['checkout-web could not be scaled: Port 41236 is taken. Stop the other program.']);
  });

  it('keeps what was told behind the bell, counts what nobody has seen, and marks it once it was', async () => {
    let list = [notification(), notification({ id: '2', title: 'shop could not be scaled', isCritical: true, isRead: true })];
    const backend = engine({
      list_notifications: () => notifications(list),
      mark_notifications_read: () => {
        list = list.map((item) => ({ ...item, isRead: true }));
        return {};
      },
    });
    show(backend);
    await userEvent.click(await screen.findByRole('button', { name: 'Notifications, 1 new' }));
    const panel = await screen.findByRole('dialog', { name: 'Notifications' });
    expect(within(panel).getAllByRole('listitem')).toHaveLength(2);
    await userEvent.keyboard('{Escape}');
    expect(backend.inputsOf('mark_notifications_read')).toEqual([{}]);
    act(() => { backend.changed('alerts'); });
    expect(await screen.findByRole('button', { name: 'Notifications, none new' })).toBeTruthy();
  });

  it('goes from a message to its deployment', async () => {
    show(engine({ list_notifications: () => notifications([notification()]), get_scaling_status: never }));
    await userEvent.click(await screen.findByRole('button', { name: 'Notifications, 1 new' }));
    await userEvent.click(await screen.findByRole('link', { name: /checkout-web has been at its maximum/ }));
    expect(window.location.hash).toBe('#/deployment/dep_checkout');
  });

  it('shows the words of a command that failed', async () => {
    const backend = engine({
      pause_all: () => {
        throw refusal('The disk is full. Free some space; scaling goes on.');
      },
    });
    show(backend);
    await screen.findByText('Scaling is on');
    await userEvent.keyboard('{Control>}k{/Control}');
    await userEvent.type(await screen.findByRole('combobox'), 'pause all{Enter}');
    expect(await screen.findByText('The disk is full. Free some space; scaling goes on.')).toBeTruthy();
  });

  it('says that the engine is not reached', async () => {
    show(
      engine({
        get_engine_state: () => {
          throw refusal('The engine has stopped.');
        },
      }),
    );
    expect(await screen.findByText('Engine not reached')).toBeTruthy();
    expect(screen.getByRole('alert').textContent).toContain('The engine has stopped.');
  });
});
