import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Route, Routes, useLocation } from 'react-router';
import { describe, expect, it } from 'vitest';

import { decision, event, preview, series, status } from '../../testing/deploymentFixtures';
import { FakeBackend } from '../../testing/FakeBackend';
import { renderOn } from '../../testing/renderApp';
import { DeploymentPage } from './DeploymentPage';

const engine = () =>
  new FakeBackend({
    get_scaling_status: () => status(),
    get_series: () => series(new Date()),
    get_scaling_history: () => ({ events: [event()], nextCursor: null }),
    get_decision: () => ({ decision: decision({ reason: 'An earlier one.' }) }),
    preview_manual_scaling: () => preview(),
  });

function Address() {
  const { pathname, search } = useLocation();
  return <output>{pathname + search}</output>;
}

const show = (at: string) =>
  renderOn(
    engine(),
    <>
      <Routes>
        <Route
          path="/deployment/:deploymentId"
          element={<DeploymentPage removeAddress={(id) => `?remove=${id}`} />}
        />
        <Route path="*" element={null} />
      </Routes>
      <Address />
    </>,
    at,
  );
const address = () => screen.getByRole('status', { name: '' }).textContent;

describe('the page of a deployment', () => {
  it('keeps tab and range in its address', async () => {
    show('/deployment/dep_checkout');
    await userEvent.click(await screen.findByRole('radio', { name: '24 h' }));
    expect(address()).toBe('/deployment/dep_checkout?range=24h');
    await userEvent.click(screen.getByRole('tab', { name: 'History' }));
    expect(address()).toBe('/deployment/dep_checkout?tab=history&range=24h');
  });

  it('opens on an earlier decision that its address names', async () => {
    show('/deployment/dep_checkout?at=2025-11-18T13:00:00.000Z');
    expect(await screen.findByText('An earlier one.')).toBeTruthy();
  });

  it('begins at the number of instances when it was opened to scale', async () => {
    show('/deployment/dep_checkout?scale=1');
    const number = await screen.findByRole('spinbutton', { name: 'Instances' });
    expect(document.activeElement).toBe(number);
  });

  it('pins to the side bar and leads to its policy and its removal', async () => {
    show('/deployment/dep_checkout');
    await userEvent.click(await screen.findByRole('button', { name: 'More' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Pin to the side bar' }));
    expect(localStorage.getItem('headroom.pinned')).toBe('["dep_checkout"]');
    await userEvent.click(await screen.findByRole('button', { name: 'More' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Remove from Headroom…' }));
    expect(address()).toBe('/overview?remove=dep_checkout');
  });
});
