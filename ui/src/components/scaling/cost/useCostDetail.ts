import { useQueryOperation } from '../../../backend/useOperation';
import type { Input } from '../../../backend/backend';

/** Which amount is to be opened. */
export type CostQuestion = Input<'get_cost_detail'>;

/** How an amount comes about; nothing is asked while nothing is open. */
export function useCostDetail(question: CostQuestion | null) {
  return useQueryOperation('get_cost_detail', question ?? {}, { enabled: question !== null });
}
