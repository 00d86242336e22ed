import type { CostsView } from '../../../backend/generated/CostsView';
import { useQueryOperation } from '../../../backend/useOperation';
import type { Input } from '../../../backend/backend';

/** Which amount is to be opened. */
export type CostQuestion = Input<'get_cost_detail'>;

/** How an amount comes about; nothing is asked while nothing is open. */
export function useCostDetail(question: CostQuestion | null) {
  return useQueryOperation('get_cost_detail', question ?? {}, { enabled: question !== null });
}

/** One day of the range: from its first instant to that of the next, or to the range's end. */
export function dayQuestion(view: CostsView, startsAt: string): CostQuestion {
  const next = view.days[view.days.findIndex((day) => day.startsAt === startsAt) + 1];
  return { from: startsAt, to: next?.startsAt ?? view.to };
}
