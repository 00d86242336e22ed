import type { DeploymentState } from '../../backend/generated/DeploymentState';
import type { State } from '../StateLabel/states';

/** How each state of a deployment is drawn. Its words come with it. */
export const LOOK_OF: Record<DeploymentState, State> = {
  failing: 'critical',
  at_max: 'critical',
  held_back: 'warning',
  no_data: 'no_data',
  guarded: 'guarded',
  starting: 'starting',
  scaling_up: 'scaling_up',
  scaling_down: 'scaling_down',
  cooling_down: 'cooling_down',
  manual_hold: 'manual_hold',
  shadow: 'shadow',
  paused: 'paused',
  no_policy: 'off',
  holding: 'holding',
};

const WORST_FIRST: readonly DeploymentState[] = [
  'failing',
  'at_max',
  'held_back',
  'no_data',
  'guarded',
  'starting',
  'scaling_up',
  'scaling_down',
  'cooling_down',
  'manual_hold',
  'shadow',
  'paused',
  'no_policy',
  'holding',
];

/** Where a state stands in a list that shows the worst first. */
export function rankOf(state: DeploymentState): number {
  return WORST_FIRST.indexOf(state);
}
