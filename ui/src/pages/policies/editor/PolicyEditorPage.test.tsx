import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Link, Route, Routes } from 'react-router';
import { describe, expect, it } from 'vitest';

import { BackendError } from '../../../backend/backend';
import type { Advice } from '../../../backend/generated/Advice';
import type { Fault } from '../../../backend/generated/Fault';
import { FakeBackend, never, refusal, type Answers } from '../../../testing/FakeBackend';
import { draftCheck, policyOf, policyView, statusOf, TEMPLATES } from '../../../testing/policies';
import { renderOn } from '../../../testing/renderApp';
import { PolicyEditorPage } from './PolicyEditorPage';

const base = policyView();
let policy: typeof base | null = base;

function engine(answers: Answers = {}, said: { errors?: Fault[]; advice?: Advice[] } = {}): FakeBackend {
  policy = base;
  return new FakeBackend({
    get_scaling_status: () => statusOf({ policy }),
    list_policy_templates: () => ({ templates: TEMPLATES }),
    play_policy: never,
    check_policy: ({ draft }) => draftCheck(draft, { base, ...said }),
    save_policy: ({ draft }) => {
      policy = { ...policyOf(draft, base), version: (policy?.version ?? 0) + 1 };
      return { ...policy, advice: [] };
    },
    ...answers,
  });
}

function open(backend: FakeBackend, at = '/policies/dep_checkout') {
  return renderOn(
    backend,
    <>
      <Link to="/elsewhere">Elsewhere</Link>
      <Routes>
        <Route path="/policies/:deploymentId" element={<PolicyEditorPage />} />
        <Route path="*" element={<p>Another page</p>} />
      </Routes>
    </>,
    at,
  );
}

const lower = () => screen.findByRole('slider', { name: /Lower bracket/ });
const upper = () => screen.findByRole('slider', { name: /Upper bracket/ });
const saveButton = (name: string) => screen.getByRole('button', { name });
const differences = () => within(screen.getByRole('table', { name: 'Differences' }));
const lastDraft = (backend: FakeBackend) => backend.inputsOf('check_policy').at(-1);

describe('the faces of the editor', () => {
  it('holds the place while the policy is read', () => {
    const { container } = open(engine({ get_scaling_status: never }));
    expect(container.querySelector('[data-skeleton]')).toBeTruthy();
  });

  it('says why the policy could not be read, and reads again when asked', async () => {
    let broken = true;
    open(
      engine({
        get_scaling_status: () => {
          if (broken) throw refusal('No deployment is called “dep_checkout”. It may have been removed.');
          return statusOf();
        },
      }),
    );
    expect(await screen.findByText(/It may have been removed/)).toBeTruthy();
    broken = false;
    await userEvent.click(screen.getByRole('button', { name: 'Read again' }));
    expect(await upper()).toBeTruthy();
  });

  it('offers the templates where the deployment has no policy', async () => {
    open(engine({ get_scaling_status: () => statusOf({ policy: null }) }));
    expect(await screen.findByText('checkout-web has no policy yet. Choose a template to begin with.')).toBeTruthy();
    await userEvent.click(await screen.findByRole('button', { name: 'Use API, performance for checkout-web' }));
    expect(await screen.findByRole('button', { name: 'Create policy' })).toBeTruthy();
  });

  it('shows the policy in force with its triggers in raw units and nothing to save', async () => {
    open(engine());
    expect(await screen.findByRole('heading', { name: 'Web checkout' })).toBeTruthy();
    expect(screen.getAllByText('v7, in force')).toHaveLength(2);
    expect(screen.getByRole('slider', { name: 'Response time, trigger' }).getAttribute('aria-valuetext')).toBe('2,500\u00a0ms');
    expect(await screen.findByText('Hold at 4. The score 0.56 is inside 0.30–0.70.')).toBeTruthy();
    expect(screen.getByText(/1,610.ms/)).toBeTruthy();
    expect(screen.getByText('Nothing is changed yet.')).toBeTruthy();
    expect(saveButton('Save v8').getAttribute('aria-disabled')).toBe('true');
  });
});

describe('the band', () => {
  it('moves a bracket by key: 0.01, with Shift 0.05, to its ends, and never past the other', async () => {
    open(engine());
    const bracket = await lower();
    bracket.focus();
    await userEvent.keyboard('{ArrowRight}');
    expect(bracket.getAttribute('aria-valuetext')).toBe('0.31');
    await userEvent.keyboard('{Shift>}{ArrowRight}{/Shift}');
    expect(bracket.getAttribute('aria-valuetext')).toBe('0.36');
    await userEvent.keyboard('{Home}');
    expect(bracket.getAttribute('aria-valuetext')).toBe('0.00');
    await userEvent.keyboard('{End}');
    expect(bracket.getAttribute('aria-valuetext')).toBe('0.69');
    (await upper()).focus();
    await userEvent.keyboard('{Home}');
    expect((await upper()).getAttribute('aria-valuetext')).toBe('0.70');
  });

  it('says where a bracket was, and lists the difference', async () => {
    open(engine());
    (await upper()).focus();
    await userEvent.keyboard('{Shift>}{ArrowRight}{/Shift}');
    expect(screen.getByText('was 0.70')).toBeTruthy();
    const row = differences().getByRole('row', { name: /Adds instances from/ });
    expect(row.textContent).toBe('Adds instances from0.700.75');
    expect(saveButton('Save v8').getAttribute('aria-disabled')).toBeNull();
  });
});

describe('checking', () => {
  it('asks the engine about the whole draft once the hand rests', async () => {
    const backend = engine();
    open(backend);
    (await upper()).focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}');
    expect(await screen.findByText('Hold at 4. The score 0.56 is inside 0.30–0.73.')).toBeTruthy();
    expect(lastDraft(backend)).toMatchObject({
      deploymentId: 'dep_checkout',
      draft: { scaleUpThreshold: 0.73, scaleDownThreshold: 0.3, name: 'Web checkout', minInstances: 3 },
    });
  });

  it('shows every error at its field and keeps saving disabled with their count', async () => {
    const errors = [
      { field: 'name', message: 'Give the policy a name.' },
      { field: 'metrics[1].weight', message: 'The weight is 1.4. Give 0 to 1.' },
      { field: 'maxInstances', message: 'The maximum 2 is under the minimum 3.' },
      { field: 'scaleUpThreshold', message: 'Give more than 0 and at most 1.' },
    ];
    open(engine({}, { errors }));
    expect(await screen.findByText('4 errors to mend before this can be saved.')).toBeTruthy();
    expect(screen.getByText('4 errors')).toBeTruthy();
    expect(screen.getByRole('textbox', { name: 'Name' }).getAttribute('aria-invalid')).toBe('true');
    const weight = screen.getByRole('textbox', { name: 'Memory, weight' });
    expect(document.getElementById(weight.getAttribute('aria-describedby') ?? '')?.textContent).toBe(
      'The weight is 1.4. Give 0 to 1.',
    );
    expect(within(screen.getByRole('region', { name: 'Band' })).getByText('Give more than 0 and at most 1.')).toBeTruthy();
    expect(within(screen.getByRole('region', { name: 'Bounds' })).getByText(/under the minimum/)).toBeTruthy();
    expect(saveButton('Save v8').getAttribute('aria-disabled')).toBe('true');
  });

  it('shows advice under the section it is about, what is by design quietly and last', async () => {
    const advice: Advice[] = [
      { field: 'scaleDownThreshold', level: 'by_design', message: 'the band is 0.20 wide.' },
      { field: 'scaleUpThreshold', level: 'warning', message: 'The band is 0.15 wide; 0.20 to 0.40 is a good range.' },
      { field: 'minInstances', level: 'recommendation', message: 'A minimum of 1 gives no high availability.' },
    ];
    open(engine({}, { advice }));
    const band = within(await screen.findByRole('region', { name: 'Band' }));
    const items = await band.findAllByRole('listitem');
    expect(items.map((item) => item.textContent)).toEqual([
      'The band is 0.15 wide; 0.20 to 0.40 is a good range.',
      'By design: the band is 0.20 wide.',
    ]);
    expect(within(screen.getByRole('region', { name: 'Bounds' })).getByText(/no high availability/)).toBeTruthy();
  });

  it('does not ask about a number that is none, and says so at the field', async () => {
    const backend = engine();
    open(backend);
    const weight = await screen.findByRole('textbox', { name: 'CPU, weight' });
    await userEvent.clear(weight);
    expect(await screen.findByText('Type a weight from 0 to 1.')).toBeTruthy();
    expect(saveButton('Save v8').getAttribute('aria-disabled')).toBe('true');
    await userEvent.type(weight, '0,4');
    await waitFor(() => {
      expect(lastDraft(backend)).toMatchObject({ draft: { metrics: [{ metric: 'cpu', weight: 0.4 }, {}, {}, {}] } });
    });
    expect(saveButton('Save v8').getAttribute('aria-disabled')).toBeNull();
  });

  it('reads the verdict again with every evaluation', async () => {
    const backend = engine();
    open(backend);
    await screen.findByText('Hold at 4. The score 0.56 is inside 0.30–0.70.');
    const asked = backend.inputsOf('check_policy').length;
    backend.changed('evaluations', 'dep_checkout');
    await waitFor(() => {
      expect(backend.inputsOf('check_policy').length).toBe(asked + 1);
    });
  });
});

describe('metrics', () => {
  it('adds one as the templates have it, changes its side, and removes it', async () => {
    const backend = engine();
    open(backend);
    await userEvent.click(await screen.findByRole('button', { name: 'Add metric' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Requests' }));
    expect(screen.getByRole('slider', { name: 'Requests, trigger' }).getAttribute('aria-valuetext')).toBe('500\u00a0rps');
    expect(screen.getByText('all metrics are used')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Requests: side, range, remove' }));
    await userEvent.click(await screen.findByRole('radio', { name: 'at or above' }));
    await waitFor(() => {
      expect(lastDraft(backend)).toMatchObject({ draft: { metrics: [{}, {}, {}, {}, { metric: 'requests', comparison: 'gte' }] } });
    });
    await userEvent.click(screen.getByRole('button', { name: 'Remove Requests' }));
    expect(screen.queryByRole('slider', { name: 'Requests, trigger' })).toBeNull();
    expect(screen.getByText('Nothing is changed yet.')).toBeTruthy();
  });
});

describe('by keyboard alone', () => {
  it('takes steps back and again, and saves what stands there', async () => {
    const backend = engine();
    open(backend);
    (await upper()).focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    await userEvent.keyboard('{Control>}z{/Control}');
    expect((await upper()).getAttribute('aria-valuetext')).toBe('0.71');
    await userEvent.keyboard('{Control>}z{/Control}{Control>}z{/Control}');
    expect((await upper()).getAttribute('aria-valuetext')).toBe('0.70');
    await userEvent.keyboard('{Control>}{Shift>}z{/Shift}{/Control}{Control>}y{/Control}');
    expect((await upper()).getAttribute('aria-valuetext')).toBe('0.72');
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    expect(await screen.findByText('v8 of “Web checkout” is in force for checkout-web.')).toBeTruthy();
    expect(backend.inputsOf('save_policy')).toEqual([
      { deploymentId: 'dep_checkout', draft: expect.objectContaining({ scaleUpThreshold: 0.72 }) },
    ]);
  });

  it('takes what was typed in one field back in one step', async () => {
    open(engine());
    const name = await screen.findByRole<HTMLInputElement>('textbox', { name: 'Name' });
    await userEvent.clear(name);
    await userEvent.type(name, 'Shop');
    await userEvent.keyboard('{Control>}z{/Control}');
    expect(name.value).toBe('Web checkout');
  });

  it('walks in the order in which it is read', async () => {
    open(engine());
    (await screen.findByRole('textbox', { name: 'Name' })).focus();
    const walked: string[] = [];
    for (let press = 0; press < 8; press += 1) {
      await userEvent.tab();
      walked.push(document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.tagName ?? '');
    }
    expect(walked).toEqual([
      'Enabled',
      'Lower bracket, sheds instances',
      'Upper bracket, adds instances',
      'CPU, trigger',
      'INPUT',
      'CPU: side, range, remove',
      'Memory, trigger',
      'INPUT',
    ]);
  });
});

describe('saving', () => {
  it('names what it does: the next version, in shadow, or a new policy', async () => {
    open(engine());
    await upper();
    await userEvent.click(screen.getByRole('switch', { name: 'Shadow' }));
    expect(saveButton('Save v8 in shadow').getAttribute('aria-disabled')).toBeNull();
    expect(screen.getByText('decides and records, moves nothing')).toBeTruthy();
  });

  it('shows what is in force afterwards as unchanged', async () => {
    const backend = engine();
    open(backend);
    (await upper()).focus();
    await userEvent.keyboard('{ArrowRight}');
    await userEvent.click(saveButton('Save v8'));
    await screen.findByText(/is in force for checkout-web/);
    backend.changed('policies', 'dep_checkout');
    expect(await screen.findByRole('button', { name: 'Save v9' })).toBeTruthy();
    expect(saveButton('Save v9').getAttribute('aria-disabled')).toBe('true');
    expect((await upper()).getAttribute('aria-valuetext')).toBe('0.71');
  });

  it('shows a refusal at its fields until they are changed', async () => {
    open(
      engine({
        save_policy: () => {
          throw new BackendError({
            code: 'invalid',
            message: 'The policy has 1 error.',
            errors: [{ field: 'name', message: 'Another policy has this name.' }],
          });
        },
      }),
    );
    (await upper()).focus();
    await userEvent.keyboard('{ArrowRight}{Control>}{Enter}{/Control}');
    expect(await screen.findByText('Another policy has this name.')).toBeTruthy();
    await userEvent.type(screen.getByRole('textbox', { name: 'Name' }), ' 2');
    expect(screen.queryByText('Another policy has this name.')).toBeNull();
  });

  it('keeps everything that was edited when the engine cannot save it, and says why', async () => {
    open(
      engine({
        save_policy: () => {
          throw refusal('The disk is full. Free some space and save again.');
        },
      }),
    );
    (await upper()).focus();
    await userEvent.keyboard('{ArrowRight}{Control>}{Enter}{/Control}');
    expect((await screen.findByText(/The disk is full/)).textContent).toBe('Not saved. The disk is full. Free some space and save again.');
    expect((await upper()).getAttribute('aria-valuetext')).toBe('0.71');
  });
});

describe('leaving', () => {
  it('asks when something was edited, and keeps it', async () => {
    open(engine());
    (await upper()).focus();
    await userEvent.keyboard('{ArrowRight}');
    await userEvent.click(screen.getByRole('link', { name: 'Elsewhere' }));
    await userEvent.click(await screen.findByRole('button', { name: 'Keep editing' }));
    expect((await upper()).getAttribute('aria-valuetext')).toBe('0.71');
    await userEvent.click(screen.getByRole('link', { name: 'Elsewhere' }));
    await userEvent.click(await screen.findByRole('button', { name: 'Leave, lose the changes' }));
    expect(await screen.findByText('Another page')).toBeTruthy();
  });

  it('does not ask where nothing would be lost', async () => {
    open(engine());
    (await upper()).focus();
    await userEvent.keyboard('{ArrowRight}');
    await userEvent.click(screen.getByRole('button', { name: 'Discard' }));
    await userEvent.click(screen.getByRole('link', { name: 'Elsewhere' }));
    expect(await screen.findByText('Another page')).toBeTruthy();
  });
});

describe('a template', () => {
  it('is laid over the policy in force, with every difference, and its name kept', async () => {
    open(engine(), '/policies/dep_checkout?template=batch-cost-optimized');
    expect(await screen.findByRole('heading', { name: 'Web checkout' })).toBeTruthy();
    expect((await upper()).getAttribute('aria-valuetext')).toBe('0.80');
    expect(differences().getByRole('row', { name: /Maximum/ }).textContent).toContain('125');
    expect(saveButton('Save v8').getAttribute('aria-disabled')).toBeNull();
  });
});
