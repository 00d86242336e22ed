import type { DecisionItem } from '../../backend/generated/DecisionItem';
import { perHourChange } from '../../format/money';
import type { DecisionTone } from '../DecisionItem/DecisionItem';
import type { StateIconName } from '../StateIcon/StateIcon';

/** How a decision of a list is drawn, and what stands at its right: the price of the change, or "held". */
export function decisionLook(item: DecisionItem): { icon: StateIconName; tone: DecisionTone; aside: string | null } {
  if (item.highlight === 'acted') {
    return {
      icon: ICON_OF_REASON[item.reasonCode] ?? (item.action === 'scale_down' ? 'down' : 'up'),
      tone: 'acted',
      aside: perHourChange(item.priceChange),
    };
  }
  if (item.highlight === 'held') {
    return { icon: ICON_OF_REASON[item.reasonCode] ?? 'warn', tone: 'held', aside: 'held' };
  }
  return { icon: ICON_OF_REASON[item.reasonCode] ?? 'hold', tone: 'calm', aside: null };
}

/** Reasons that have an outline of their own; the others follow their direction. */
const ICON_OF_REASON: Record<string, StateIconName | undefined> = {
  policy_disabled: 'off',
  paused: 'paused',
  paused_all: 'paused',
  count_unknown: 'nodata',
  stopped_from_outside: 'off',
  too_few_readings: 'nodata',
  missing_holds_down: 'nodata',
  manual_override: 'override',
  warm_up: 'cooldown',
  cooldown: 'cooldown',
  at_maximum: 'crit',
  budget_holds: 'guard',
  already_starting: 'starting',
};
