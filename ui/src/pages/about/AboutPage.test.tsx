import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { FakeBackend, never } from '../../testing/FakeBackend';
import { engineState } from '../../testing/fixtures';
import { renderOn } from '../../testing/renderApp';
import { AboutPage } from './AboutPage';
import { builtIn, type Licenses } from './useLicenses';

const LICENSES: Licenses = {
  packages: [
    { name: 'bare', version: '0.1.0', license: 'ISC', from: 'Rust', texts: [] },
    { name: 'react', version: '19.3.1', license: 'MIT', from: 'npm', texts: [1] },
    { name: 'serde', version: '1.0.0', license: 'MIT OR Apache-2.0', from: 'Rust', texts: [0, 1] },
  ],
  texts: ['Apache License\nVersion 2.0', 'The <b>MIT</b> License'],
};

const show = (read: () => Promise<Licenses>) =>
  renderOn(new FakeBackend({ get_engine_state: () => engineState({ version: '0.1.0' }) }), <AboutPage read={read} />);

describe('about', () => {
  it('holds the place of its rows while it reads', () => {
    show(never);
    expect(screen.getByRole('grid', { name: 'Packages' }).getAttribute('aria-busy')).toBe('true');
  });

  it('says so when nothing of others is in it', async () => {
    show(() => Promise.resolve({ packages: [], texts: [] }));
    expect(await screen.findByText('No package of others is in this build')).toBeTruthy();
  });

  it('says why the licenses could not be read, and reads again when asked', async () => {
    let broken = true;
    show(() => (broken ? Promise.reject(new Error('The part of the window is not there.')) : Promise.resolve(LICENSES)));
    expect(await screen.findByText('The part of the window is not there.')).toBeTruthy();
    broken = false;
    await userEvent.click(screen.getByRole('button', { name: 'Read again' }));
    expect(await screen.findByText('serde')).toBeTruthy();
  });

  it('says the version, and finds packages by name and by license', async () => {
    show(() => Promise.resolve(LICENSES));
    expect(await screen.findByText(/Headroom 0\.1\.0/)).toBeTruthy();
    expect(await screen.findByText(/3 packages of others/)).toBeTruthy();
    const field = screen.getByRole('textbox', { name: 'Search packages' });
    await userEvent.type(field, 'APACHE');
    expect(screen.queryByText('react')).toBeNull();
    expect(screen.getByText('serde')).toBeTruthy();
    await userEvent.clear(field);
    await userEvent.type(field, 'zzz');
    await userEvent.click(await screen.findByRole('button', { name: 'Show all' }));
    expect(await screen.findByText('react')).toBeTruthy();
  });

  it('opens the texts of a package by keyboard, as text', async () => {
    show(() => Promise.resolve(LICENSES));
    (await screen.findByText('serde')).closest<HTMLElement>('[role=row]')?.focus();
    await userEvent.keyboard('{Enter}');
    expect(await screen.findByRole('dialog', { name: 'License of serde' })).toBeTruthy();
    expect(screen.getByText(/Apache License/)).toBeTruthy();
    expect(screen.getByText('The <b>MIT</b> License')).toBeTruthy();
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('has what this build is made of, each with its license', async () => {
    const { packages, texts } = await builtIn();
    const named = (from: string) => packages.filter((shipped) => shipped.from === from).map(({ name }) => name);
    expect(named('Rust')).toEqual(expect.arrayContaining(['tauri', 'serde', 'rusqlite', 'tokio']));
    expect(named('Rust')).not.toContain('proptest');
    expect(named('npm')).toEqual(expect.arrayContaining(['react', 'react-router', 'inter-ui']));
    expect(named('npm')).not.toContain('vitest');
    for (const { name, version, license, texts: own } of packages) {
      expect([name, version, license].every((words) => words !== '')).toBe(true);
      expect(own.every((text) => (texts[text] ?? '') !== '')).toBe(true);
    }
  });
});
