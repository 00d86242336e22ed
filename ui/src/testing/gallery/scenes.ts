import type { Backend } from '../../backend/backend';
import { FakeBackend, never, refusal } from '../FakeBackend';
import { engineState, overview, settings } from '../fixtures';
import { FLEET } from './fleet';
import { policyAnswers } from './policyScenes';

/** An engine in one of the states that a view must look well in: `full`, `loading`, `empty`, `error`, `paused`, `many`. */
export function scene(name: string, theme: 'light' | 'dark'): Backend {
  if (name === 'loading') return new FakeBackend({ get_overview: never });
  if (name === 'error') {
    return new FakeBackend({
      get_overview: () => {
        throw refusal('The database at /home/ada/.local/share/headroom did not answer. Scaling goes on; what is shown is not read anew.');
      },
    });
  }
  const paused = { reason: 'Moving the database', by: 'ada', at: new Date().toISOString() };
  return new FakeBackend({
    get_engine_state: () =>
      name === 'paused'
        ? engineState({ mode: 'paused', paused, lastEvaluationAt: new Date().toISOString() })
        : engineState({ lastEvaluationAt: new Date().toISOString() }),
    get_settings: () => settings({ theme }),
    update_settings: (input) => settings({ theme, ...input }),
    get_overview: () => overview(name === 'empty' ? [] : FLEET),
    ...policyAnswers(name),
  });
}
