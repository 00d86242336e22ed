import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';

import { StateLabel } from './StateLabel';
import { compareStates, STATES, type State } from './states';

it('gives every state its own outline', () => {
  const outlines = Object.values(STATES).map((look) => look.icon);
  expect(new Set(outlines).size).toBe(14);
});

it('says the state in words beside its icon', () => {
  const { container } = render(<StateLabel state="critical" words="At max" />);
  expect(screen.getByText('At max')).toBeTruthy();
  expect(container.querySelector('[data-icon=crit]')).toBeTruthy();
});

it('sorts the worst state first', () => {
  const states: State[] = ['holding', 'guarded', 'critical', 'starting', 'no_data', 'warning'];
  expect(states.sort(compareStates)).toEqual([
    'critical',
    'warning',
    'no_data',
    'guarded',
    'starting',
    'holding',
  ]);
});
