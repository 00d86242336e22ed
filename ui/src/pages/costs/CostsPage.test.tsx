import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { costDetail, costFigures, costsView } from '../../testing/costs';
import { FakeBackend, never, refusal, type Answers } from '../../testing/FakeBackend';
import { renderOn } from '../../testing/renderApp';
import { CostsPage } from './CostsPage';

const engine = (answers: Answers = {}) =>
  new FakeBackend({ get_costs: () => costsView(), get_cost_detail: () => costDetail(), ...answers });

describe('costs', () => {
  it('holds the place of its figures and rows while it reads', () => {
    const { container } = renderOn(engine({ get_costs: never }), <CostsPage />);
    expect(screen.getByRole('grid', { name: 'Costs by deployment' }).getAttribute('aria-busy')).toBe('true');
    expect(container.querySelectorAll('[data-skeleton]').length).toBeGreaterThan(4);
  });

  it('says so when nothing was metered yet', async () => {
    renderOn(engine({ get_costs: () => costsView({ sentence: 'Nothing was metered in November.', deployments: [] }) }), <CostsPage />);
    expect(await screen.findByText('Nothing was metered in November.')).toBeTruthy();
  });

  it('says why they could not be read, and reads again when asked', async () => {
    let broken = true;
    const backend = engine({
      get_costs: () => {
        if (broken) throw refusal('The database is locked.');
        return costsView();
      },
    });
    renderOn(backend, <CostsPage />);
    expect(await screen.findByText('The database is locked.')).toBeTruthy();
    broken = false;
    await userEvent.click(screen.getByRole('button', { name: 'Read again' }));
    expect(await screen.findByText(/November has cost/)).toBeTruthy();
  });

  it('shows the sentence, the figures, days, resources and deployments', async () => {
    renderOn(engine(), <CostsPage />);
    expect(await screen.findByText(/November has cost \$569.81 so far/)).toBeTruthy();
    expect(screen.getByText('+$12.30 against the same days of October')).toBeTruthy();
    const resources = screen.getByRole('region', { name: 'By resource' });
    expect(within(resources).getByRole('row', { name: /Memory 15\.0\u00a0% \$85\.47/ })).toBeTruthy();
    const rows = within(screen.getByRole('grid', { name: 'Costs by deployment' })).getAllByRole('row');
    expect(rows[1]?.textContent).toContain('checkout-web');
    expect(rows[2]?.textContent).toContain('invoice-batch removed');
    expect(screen.getByText('Tue 4 Nov: nothing was metered')).toBeTruthy();
    expect(screen.getByText(/Sat 8 Nov: .* \$9\.00 estimated/)).toBeTruthy();
  });

  it('cautions against what is mostly estimated', async () => {
    renderOn(
      engine({ get_costs: () => costsView({ caution: '40 % of the time was observed.', total: costFigures(10, { estimated: 6, observedShare: 0.4 }) }) }),
      <CostsPage />,
    );
    expect(await screen.findByText('40 % of the time was observed.')).toBeTruthy();
    expect(screen.getByText('$6.00 estimated')).toBeTruthy();
  });

  it('opens the total, a deployment and a day to formula, rates and hours', async () => {
    const backend = engine();
    renderOn(backend, <CostsPage />);
    await userEvent.click(await screen.findByRole('button', { name: 'How the total comes about' }));
    const dialog = await screen.findByRole('dialog', { name: '$398.87: checkout-web, November so far' });
    expect(within(dialog).getByText('6,382.4 core-hours')).toBeTruthy();
    expect(within(dialog).getByText('× $0.00001')).toBeTruthy();
    expect(within(dialog).getByText(/share billed × rate × hours/)).toBeTruthy();
    await userEvent.keyboard('{Escape}');
    await userEvent.click(screen.getByText('invoice-batch'));
    await userEvent.keyboard('{Escape}');
    await userEvent.click(screen.getByRole('button', { name: /^Wed 5 Nov/ }));
    expect(backend.inputsOf('get_cost_detail')).toEqual([
      { range: 'this_month' },
      { range: 'this_month', deploymentId: 'dep_job' },
      { from: '2025-11-05T00:00:00.000Z', to: '2025-11-06T00:00:00.000Z' },
    ]);
  });

  it('reads another range and one tag', async () => {
    const backend = engine();
    renderOn(backend, <CostsPage />);
    await userEvent.click(await screen.findByRole('radio', { name: '7 days' }));
    await userEvent.click(screen.getByRole('button', { name: 'All tags' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'shop' }));
    expect(backend.inputsOf('get_costs')).toEqual([
      { range: 'this_month' },
      { range: 'last_7_days' },
      { range: 'last_7_days', tag: 'shop' },
    ]);
  });
});
