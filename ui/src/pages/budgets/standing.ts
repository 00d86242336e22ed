import type { BudgetStanding } from '../../backend/generated/BudgetStanding';
import type { StateIconName } from '../../components/StateIcon/StateIcon';

/** How a standing looks: outline, color and word. */
export const STANDINGS: Record<BudgetStanding, { icon: StateIconName; tone: string; word: string }> = {
  off: { icon: 'paused', tone: 'text-text-3', word: 'off' },
  inside: { icon: 'hold', tone: 'text-ok', word: 'inside' },
  warning: { icon: 'warn', tone: 'text-warn', word: 'warning' },
  forecast: { icon: 'warn', tone: 'text-warn', word: 'will pass its limit' },
  critical: { icon: 'crit', tone: 'text-crit', word: 'critical' },
  exceeded: { icon: 'crit', tone: 'text-crit', word: 'spent' },
};
