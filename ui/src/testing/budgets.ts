import type { BudgetDetail } from '../backend/generated/BudgetDetail';
import type { BudgetStatus } from '../backend/generated/BudgetStatus';
import type { BudgetView } from '../backend/generated/BudgetView';

/** A month on its way over. */
export function budgetStatus(changes: Partial<BudgetStatus> = {}): BudgetStatus {
  return {
    level: 'forecast',
    sentence: 'Everything ends $324 over its $9,600, with 94\u00a0% confidence.',
    periodStart: '2025-11-01T00:00:00Z',
    periodEnd: '2025-12-01T00:00:00Z',
    periodWords: 'November, 12 days left',
    goneShare: 0.587,
    spent: 5706.24,
    estimated: 0,
    spentShare: 0.594,
    observedShare: 1,
    left: 3893.76,
    burnRatePerDay: 340.31,
    evenPacePerDay: 320,
    projection: { end: 9924, margin: 260, share: 1.034, over: 324, confidenceOver: 0.94, toStayInsidePerDay: 26.17, toStayInsideShare: 0.077 },
    projectedFrom: null,
    runsOut: { at: '2025-11-30T01:10:00Z', earliest: '2025-11-29T09:00:00Z', latest: null },
    told: ['forecast'],
    heldBack: 0,
    ...changes,
  };
}

/** A budget over everything. */
export function budgetView(changes: Partial<BudgetView> = {}): BudgetView {
  return {
    id: 'bud_all',
    name: 'Everything',
    scope: { kind: 'all' },
    scopeWords: '18 deployments',
    monthlyLimit: 9600,
    warningThreshold: 75,
    criticalThreshold: 90,
    moreThresholds: [],
    resetDay: 1,
    timeZone: 'UTC',
    isEnabled: true,
    guard: 'off',
    status: budgetStatus(),
    ...changes,
  };
}

/** A calm one beside it. */
export const CALM = budgetView({
  id: 'bud_ml',
  name: 'ml',
  scope: { kind: 'tag', tag: 'ml' },
  scopeWords: 'tag ml, 3 deployments',
  monthlyLimit: 2100,
  guard: 'soft',
  status: budgetStatus({
    level: 'inside', sentence: 'ml ends $232 under its $2,100, with 99\u00a0% confidence.', spent: 1074.07, spentShare: 0.511, left: 1025.93,
    projection: { end: 1868, margin: 60, share: 0.89, over: -232, confidenceOver: 0.01, toStayInsidePerDay: -19.33, toStayInsideShare: -0.29 },
    runsOut: null, told: [],
  }),
});

/** A budget day by day. */
export function budgetDetail(budget: BudgetView = budgetView(), changes: Partial<BudgetDetail> = {}): BudgetDetail {
  const start = Date.UTC(2025, 10, 1);
  const now = Date.UTC(2025, 10, 18, 14, 32);
  const each = budget.status.spent / 17.6;
  return {
    at: new Date(now).toISOString(),
    currency: 'USD',
    budget,
    days: Array.from({ length: 18 }, (_, day) => {
      const spent = day === 17 ? budget.status.spent : each * (day + 1);
      return {
        date: `2025-11-${String(day + 1).padStart(2, '0')}`,
        endsAt: new Date(Math.min(now, start + (day + 1) * 86_400_000)).toISOString(),
        cost: each,
        spent,
        left: budget.monthlyLimit - spent,
      };
    }),
    path: budget.status.projection
      ? Array.from({ length: 12 }, (_, day) => {
          const share = (day + 1) / 12;
          const end = budget.status.projection?.end ?? 0;
          const left = budget.monthlyLimit - (budget.status.spent + (end - budget.status.spent) * share);
          const margin = (budget.status.projection?.margin ?? 0) * share;
          return { at: new Date(now + share * (Date.UTC(2025, 11, 1) - now)).toISOString(), left, low: left - margin, high: left + margin };
        })
      : [],
    thresholds: [
      { percent: 75, words: '75 % spent, warning', left: budget.monthlyLimit * 0.25 },
      { percent: 90, words: '90 % spent, critical', left: budget.monthlyLimit * 0.1 },
      { percent: 100, words: '100 % spent, nothing left', left: 0 },
    ],
    ...changes,
  };
}
