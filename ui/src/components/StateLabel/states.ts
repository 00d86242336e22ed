import type { StateIconName } from '../StateIcon/StateIcon';

/** The thirteen states of what is scaled, and `off` for what nothing scales; worst first. */
export type State =
  | 'critical'
  | 'warning'
  | 'no_data'
  | 'guarded'
  | 'starting'
  | 'scaling_up'
  | 'scaling_down'
  | 'cooling_down'
  | 'schedule'
  | 'manual_hold'
  | 'shadow'
  | 'paused'
  | 'off'
  | 'holding';

/** How a state is drawn and, where nothing more exact is known, worded. */
export interface StateLook {
  icon: StateIconName;
  words: string;
  /** The class of its icon; its word has the same where the state needs a person. */
  tone: string;
  needsPerson: boolean;
}

/** All of them, in the order in which a list shows them: worst first. */
export const STATES: Record<State, StateLook> = {
  critical: { icon: 'crit', words: 'Critical', tone: 'text-crit', needsPerson: true },
  warning: { icon: 'warn', words: 'Warning', tone: 'text-warn', needsPerson: true },
  no_data: { icon: 'nodata', words: 'No data', tone: 'text-warn', needsPerson: true },
  guarded: { icon: 'guard', words: 'Guarded', tone: 'text-warn', needsPerson: true },
  starting: { icon: 'starting', words: 'Starting', tone: 'text-text-2', needsPerson: false },
  scaling_up: { icon: 'up', words: 'Scaling up', tone: 'text-text-2', needsPerson: false },
  scaling_down: { icon: 'down', words: 'Scaling down', tone: 'text-text-2', needsPerson: false },
  cooling_down: { icon: 'cooldown', words: 'Cooling down', tone: 'text-text-2', needsPerson: false },
  schedule: { icon: 'schedule', words: 'Schedule', tone: 'text-text-2', needsPerson: false },
  manual_hold: { icon: 'override', words: 'Manual hold', tone: 'text-text-2', needsPerson: false },
  shadow: { icon: 'shadow', words: 'Shadow', tone: 'text-text-2', needsPerson: false },
  paused: { icon: 'paused', words: 'Paused', tone: 'text-text-2', needsPerson: false },
  off: { icon: 'off', words: 'Off', tone: 'text-text-3', needsPerson: false },
  holding: { icon: 'hold', words: 'Holding', tone: 'text-ok', needsPerson: false },
};

const ORDER = Object.keys(STATES);

/** Sorts worst first: critical, warning, no data, guarded, starting, the others. */
export function compareStates(a: State, b: State): number {
  return ORDER.indexOf(a) - ORDER.indexOf(b);
}
