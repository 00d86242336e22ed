import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { FakeBackend, never, refusal, type Answers } from '../../testing/FakeBackend';
import { bandOf, decisionItem, deploymentRow, engineState, overview } from '../../testing/fixtures';
import { renderOn } from '../../testing/renderApp';
import { OverviewPage } from './OverviewPage';

const ROWS = [
  deploymentRow(),
  deploymentRow({
    id: 'dep_feed',
    name: 'feed-web',
    tags: ['web', 'critical'],
    state: 'at_max',
    stateWords: 'At max',
    reason: 'At the maximum',
    band: bandOf({ score: 0.87, marker: 'out_of_room', trafficToUp: -0.2 }),
    readyInstances: 10,
  }),
  deploymentRow({ id: 'dep_batch', name: 'invoice-batch', tags: ['batch'], state: 'paused', stateWords: 'Paused', band: null }),
];

const engine = (answers: Answers = {}) =>
  new FakeBackend({
    get_overview: () => overview(ROWS, { at: new Date().toISOString() }),
    get_engine_state: () => engineState(),
    list_decisions: () => ({ decisions: [decisionItem()], nextCursor: null }),
    pause_deployment: () => ({}),
    resume_deployment: () => ({}),
    ...answers,
  });
const names = async () => {
  await screen.findByText('checkout-web', { selector: '[role=gridcell] *' });
  return screen
    .getAllByRole('row')
    .slice(1)
    .map((row) => row.getAttribute('data-row'));
};

describe('the overview', () => {
  it('holds the place of figures and rows while it reads', () => {
    renderOn(engine({ get_overview: never }), <OverviewPage />);
    expect(screen.getByRole('grid').getAttribute('aria-busy')).toBe('true');
  });

  it('offers a way to begin where nothing is scaled', async () => {
    renderOn(engine({ get_overview: () => overview([]) }), <OverviewPage begin={<p>Start the sample</p>} />);
    expect(await screen.findByText('Start the sample')).toBeTruthy();
    expect(within(kpi('Instances')).getByText('0')).toBeTruthy();
    expect(within(kpi('Cost now')).getByText('$0')).toBeTruthy();
  });

  it('says why it could not be read, and reads again when asked', async () => {
    let broken = true;
    const backend = engine({
      get_overview: () => {
        if (broken) throw refusal('The disk is full. Free some space.');
        return overview(ROWS);
      },
    });
    renderOn(backend, <OverviewPage />);
    expect(await screen.findByText('The disk is full. Free some space.')).toBeTruthy();
    broken = false;
    await userEvent.click(screen.getByRole('button', { name: 'Read again' }));
    expect(await names()).toHaveLength(3);
  });

  it('shows figures, the worst row first, and the reason beside each name', async () => {
    renderOn(engine(), <OverviewPage />);
    expect(await names()).toEqual(['dep_feed', 'dep_batch', 'dep_checkout']);
    expect(screen.getByText('At the maximum')).toBeTruthy();
    expect(within(kpi('Instances')).getByText('24')).toBeTruthy();
    expect(screen.getAllByText('1 out of room').length).toBeGreaterThan(0);
    expect(await screen.findByText(/CPU 92 % is 1.31/)).toBeTruthy();
  });

  it('filters by name or tag, and says so when nothing matches', async () => {
    renderOn(engine(), <OverviewPage />);
    await names();
    const filter = screen.getByRole('textbox', { name: 'Filter by name or tag' });
    await userEvent.type(filter, 'critical');
    expect(await screen.findByText('1 of 3 deployments')).toBeTruthy();
    await userEvent.clear(filter);
    await userEvent.type(filter, 'zzz');
    expect(await screen.findByText('No deployment has “zzz” in its name or tags')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Clear filter' }));
    expect(await names()).toHaveLength(3);
  });

  it('pauses the row in focus with P, and takes it back with Undo', async () => {
    const backend = engine();
    renderOn(backend, <OverviewPage />);
    await names();
    screen.getAllByRole('row')[3]?.focus();
    await userEvent.keyboard('p');
    expect(await screen.findByText('Paused checkout-web. Looking and recording go on.')).toBeTruthy();
    expect(backend.inputsOf('pause_deployment')).toEqual([{ deploymentId: 'dep_checkout' }]);
    await userEvent.click(screen.getByRole('button', { name: 'Undo' }));
    expect(backend.inputsOf('resume_deployment')).toEqual([{ deploymentId: 'dep_checkout' }]);
  });

  it('pauses all marked rows with P, and takes that back with one Undo', async () => {
    const backend = engine();
    renderOn(backend, <OverviewPage />);
    await names();
    screen.getAllByRole('row')[1]?.focus();
    await userEvent.keyboard(' {ArrowDown}{ArrowDown} ');
    expect(await screen.findByText('2 deployments marked')).toBeTruthy();
    await userEvent.keyboard('p');
    expect(await screen.findByText('Paused 2 deployments. Looking and recording go on.')).toBeTruthy();
    expect(backend.inputsOf('pause_deployment')).toEqual([{ deploymentId: 'dep_checkout' }, { deploymentId: 'dep_feed' }]);
    expect(screen.queryByText('2 deployments marked')).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Undo' }));
    expect(backend.inputsOf('resume_deployment')).toHaveLength(2);
  });

  it('shows rows of one line where a person wants them', async () => {
    renderOn(engine(), <OverviewPage />);
    await names();
    const height = () => screen.getAllByRole('row')[1]?.style.height;
    expect(height()).toBe('44px');
    await userEvent.click(screen.getByRole('button', { name: 'Compact rows' }));
    expect(height()).toBe('28px');
    await userEvent.click(screen.getByRole('button', { name: 'Rows of two lines' }));
    expect(height()).toBe('44px');
  });

  it('reads again exactly when an evaluation ends', async () => {
    const backend = engine();
    renderOn(backend, <OverviewPage />);
    await names();
    backend.changed('settings');
    backend.changed('evaluations', 'dep_checkout');
    await screen.findAllByText('checkout-web');
    expect(backend.inputsOf('get_overview')).toHaveLength(2);
  });

  it('says how old its figures are when evaluations stay away', async () => {
    const at = new Date(Date.now() - 300_000).toISOString();
    renderOn(engine({ get_overview: () => overview(ROWS, { at }) }), <OverviewPage />);
    await names();
    expect(screen.getAllByText(/^as of \d\d:\d\d/).length).toBeGreaterThan(0);
  });
});

function kpi(label: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[data-kpi="${label}"]`);
  if (!found) throw new Error(`no figure ${label}`);
  return found;
}
