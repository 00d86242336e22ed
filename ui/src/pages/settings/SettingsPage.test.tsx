import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { BackendError } from '../../backend/backend';
import { FakeBackend, never, refusal } from '../../testing/FakeBackend';
import { engineState, settings } from '../../testing/fixtures';
import { renderOn } from '../../testing/renderApp';
import { SHORTCUTS, written } from '../../app/shortcuts';
import { SettingsPage } from './SettingsPage';

const full = () =>
  new FakeBackend({
    get_settings: () => settings(),
    get_engine_state: () => engineState(),
    update_settings: (input) => settings({ ...input }),
  });

describe('settings', () => {
  it('holds the place while it reads', () => {
    const { container } = renderOn(new FakeBackend({ get_settings: never }), <SettingsPage shortcuts={SHORTCUTS} written={written} />);
    expect(container.querySelector('[data-skeleton]')).toBeTruthy();
  });

  it('says why they could not be read, and reads again when asked', async () => {
    let broken = true;
    const backend = new FakeBackend({
      get_settings: () => {
        if (broken) throw refusal('The database is locked. Close the other Headroom.');
        return settings();
      },
    });
    renderOn(backend, <SettingsPage shortcuts={SHORTCUTS} written={written} />);
    expect(await screen.findByText('The database is locked. Close the other Headroom.')).toBeTruthy();
    broken = false;
    await userEvent.click(screen.getByRole('button', { name: 'Read again' }));
    expect(await screen.findByRole('textbox', { name: 'Evaluation interval' })).toBeTruthy();
  });

  it('shows what the app is and where it keeps things', async () => {
    renderOn(full(), <SettingsPage shortcuts={SHORTCUTS} written={written} />);
    expect(await screen.findByText('Headroom 0.1.0')).toBeTruthy();
    expect(screen.getByText('/home/ada/.local/share/headroom')).toBeTruthy();
  });

  it('changes the interval with a button that repeats it', async () => {
    const backend = full();
    renderOn(backend, <SettingsPage shortcuts={SHORTCUTS} written={written} />);
    const field = await screen.findByRole('textbox', { name: 'Evaluation interval' });
    await userEvent.clear(field);
    await userEvent.type(field, '90');
    await userEvent.click(screen.getByRole('button', { name: /Evaluate every 1.min 30.s/ }));
    expect(backend.inputsOf('update_settings')).toEqual([{ evaluationIntervalSeconds: 90 }]);
  });

  it('shows a refusal at its field', async () => {
    const backend = new FakeBackend({
      get_settings: () => settings(),
      get_engine_state: () => engineState(),
      update_settings: () => {
        throw new BackendError({
          code: 'invalid',
          message: 'evaluationIntervalSeconds: …',
          errors: [{ field: 'evaluationIntervalSeconds', message: 'Give 1 to 3,600 seconds.' }],
        });
      },
    });
    renderOn(backend, <SettingsPage shortcuts={SHORTCUTS} written={written} />);
    const field = await screen.findByRole('textbox', { name: 'Evaluation interval' });
    await userEvent.type(field, '000{Enter}');
    expect((await screen.findByRole('alert')).textContent).toBe('Give 1 to 3,600 seconds.');
  });

  it('keeps what is kept for as long as a person says', async () => {
    const backend = full();
    renderOn(backend, <SettingsPage shortcuts={SHORTCUTS} written={written} />);
    const field = await screen.findByRole('textbox', { name: 'Days that readings are kept' });
    await userEvent.clear(field);
    await userEvent.type(field, '7');
    await userEvent.click(screen.getByRole('button', { name: 'Keep readings 7 days' }));
    expect(backend.inputsOf('update_settings')).toEqual([{ sampleDays: 7 }]);
  });

  it('starts at login, and locks the window, with a switch', async () => {
    const backend = full();
    renderOn(backend, <SettingsPage shortcuts={SHORTCUTS} written={written} />);
    await userEvent.click(await screen.findByRole('switch', { name: 'Start at login' }));
    await userEvent.click(screen.getByRole('switch', { name: 'Read-only' }));
    expect(backend.inputsOf('update_settings')).toEqual([{ startAtLogin: true }, { readOnly: true }]);
  });

  it('takes new keys, refuses those that are taken, and goes back', async () => {
    const backend = new FakeBackend({
      get_settings: () => settings({ shortcuts: { help: 'F1' } }),
      get_engine_state: () => engineState(),
      update_settings: (input) => settings({ ...input, shortcuts: {} }),
    });
    renderOn(backend, <SettingsPage shortcuts={SHORTCUTS} written={written} />);
    const change = async () => userEvent.click(await screen.findByRole('button', { name: 'Change the keys of Search or run a command' }));
    await change();
    await userEvent.keyboard('{F1}');
    expect((await screen.findByRole('alert')).textContent).toBe('F1 is taken by “Show these shortcuts”.');
    await change();
    await userEvent.keyboard('{Control>}p{/Control}');
    await userEvent.click(screen.getByRole('button', { name: 'Show these shortcuts: back to ?' }));
    expect(backend.inputsOf('update_settings')).toEqual([
      { shortcuts: { help: 'F1', palette: 'Ctrl+P' } },
      { shortcuts: {} },
    ]);
  });

  it('shows a theme at once and keeps it', async () => {
    const backend = full();
    renderOn(backend, <SettingsPage shortcuts={SHORTCUTS} written={written} />);
    await screen.findByText('Headroom 0.1.0');
    await userEvent.click(screen.getByRole('radio', { name: 'Dark' }));
    expect(document.documentElement.dataset['theme']).toBe('dark');
    expect(backend.inputsOf('update_settings')).toEqual([{ theme: 'dark' }]);
  });
});
