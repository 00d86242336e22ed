import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { BackendProvider } from '../../../backend/BackendContext';
import { decision, event, preview, series, status } from '../../../testing/deploymentFixtures';
import { costDetail, costsView } from '../../../testing/costs';
import { FakeBackend, never, refusal, type Answers } from '../../../testing/FakeBackend';
import AutoScalingDashboard from './AutoScalingDashboard';

const soon = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

const engine = (answers: Answers = {}) =>
  new FakeBackend({
    get_scaling_status: () => status({ cooldownUntil: soon(182) }),
    get_series: () => series(new Date()),
    get_scaling_history: () => ({ events: [event()], nextCursor: null }),
    get_decision: () => ({ decision: decision({ reason: '5 → 6 instances: CPU 75 %.' }) }),
    preview_manual_scaling: () => preview(),
    scale_manually: ({ targetInstances }) => event({ toInstances: targetInstances, fromInstances: 7, priceChange: 0.32 }),
    end_override: () => ({}),
    pause_deployment: () => ({}),
    ...answers,
  });

/** Alone, without the app around it, as the guide's component is used. */
const show = (backend: FakeBackend) =>
  render(
    <BackendProvider backend={backend}>
      <AutoScalingDashboard deploymentId="dep_checkout" />
    </BackendProvider>,
  );

describe('the dashboard of a deployment', () => {
  it('holds its place while it reads', () => {
    const { container } = show(engine({ get_scaling_status: never }));
    expect(container.querySelector('[aria-busy=true]')).toBeTruthy();
  });

  it('says why it could not be read, and reads again when asked', async () => {
    let broken = true;
    const backend = engine({
      get_scaling_status: () => {
        if (broken) throw refusal('There is no deployment dep_checkout. It was removed.');
        return status();
      },
    });
    show(backend);
    expect(await screen.findByText('There is no deployment dep_checkout. It was removed.')).toBeTruthy();
    broken = false;
    await userEvent.click(screen.getByRole('button', { name: 'Read again' }));
    expect(await screen.findByRole('heading', { name: 'checkout-web' })).toBeTruthy();
  });

  it('says what it waits for before the first decision', async () => {
    show(
      engine({
        get_scaling_status: () =>
          status({ lastDecision: null, band: null, sentence: 'Collecting. The first decision comes in 15 s.', cooldownUntil: null }),
      }),
    );
    expect(await screen.findByText('Collecting. The first decision comes in 15 s.')).toBeTruthy();
    expect(screen.getByText(/No decision yet/)).toBeTruthy();
  });

  it('answers with a sentence, the gauge, four facts, and the why', async () => {
    show(engine());
    expect(await screen.findByText(/17 % more traffic fits now/)).toBeTruthy();
    const facts = [...document.querySelectorAll('[data-kpi]')].map((fact) => fact.textContent);
    expect(facts[0]).toContain('6 ready, 1 starting');
    expect(facts[1]).toContain('+17\u00a0% traffic');
    expect(facts[2]).toMatch(/3.min 0[12].sof 5.min/);
    expect(facts[3]).toContain('$1.12/h');
    const why = screen.getByRole('region', { name: 'Last decision' });
    expect(within(why).getByText('Why not 8')).toBeTruthy();
    expect(within(why).getByText('Needs CPU ≥ 84 %, or +17 % traffic.', { exact: false })).toBeTruthy();
    expect(within(why).getByText('4 of 4 metrics fresh, oldest 6 s')).toBeTruthy();
  });

  it('puts reading, trigger, share and line of each metric into one row', async () => {
    show(engine());
    expect(await screen.findByRole('img', { name: /^CPU: 68.% now, .*up at 70 %$/ })).toBeTruthy();
    expect(screen.getByText('67.9 % of it')).toBeTruthy();
    expect(screen.getByText('p95, up at 2,500 ms')).toBeTruthy();
  });

  it('draws what was expected with how wrong it has been, and a shadow beside what runs', async () => {
    const drawn = series(new Date());
    const last = drawn.times.at(-1) ?? 0;
    const times = [last - 30_000, last, last + 30_000];
    show(
      engine({
        get_series: () => ({
          ...drawn,
          wanted: drawn.times.map(() => 9),
          forecast: {
            times,
            came: [5.2, 5.4, null],
            expected: [5.1, 5.5, 6.3],
            low: [4.6, 5, 5.6],
            high: [5.9, 6.2, 7.4],
            words: 'forecast off by 6 %, enough for 99.1 %',
          },
        }),
      }),
    );
    expect(await screen.findByText('forecast off by 6 %, enough for 99.1 %')).toBeTruthy();
    expect(screen.getByRole('img', { name: /^Demand: 5\.4 → 6\.3 now/ })).toBeTruthy();
    expect(screen.getByText('9 shadow')).toBeTruthy();
    expect(screen.getByText('6 live')).toBeTruthy();
  });

  it('says in minutes when the room is used up', async () => {
    const now = status();
    show(engine({ get_scaling_status: () => ({ ...now, facts: { ...now.facts, outInSeconds: 660 } }) }));
    expect(await screen.findByText(/^out in 11.min; starting takes 4.min$/)).toBeTruthy();
  });

  it('shows why the readings could not be read without losing the rest', async () => {
    show(
      engine({
        get_series: () => {
          throw refusal('The readings table is damaged. Restore a backup.');
        },
      }),
    );
    expect(await screen.findByText('The readings table is damaged. Restore a backup.')).toBeTruthy();
    expect(screen.getByText(/17 % more traffic fits now/)).toBeTruthy();
  });

  it('opens the decision of a change that is pressed, and goes back', async () => {
    const backend = engine();
    show(backend);
    await userEvent.click(await screen.findByRole('button', { name: /4→5/ }));
    expect(await screen.findByText('5 → 6 instances: CPU 75 %.')).toBeTruthy();
    expect(backend.inputsOf('get_decision')).toHaveLength(1);
    await userEvent.click(screen.getByRole('button', { name: 'Back to the latest' }));
    expect(screen.getByRole('region', { name: 'Last decision' })).toBeTruthy();
  });

  it('asks for another range of time', async () => {
    const backend = engine();
    show(backend);
    await userEvent.click(await screen.findByRole('radio', { name: '24 h' }));
    await waitFor(() => { expect(backend.inputsOf('get_series')).toHaveLength(2); });
    const [, day] = backend.inputsOf('get_series');
    expect(spanOf(day)).toBe(86_400_000);
  });

  it('lists what was done with its reason, price and who', async () => {
    show(engine());
    await userEvent.click(await screen.findByRole('tab', { name: 'History' }));
    const row = (await screen.findAllByRole('row'))[1];
    expect(row?.textContent).toContain('6→7');
    expect(row?.textContent).toContain('6 → 7 instances: CPU 92 % is 1.31 × its 70 % trigger.');
    expect(row?.textContent).toContain('+$0.16/h');
    expect(row?.textContent).toContain('Web checkout v7');
  });

  it('says so when nothing was done yet, and why a history could not be read', async () => {
    const first = show(engine({ get_scaling_history: () => ({ events: [], nextCursor: null }) }));
    await userEvent.click(await screen.findByRole('tab', { name: 'History' }));
    expect(await screen.findByText('Nothing was changed yet')).toBeTruthy();
    first.unmount();
    show(
      engine({
        get_scaling_history: () => {
          throw refusal('The disk is full.');
        },
      }),
    );
    await userEvent.click(await screen.findByRole('tab', { name: 'History' }));
    expect(await screen.findByText('The disk is full.')).toBeTruthy();
  });

  it('goes on to older changes', async () => {
    const backend = engine({
      get_scaling_history: ({ before }) =>
        before ? { events: [event({ id: 'evt_0', reason: 'The older one' })], nextCursor: null } : { events: [event()], nextCursor: 'older' },
    });
    show(backend);
    await userEvent.click(await screen.findByRole('tab', { name: 'History' }));
    await userEvent.click(await screen.findByRole('button', { name: 'Show older changes' }));
    expect(await screen.findByText('The older one')).toBeTruthy();
  });
});

describe('cost', () => {
  it('shows what the deployment cost, and opens it to rates and hours', async () => {
    const backend = engine({ get_costs: () => costsView(), get_cost_detail: () => costDetail() });
    show(backend);
    await userEvent.click(await screen.findByRole('tab', { name: 'Cost' }));
    expect(await screen.findByText(/November has cost \$569\.81 so far/)).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'How the total comes about' }));
    expect(await screen.findByText('6,382.4 core-hours')).toBeTruthy();
    expect(backend.inputsOf('get_costs')).toEqual([{ deploymentId: 'dep_checkout', range: 'this_month' }]);
    expect(backend.inputsOf('get_cost_detail')).toEqual([{ range: 'this_month', deploymentId: 'dep_checkout' }]);
  });

  it('says when nothing was metered, and why it could not be read', async () => {
    let broken = true;
    const backend = engine({
      get_costs: () => {
        if (broken) throw refusal('The database is locked.');
        return costsView({ deployments: [] });
      },
    });
    show(backend);
    await userEvent.click(await screen.findByRole('tab', { name: 'Cost' }));
    expect(await screen.findByText('The database is locked.')).toBeTruthy();
    broken = false;
    await userEvent.click(screen.getByRole('button', { name: 'Read again' }));
    expect(await screen.findByText('Nothing was metered in this time')).toBeTruthy();
  });
});

describe('instances by hand', () => {
  const number = () => screen.findByRole('spinbutton', { name: 'Instances' });

  it('wants another number and a reason, shows the price, and repeats the order on its button', async () => {
    const backend = engine();
    show(backend);
    await userEvent.clear(await number());
    await userEvent.type(await number(), '9');
    const order = screen.getByRole('button', { name: /^Scale to 9 for 1.h$/ });
    expect(order.getAttribute('aria-disabled')).toBe('true');
    expect(await screen.findByText('+$0.32/h, +$0.32 in all')).toBeTruthy();
    expect(screen.getByText('+76\u00a0% traffic', { normalizer: (text) => text })).toBeTruthy();
    await userEvent.type(screen.getByRole('textbox', { name: 'Reason' }), 'Newsletter at 15:00');
    await userEvent.click(order);
    expect(backend.inputsOf('scale_manually')).toEqual([
      { deploymentId: 'dep_checkout', targetInstances: 9, reason: 'Newsletter at 15:00', holdSeconds: 3600 },
    ]);
    expect(await screen.findByText(/Ordered 7→9/)).toBeTruthy();
  });

  it('says why an order would be refused, and does not give it', async () => {
    const backend = engine({ preview_manual_scaling: () => preview({ problem: 'At most 12: raise the maximum first.' }) });
    show(backend);
    await userEvent.type(await screen.findByRole('textbox', { name: 'Reason' }), 'Launch{Enter}');
    expect(await screen.findByText('At most 12: raise the maximum first.')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: /^Scale to/ }));
    expect(backend.inputsOf('scale_manually')).toEqual([]);
  });

  it('keeps what was typed when the engine refuses', async () => {
    const backend = engine({
      scale_manually: () => {
        throw refusal('The target did not take it. Try again.');
      },
    });
    show(backend);
    await userEvent.click(await screen.findByRole('button', { name: 'Instances: one more' }));
    await userEvent.type(screen.getByRole('textbox', { name: 'Reason' }), 'Launch');
    await userEvent.click(screen.getByRole('button', { name: /^Scale to 8/ }));
    expect(await screen.findByText('The target did not take it. Try again.')).toBeTruthy();
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Reason' }).value).toBe('Launch');
  });

  it('shows an order in force and ends it', async () => {
    const backend = engine({
      get_scaling_status: () =>
        status({ override: { instances: 9, reason: 'Launch', by: 'ada', since: soon(-600), until: soon(2400) } }),
    });
    show(backend);
    expect(await screen.findByText(/Held at 9 until .* left/)).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'End now' }));
    expect(backend.inputsOf('end_override')).toEqual([{ deploymentId: 'dep_checkout' }]);
  });

  it('cannot order while the count is not known', async () => {
    show(engine({ get_scaling_status: () => status({ currentInstances: null, readyInstances: null, startingInstances: null }) }));
    const order = await screen.findByRole('button', { name: /^Scale to/ });
    expect(order.getAttribute('aria-disabled')).toBe('true');
  });
});

function spanOf(input: unknown): number {
  if (typeof input !== 'object' || input === null || !('from' in input) || !('to' in input)) return 0;
  return new Date(String(input.to)).getTime() - new Date(String(input.from)).getTime();
}
