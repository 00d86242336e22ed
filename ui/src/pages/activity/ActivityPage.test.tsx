import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { event } from '../../testing/deploymentFixtures';
import { FakeBackend, never, refusal, type Answers } from '../../testing/FakeBackend';
import { decisionItem } from '../../testing/fixtures';
import { renderOn } from '../../testing/renderApp';
import { ActivityPage } from './ActivityPage';

const engine = (answers: Answers = {}) =>
  new FakeBackend({
    list_decisions: () => ({ decisions: [decisionItem()], nextCursor: null }),
    get_scaling_history: () => ({ events: [event({ by: 'ada', reason: 'Newsletter' })], nextCursor: null }),
    ...answers,
  });

describe('activity', () => {
  it('holds the place of its rows while it reads', () => {
    renderOn(engine({ list_decisions: never }), <ActivityPage />);
    expect(screen.getByRole('grid', { name: 'Decisions' }).getAttribute('aria-busy')).toBe('true');
  });

  it('says so when nothing happened yet', async () => {
    renderOn(engine({ list_decisions: () => ({ decisions: [], nextCursor: null }) }), <ActivityPage />);
    expect(await screen.findByText('Nothing was moved or held back yet')).toBeTruthy();
  });

  it('says why it could not be read, and reads again when asked', async () => {
    let broken = true;
    const backend = engine({
      list_decisions: () => {
        if (broken) throw refusal('The database is locked.');
        return { decisions: [decisionItem()], nextCursor: null };
      },
    });
    renderOn(backend, <ActivityPage />);
    expect(await screen.findByText('The database is locked.')).toBeTruthy();
    broken = false;
    await userEvent.click(screen.getByRole('button', { name: 'Read again' }));
    expect(await screen.findByText('checkout-web')).toBeTruthy();
  });

  it('shows decisions of all deployments with reason and price, calm ones when asked', async () => {
    const backend = engine();
    renderOn(backend, <ActivityPage />);
    expect(await screen.findByText(/CPU 92 % is 1.31/)).toBeTruthy();
    expect(screen.getByText('+$0.16/h')).toBeTruthy();
    await userEvent.click(screen.getByRole('radio', { name: 'Every decision' }));
    await screen.findByText(/CPU 92 % is 1.31/);
    expect(backend.inputsOf('list_decisions')).toEqual([
      { onlyNotable: true, limit: 100 },
      { onlyNotable: false, limit: 100 },
    ]);
  });

  it('shows names and reasons as the text that they are', async () => {
    const markup = '<img src="x" onerror="alert(1)">';
    const item = decisionItem({ deploymentName: markup, reason: `${markup}<b>why</b>` });
    const { container } = renderOn(engine({ list_decisions: () => ({ decisions: [item], nextCursor: null }) }), <ActivityPage />);
    expect(await screen.findByText(markup)).toBeTruthy();
    expect(screen.getByText(`${markup}<b>why</b>`)).toBeTruthy();
    expect(container.querySelector('img, b')).toBeNull();
  });

  it('shows what was done, by policies and by people', async () => {
    renderOn(engine(), <ActivityPage />, '/activity?show=changes');
    expect(await screen.findByText('Newsletter')).toBeTruthy();
    expect(screen.getByText('ada')).toBeTruthy();
    expect(screen.getByText('6→7')).toBeTruthy();
  });
});
