import type { BudgetGlance } from '../../backend/generated/BudgetGlance';
import { wholeMoney } from '../../format/money';
import { wholeShare } from '../../format/number';

/** A budget's bar in words: "68 % of $780 spent, 58 % of the month gone". */
export function budgetWords(budget: BudgetGlance): string {
  return `${wholeShare(budget.spentShare)} of ${wholeMoney(budget.monthlyLimit)} spent, ${wholeShare(budget.goneShare)} of the month gone`;
}
