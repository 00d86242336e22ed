import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Route, Routes, useLocation } from 'react-router';
import { describe, expect, it } from 'vitest';

import { FakeBackend, never, refusal, type Answers } from '../../testing/FakeBackend';
import { deploymentRow, overview } from '../../testing/fixtures';
import { policyItem, policyView, TEMPLATES } from '../../testing/policies';
import { renderOn } from '../../testing/renderApp';
import { PoliciesPage } from './PoliciesPage';

function engine(answers: Answers = {}): FakeBackend {
  return new FakeBackend({
    list_policies: () => ({ policies: [policyItem()] }),
    get_overview: () =>
      overview([deploymentRow(), deploymentRow({ id: 'dep_search', name: 'search-api', state: 'no_policy' })]),
    list_policy_templates: ({ category, workloadType }) => ({
      templates: TEMPLATES.filter(
        (template) =>
          (category === undefined || template.category === category) &&
          (workloadType === undefined || template.workloadTypes.includes(workloadType)),
      ),
    }),
    ...answers,
  });
}

function Address() {
  const { pathname, search } = useLocation();
  return <output>{pathname + search}</output>;
}

function open(backend: FakeBackend, at = '/policies') {
  return renderOn(
    backend,
    <>
      <Routes>
        <Route path="/policies" element={<PoliciesPage />} />
        <Route path="*" element={<p>Another page</p>} />
      </Routes>
      <Address />
    </>,
    at,
  );
}

const address = () => screen.getByRole('status').textContent;
const templateNames = () =>
  within(screen.getByRole('region', { name: 'Templates' }))
    .getAllByRole('heading', { level: 3 })
    .map((heading) => heading.textContent);

describe('policies', () => {
  it('hold their place while they are read', () => {
    const { container } = open(engine({ list_policies: never, list_policy_templates: never }));
    expect(container.querySelector('[data-skeleton]')).toBeTruthy();
    expect(screen.getByRole('grid', { name: 'Policies in force' }).getAttribute('aria-busy')).toBe('true');
  });

  it('say what to do where there is nothing to scale', async () => {
    open(engine({ list_policies: () => ({ policies: [] }), get_overview: () => overview([]) }));
    expect(await screen.findByText('Nothing to scale yet.')).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Add a deployment' }).getAttribute('href')).toBe('/overview');
    const use = await screen.findByRole('button', { name: 'Use Web app, balanced for a deployment' });
    expect(use.getAttribute('aria-disabled')).toBe('true');
  });

  it('say what to do where no deployment has one', async () => {
    open(engine({ list_policies: () => ({ policies: [] }) }));
    expect(await screen.findByText('No policy yet. Choose a template to begin with.')).toBeTruthy();
  });

  it('say why they could not be read, while the templates stay', async () => {
    let broken = true;
    open(
      engine({
        list_policies: () => {
          if (broken) throw refusal('The database did not answer. Scaling goes on.');
          return { policies: [policyItem()] };
        },
      }),
    );
    expect(await screen.findByText('The database did not answer. Scaling goes on.')).toBeTruthy();
    expect(await screen.findByRole('heading', { name: 'Web app, balanced' })).toBeTruthy();
    broken = false;
    await userEvent.click(screen.getByRole('button', { name: 'Read again' }));
    expect(await screen.findByText('1 of 2 deployments has a policy; the others are not scaled.')).toBeTruthy();
  });

  it('are listed with their band, bounds and price, and open by Enter', async () => {
    open(engine({ list_policies: () => ({ policies: [policyItem({ policy: policyView({ mode: 'shadow' }) })] }) }));
    const row = (await screen.findByText('checkout-web')).closest<HTMLElement>('[role=row]');
    expect(row?.textContent).toContain('Web checkout');
    expect(row?.textContent).toContain('3–12$0.48/h to $1.92/h');
    expect(row?.textContent).toContain('v7, shadow');
    row?.focus();
    await userEvent.keyboard('{Enter}');
    await waitFor(() => {
      expect(address()).toBe('/policies/dep_checkout');
    });
  });
});

describe('the gallery', () => {
  it('shows the six templates with triggers in raw units, band, bounds and cooldown', async () => {
    open(engine());
    const balanced = await screen.findByRole('listitem', { name: 'Web app, balanced' });
    expect(balanced.textContent.replaceAll('\u00a0', ' ')).toContain('Response time2,500 ms0.30');
    expect(balanced.textContent).toContain('General web applications');
    expect(balanced.textContent.replaceAll('\u00a0', ' ')).toContain('2–10 instances5 min cooldown');
    expect(templateNames()).toHaveLength(6);
  });

  it('asks for a category and a workload, and keeps both in the address', async () => {
    const backend = engine();
    open(backend);
    await screen.findByRole('heading', { name: 'API, performance' });
    await userEvent.click(within(screen.getByLabelText('Workload')).getByRole('radio', { name: 'API' }));
    await screen.findByText('Suits API.', { exact: false });
    expect(backend.inputsOf('list_policy_templates').at(-1)).toEqual({ workloadType: 'api' });
    await userEvent.click(within(screen.getByLabelText('Category')).getByRole('radio', { name: 'Web' }));
    expect(await screen.findByRole('heading', { name: 'Web app, balanced' })).toBeTruthy();
    expect(backend.inputsOf('list_policy_templates').at(-1)).toEqual({ category: 'web', workloadType: 'api' });
    await waitFor(() => {
      expect(address()).toBe('/policies?workload=api&category=web');
    });
  });

  it('says so where no template is both, and shows all again', async () => {
    open(engine(), '/policies?category=web&workload=ml');
    expect(await screen.findByText('No template is both.')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Show all templates' }));
    expect(await screen.findByRole('heading', { name: 'Machine learning' })).toBeTruthy();
  });

  it('says why templates could not be read', async () => {
    open(
      engine({
        list_policy_templates: () => {
          throw refusal('The templates are damaged. Install Headroom again.');
        },
      }),
    );
    expect(await screen.findByText('The templates are damaged. Install Headroom again.')).toBeTruthy();
  });

  it('asks for which deployment a template is used, and opens the editor with it', async () => {
    open(engine());
    await userEvent.click(await screen.findByRole('button', { name: 'Use Batch, low cost for a deployment' }));
    const dialog = within(await screen.findByRole('dialog'));
    expect(dialog.getByRole('button', { name: /checkout-web/ }).textContent).toBe('checkout-webnow Web checkout v7');
    await userEvent.type(dialog.getByRole('textbox', { name: 'Filter deployments' }), 'search');
    await userEvent.click(dialog.getByRole('button', { name: /search-api/ }));
    await waitFor(() => {
      expect(address()).toBe('/policies/dep_search?template=batch-cost-optimized');
    });
  });

  it('goes straight on where there is one deployment', async () => {
    open(engine({ get_overview: () => overview([deploymentRow()]) }));
    await userEvent.click(await screen.findByRole('button', { name: 'Use Web app, balanced for checkout-web' }));
    await waitFor(() => {
      expect(address()).toBe('/policies/dep_checkout?template=web-app-balanced');
    });
  });
});
