import type { CostRange } from '../../backend/generated/CostRange';
import { useQueryOperation } from '../../backend/useOperation';

/** What a range has cost, of one tag or of all. The last answer stays while another is read. */
export function useCosts(range: CostRange, tag: string | null) {
  return useQueryOperation('get_costs', tag === null ? { range } : { range, tag }, { keepPrevious: true });
}
