import type { CostsView } from '../../../backend/generated/CostsView';
import { money } from '../../../format/money';
import { isoDay } from '../../../format/time';
import type { DayBar } from '../../DayBars/DayBars';

/** The days of a range as bars. */
export function dayBars(costs: CostsView): DayBar[] {
  return costs.days.map(({ date, startsAt, figures }) => {
    const label = isoDay(date);
    if (!figures) return { key: startsAt, label, parts: null, words: `${label}: nothing was metered` };
    const words = [
      `${label}: ${money(figures.total)}`,
      figures.unused > 0 ? `${money(figures.unused)} not used` : null,
      figures.estimated > 0 ? `${money(figures.estimated)} estimated` : null,
    ];
    return {
      key: startsAt,
      label,
      parts: { used: figures.used, unused: figures.unused, estimated: figures.estimated },
      words: words.filter((part) => part !== null).join(', '),
    };
  });
}
