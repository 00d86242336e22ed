import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Route, Routes, useLocation } from 'react-router';
import { describe, expect, it } from 'vitest';

import { BackendError } from '../../backend/backend';
import type { DeploymentDetails } from '../../backend/generated/DeploymentDetails';
import { FakeBackend, never, refusal, type Answers } from '../../testing/FakeBackend';
import { deploymentRow, minutesAgo, overview } from '../../testing/fixtures';
import { renderOn } from '../../testing/renderApp';
import { FirstRun } from './FirstRun';
import { OnboardingDialogs } from './OnboardingDialogs';

const details = (id: string, name: string): DeploymentDetails => ({
  deployment: {
    id,
    name,
    tags: [],
    runsOn: { kind: 'replay', file: '/tmp/day.csv', instances: 1 },
    instanceSize: { cpuCores: 0.1, memoryGb: 0.1, storageGb: 0 },
    billing: 'provisioned',
    objectives: { responseTimeMs: null, errorRatePercent: null },
    intervalSeconds: null,
    policyId: null,
    paused: null,
    createdAt: minutesAgo(0),
  },
  url: null,
  isSample: false,
});

function engine(answers: Answers = {}): FakeBackend {
  return new FakeBackend({
    get_overview: () => overview([deploymentRow({ id: 'dep_sample', name: 'sample-web', isSample: true, readyInstances: 3 })]),
    add_sample: () => details('dep_sample', 'sample-web'),
    add_local_deployment: ({ name }) => details('dep_new', name),
    remove_deployment: () => ({}),
    ...answers,
  });
}

function Address() {
  const { pathname, search } = useLocation();
  return <code data-testid="address">{pathname + search}</code>;
}

function open(backend: FakeBackend, at = '/overview') {
  return renderOn(
    backend,
    <>
      <Routes>
        <Route path="/overview" element={<FirstRun />} />
        <Route path="*" element={<p>Another page</p>} />
      </Routes>
      <OnboardingDialogs />
      <Address />
    </>,
    at,
  );
}

const address = () => screen.getByTestId('address').textContent;
const field = (name: string) => screen.findByRole<HTMLInputElement>('textbox', { name });
const press = async (name: string) => {
  await userEvent.click(await screen.findByRole('button', { name }));
};

describe('the first run', () => {
  it('says what the sample runs before it runs it, and opens its page', async () => {
    const backend = engine();
    open(backend);
    expect(screen.getByText(/real processes on this machine/)).toBeTruthy();
    expect(screen.getByText(/0\.1 of a CPU core/)).toBeTruthy();
    await press('Start the sample service');
    expect(await screen.findByText('Another page')).toBeTruthy();
    expect(backend.inputsOf('add_sample')).toEqual([{}]);
    await waitFor(() => {
      expect(address()).toBe('/deployment/dep_sample');
    });
  });

  it('takes no second press while the sample starts', async () => {
    const backend = engine({ add_sample: never });
    open(backend);
    await press('Start the sample service');
    await press('Starting the sample');
    expect(backend.inputsOf('add_sample')).toHaveLength(1);
  });

  it('says in its place why the sample could not be started', async () => {
    open(
      engine({
        add_sample: () => {
          throw refusal('The program at /opt/headroom is gone. Install it again.');
        },
      }),
    );
    await press('Start the sample service');
    expect((await screen.findByRole('alert')).textContent).toBe('Not started. The program at /opt/headroom is gone. Install it again.');
  });

  it('leads to a command of one’s own', async () => {
    open(engine());
    await press('Run your own command');
    expect(await screen.findByRole('dialog', { name: 'Run your own command' })).toBeTruthy();
    await waitFor(() => {
      expect(address()).toBe('/overview?add=command');
    });
  });
});

describe('a command of one’s own', () => {
  it('is shown as the arguments that the program gets', async () => {
    open(engine(), '/overview?add=command');
    await userEvent.type(await field('Command that starts one instance'), 'node "my app.js" --port {{port}');
    const chips = within(screen.getByRole('list', { name: 'Arguments' })).getAllByRole('listitem');
    expect(chips.map((chip) => chip.textContent)).toEqual(['node', 'my app.js', '--port', '{port}']);
  });

  it('says what is wrong at a field once it is left, and at all of them when it is added', async () => {
    const backend = engine();
    open(backend, '/overview?add=command');
    await userEvent.type(await field('Name'), 'sample-web');
    await userEvent.tab();
    expect(await screen.findByText('There is a deployment called “sample-web” already.')).toBeTruthy();
    await userEvent.clear(await field('Cores of one instance'));
    await userEvent.type(await field('Working folder'), 'srv');
    await userEvent.type(await field('Command that starts one instance'), 'node server.js');
    await press('Start 1 instance');
    expect(screen.getByText('4 errors to mend')).toBeTruthy();
    expect(screen.getByText(/Write \{port\} where/)).toBeTruthy();
    expect(screen.getByText('Name the whole path of the folder, from the root.')).toBeTruthy();
    expect(screen.getByText('Type how many cores, such as 0.5.')).toBeTruthy();
    expect(backend.inputsOf('add_local_deployment')).toEqual([]);
  });

  it('is added as it was typed, by Enter, and a policy is chosen next', async () => {
    const backend = engine();
    open(backend, '/overview?add=command');
    await userEvent.type(await field('Name'), 'checkout');
    await userEvent.type(await field('Command that starts one instance'), './serve --port {{port}');
    await userEvent.click(screen.getByRole('radio', { name: 'takes a connection' }));
    await userEvent.clear(await field('Start with'));
    await userEvent.type(await field('Start with'), '2');
    await userEvent.type(await field('Longest acceptable response'), '500');
    await userEvent.type(await field('Tags, with commas'), 'web, eu,{Enter}');
    expect(await screen.findByText('checkout runs. Choose how it is scaled.')).toBeTruthy();
    expect(backend.inputsOf('add_local_deployment')).toEqual([
      {
        name: 'checkout',
        argv: ['./serve', '--port', '{port}'],
        health: { kind: 'tcp' },
        cpuCores: 1,
        memoryGb: 0.5,
        instances: 2,
        responseTimeMs: 500,
        tags: ['web', 'eu'],
      },
    ]);
    await waitFor(() => {
      expect(address()).toBe('/policies/dep_new');
    });
  });

  it('shows what the engine refuses at its field, and the rest as a sentence', async () => {
    let refused = new BackendError({
      code: 'invalid',
      message: 'argv: …',
      errors: [{ field: 'argv[0]', message: 'There is no program “./serve” in /home/ada.' }],
    });
    open(
      engine({
        add_local_deployment: () => {
          throw refused;
        },
      }),
      '/overview?add=command',
    );
    await userEvent.type(await field('Name'), 'checkout');
    await userEvent.type(await field('Command that starts one instance'), './serve {{port}');
    await press('Start 1 instance');
    expect(await screen.findByText('There is no program “./serve” in /home/ada.')).toBeTruthy();
    refused = refusal('You declined to run it.');
    await userEvent.type(await field('Command that starts one instance'), ' -v');
    await press('Start 1 instance');
    expect(await screen.findByText('Not added. You declined to run it.')).toBeTruthy();
  });
});

describe('removing', () => {
  it('says that the processes end, and removes when that is confirmed', async () => {
    const backend = engine();
    open(backend, '/overview?remove=dep_sample');
    const dialog = within(await screen.findByRole('dialog', { name: 'Remove the sample?' }));
    expect(dialog.getByText(/3 processes of “sample-web” on this machine end, and its traffic with them/)).toBeTruthy();
    await press('Remove the sample');
    expect(await screen.findByText('sample-web is removed, its processes have ended.')).toBeTruthy();
    expect(backend.inputsOf('remove_deployment')).toEqual([{ deploymentId: 'dep_sample' }]);
    await waitFor(() => {
      expect(address()).toBe('/overview');
    });
  });

  it('keeps it when asked to', async () => {
    const backend = engine();
    open(backend, '/overview?remove=dep_sample');
    await press('Keep it');
    await waitFor(() => {
      expect(screen.queryByRole('dialog')).toBeNull();
    });
    expect(backend.inputsOf('remove_deployment')).toEqual([]);
  });

  it('says why it could not be removed', async () => {
    open(
      engine({
        remove_deployment: () => {
          throw refusal('Process 4711 does not end. Try again in a moment.');
        },
      }),
      '/overview?remove=dep_sample',
    );
    await press('Remove the sample');
    expect(await screen.findByText('Not removed. Process 4711 does not end. Try again in a moment.')).toBeTruthy();
  });
});
