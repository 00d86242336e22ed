import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Route, Routes } from 'react-router';
import { describe, expect, it } from 'vitest';

import { BackendError } from '../../backend/backend';
import { budgetDetail, budgetStatus, budgetView, CALM } from '../../testing/budgets';
import { FakeBackend, never, refusal, type Answers } from '../../testing/FakeBackend';
import { deploymentRow, overview } from '../../testing/fixtures';
import { renderOn } from '../../testing/renderApp';
import { BudgetsPage } from './BudgetsPage';

const list = (budgets = [budgetView(), CALM], proposal: { monthlyLimit: number; because: string } | null = null) => ({
  at: '2025-11-18T14:32:10Z', currency: 'USD', budgets, proposal,
});

const engine = (answers: Answers = {}) =>
  new FakeBackend({
    list_budgets: () => list(),
    get_budget: ({ budgetId, monthlyLimit }) => {
      const budget = budgetId === CALM.id ? CALM : budgetView();
      return budgetDetail(typeof monthlyLimit === 'number' ? { ...budget, monthlyLimit } : budget);
    },
    check_budget: () => ({ errors: [], spent: 228, sentence: 'Everything ends $20 over its $700.', proposal: { monthlyLimit: 830, because: 'June ends at $720.' } }),
    save_budget: () => budgetView(),
    delete_budget: () => ({}),
    get_overview: () => overview([deploymentRow()], { tags: ['web'] }),
    ...answers,
  });

const page = (
  <Routes>
    <Route path="/budgets" element={<BudgetsPage />} />
    <Route path="/budgets/:budgetId" element={<BudgetsPage />} />
  </Routes>
);

describe('budgets', () => {
  it('holds the place of its list while it reads', () => {
    const { container } = renderOn(engine({ list_budgets: never }), page, '/budgets');
    expect(container.querySelectorAll('[aria-busy="true"]').length).toBeGreaterThan(2);
  });

  it('proposes a first budget where there is none', async () => {
    renderOn(engine({ list_budgets: () => list([], { monthlyLimit: 830, because: 'June ends at $720; 15 % are added.' }) }), page, '/budgets');
    expect(await screen.findByText('No budget yet')).toBeTruthy();
    expect(screen.getByText(/June ends at \$720; 15 % are added\. That would be \$830 a month\./)).toBeTruthy();
  });

  it('says why they could not be read, and reads again when asked', async () => {
    let broken = true;
    const backend = engine({
      list_budgets: () => {
        if (broken) throw refusal('The database is locked.');
        return list();
      },
    });
    renderOn(backend, page, '/budgets');
    expect(await screen.findByText('The database is locked.')).toBeTruthy();
    broken = false;
    await userEvent.click(screen.getByRole('button', { name: 'Read again' }));
    expect(await screen.findByText(/Everything ends \$324 over/)).toBeTruthy();
  });

  it('shows each budget at one look, and the first one in full', async () => {
    renderOn(engine(), page, '/budgets');
    const rows = await screen.findAllByRole('link');
    expect(rows[0]?.textContent).toContain('$5,706.24 of $9,600');
    expect(rows[0]?.textContent).toContain('ends at $9,924');
    expect(rows[1]?.textContent).toContain('tag ml, 3 deployments, guard on');
    expect(await screen.findByText(/Everything ends \$324 over its \$9,600/)).toBeTruthy();
    expect(screen.getByText('$340.31/day')).toBeTruthy();
    expect(screen.getByText('−$26.17/day')).toBeTruthy();
    expect(screen.getByText('Now, $3,893.76 left')).toBeTruthy();
    expect(screen.getByText('75 % spent, warning')).toBeTruthy();
    expect(screen.getByText('Sat 1 Nov: $324.22 spent, $9,275.78 left')).toBeTruthy();
  });

  it('opens another budget of the list', async () => {
    renderOn(engine(), page, '/budgets');
    await userEvent.click(await screen.findByRole('link', { name: /tag ml/ }));
    expect(await screen.findByText(/ml ends \$232 under its \$2,100/)).toBeTruthy();
  });

  it('says from when on there will be a projection', async () => {
    const young = budgetView({ status: budgetStatus({ projection: null, runsOut: null, projectedFrom: '2025-11-20T12:00:00Z', level: 'inside' }) });
    renderOn(engine({ list_budgets: () => list([young]), get_budget: () => budgetDetail(young) }), page, '/budgets');
    expect(await screen.findByText('no projection yet')).toBeTruthy();
    expect(await screen.findByText(/^from .* on$/)).toBeTruthy();
  });

  it('tries another limit and keeps it', async () => {
    const backend = engine();
    renderOn(backend, page, '/budgets');
    const field = await screen.findByRole('textbox', { name: 'Try another limit' });
    await userEvent.clear(field);
    await userEvent.type(field, '9900');
    await userEvent.click(await screen.findByRole('button', { name: 'Keep $9,900' }));
    expect(backend.inputsOf('save_budget')).toEqual([{ budgetId: 'bud_all', draft: { monthlyLimit: 9900 } }]);
  });

  it('switches the guard', async () => {
    const backend = engine();
    renderOn(backend, page, '/budgets');
    await userEvent.click(await screen.findByRole('radio', { name: 'Strict' }));
    expect(backend.inputsOf('save_budget')).toEqual([{ budgetId: 'bud_all', draft: { guard: 'strict' } }]);
  });

  it('previews what the guard would do to service, and says why it could not', async () => {
    let broken = true;
    const backend = engine({
      preview_guard: () => {
        if (broken) throw refusal('The readings could not be read.');
        return {
          until: '2025-12-01T00:00:00Z', deployments: 2, basedOn: 'The last 7 d of recorded demand, played again.',
          off: { monthEnd: 9924, meanInstances: 78.96, overObjective: 0.0011 }, on: { monthEnd: 9596, meanInstances: 71.04, overObjective: 0.0038 },
          sentence: 'It would end the period at $9,596 instead of $9,924.',
        };
      },
    });
    renderOn(backend, page, '/budgets');
    await userEvent.click(await screen.findByRole('button', { name: 'Preview guard' }));
    expect(await screen.findByText('The readings could not be read.')).toBeTruthy();
    broken = false;
    await userEvent.click(screen.getByRole('button', { name: 'Play again' }));
    expect(await screen.findByText('It would end the period at $9,596 instead of $9,924.')).toBeTruthy();
    expect(screen.getByRole('row', { name: 'Instances on average 79.0 71.0' })).toBeTruthy();
    expect(screen.getByRole('row', { name: /Inside the objective 99\.89.% 99\.62.%/ })).toBeTruthy();
    expect(backend.inputsOf('preview_guard')[0]).toEqual({ budgetId: 'bud_all', guard: 'soft' });
  });

  it('makes a budget, takes the proposed limit, and says what is wrong at its field', async () => {
    let fault = true;
    const backend = engine({
      check_budget: ({ draft }) =>
        draft.monthlyLimit
          ? { errors: [], spent: 228, sentence: 'Everything ends $110 under its $830.', proposal: null }
          : { errors: [{ field: 'monthlyLimit', message: 'Say how much may be spent in a month.' }], spent: null, sentence: null, proposal: { monthlyLimit: 830, because: 'June ends at $720.' } },
      save_budget: () => {
        if (fault) throw new BackendError({ code: 'invalid', message: 'Taken.', errors: [{ field: 'name', message: 'Taken.' }] });
        return budgetView();
      },
    });
    renderOn(backend, page, '/budgets');
    await userEvent.click(await screen.findByRole('button', { name: 'New budget' }));
    const dialog = await screen.findByRole('dialog', { name: 'New budget' });
    await userEvent.click(await within(dialog).findByRole('button', { name: 'Take $830' }));
    expect(await within(dialog).findByText('Everything ends $110 under its $830.')).toBeTruthy();
    await userEvent.click(within(dialog).getByRole('button', { name: 'Add budget' }));
    fault = false;
    await userEvent.click(within(dialog).getByRole('button', { name: 'Add budget' }));
    const sent = backend.inputsOf('save_budget').at(-1);
    expect(sent).toMatchObject({ draft: { name: 'Everything', scope: { kind: 'all' }, monthlyLimit: 830, warningThreshold: 75, criticalThreshold: 90 } });
  });

  it('deletes one after asking', async () => {
    const backend = engine();
    renderOn(backend, page, '/budgets');
    await userEvent.click(await screen.findByRole('button', { name: 'Delete' }));
    const dialog = await screen.findByRole('dialog', { name: 'Delete the budget Everything?' });
    await userEvent.click(within(dialog).getByRole('button', { name: 'Delete budget' }));
    expect(backend.inputsOf('delete_budget')).toEqual([{ budgetId: 'bud_all' }]);
  });
});
