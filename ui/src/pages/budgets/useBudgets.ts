import type { BudgetDraft } from '../../backend/generated/BudgetDraft';
import type { Guard } from '../../backend/generated/Guard';
import { useCommand, useQueryOperation } from '../../backend/useOperation';

/** Every budget with its status. */
export function useBudgets() {
  return useQueryOperation('list_budgets', {});
}

/** One budget day by day, with another limit where one is tried. */
export function useBudget(budgetId: string | null, monthlyLimit: number | null) {
  const input = { budgetId: budgetId ?? '', ...(monthlyLimit === null ? {} : { monthlyLimit }) };
  return useQueryOperation('get_budget', input, { enabled: budgetId !== null, keepPrevious: true });
}

/** What the guard would do to service; played only when asked. */
export function useGuardPreview(budgetId: string, guard: Guard, enabled: boolean) {
  return useQueryOperation('preview_guard', { budgetId, guard }, { enabled });
}

/** What is wrong with a draft, where it would stand, what its limit could be. */
export function useBudgetCheck(budgetId: string | null, draft: BudgetDraft, enabled: boolean) {
  return useQueryOperation('check_budget', { draft, ...(budgetId === null ? {} : { budgetId }) }, { enabled, keepPrevious: true });
}

/** What a budget can be of. */
export function useScopes() {
  const overview = useQueryOperation('get_overview', {});
  return { deployments: overview.data?.deployments ?? [], tags: overview.data?.tags ?? [] };
}

/** Saves and deletes. Faults of a draft are shown at their fields. */
export function useBudgetCommands() {
  return { save: useCommand('save_budget', { shownInPlace: true }), remove: useCommand('delete_budget') };
}
