import type { AlertState } from '../../backend/generated/AlertState';
import type { StateIconName } from '../../components/StateIcon/StateIcon';

/** How an alert is drawn. */
export interface AlertLook {
  icon: StateIconName;
  tone: string;
  words: string;
}

const WORDS: Record<AlertState, string> = {
  firing: 'Firing',
  snoozed: 'Snoozed',
  acknowledged: 'Acknowledged',
  resolved: 'Over',
};

/** Loud while it fires and nobody has taken it on; grey from then on. */
export function alertLook({ state, isCritical }: { state: AlertState; isCritical: boolean }): AlertLook {
  const words = WORDS[state];
  if (state === 'resolved') return { icon: 'check', tone: 'text-text-3', words };
  const icon = isCritical ? 'crit' : 'warn';
  return { icon, tone: state === 'firing' ? (isCritical ? 'text-crit' : 'text-warn') : 'text-text-3', words };
}
