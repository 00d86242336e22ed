import type { CostDetail } from '../backend/generated/CostDetail';
import type { CostFigures } from '../backend/generated/CostFigures';
import type { CostsView } from '../backend/generated/CostsView';
import type { DeploymentCost } from '../backend/generated/DeploymentCost';

/** An amount, all of it observed. */
export function costFigures(total: number, changes: Partial<CostFigures> = {}): CostFigures {
  return {
    total,
    cpu: total * 0.8,
    memory: total * 0.15,
    storage: total * 0.04,
    network: total * 0.01,
    used: total * 0.6,
    unused: total * 0.4,
    idle: total * 0.4,
    estimated: 0,
    observedShare: 1,
    hours: 720,
    instanceHours: 2160,
    efficiency: 0.58,
    requests: 120_000,
    costPerThousandRequests: (total / 120_000) * 1000,
    ...changes,
  };
}

/** One deployment of a range. */
export function deploymentCost(changes: Partial<DeploymentCost> = {}): DeploymentCost {
  return { id: 'dep_checkout', name: 'checkout-web', isRemoved: false, share: 0.7, change: 12.3, figures: costFigures(398.87), ...changes };
}

/** November up to the 18th. */
export function costsView(changes: Partial<CostsView> = {}): CostsView {
  const days = Array.from({ length: 18 }, (_, day) => ({
    date: `2025-11-${String(day + 1).padStart(2, '0')}`,
    startsAt: new Date(Date.UTC(2025, 10, day + 1)).toISOString(),
    figures: day === 3 ? null : costFigures(28 + 6 * Math.sin(day), day === 7 ? { estimated: 9, observedShare: 0.7 } : {}),
  }));
  return {
    at: '2025-11-18T14:32:10Z',
    from: '2025-11-01T00:00:00Z',
    to: '2025-11-18T14:32:10Z',
    range: 'November so far',
    timeZone: 'Europe/Berlin',
    currency: 'USD',
    sentence: 'November has cost $569.81 so far, $12.30 more than the same days of October. $227.92 of it, 40 %, was paid for cores and memory that were not used.',
    caution: null,
    total: costFigures(569.81),
    before: { range: 'the same days of October', total: 557.51, change: 12.3 },
    resources: [
      { resource: 'cpu', name: 'CPU', cost: 455.85, share: 0.8 },
      { resource: 'memory', name: 'Memory', cost: 85.47, share: 0.15 },
      { resource: 'storage', name: 'Storage', cost: 22.79, share: 0.04 },
      { resource: 'network', name: 'Network', cost: 5.7, share: 0.01 },
    ],
    deployments: [
      deploymentCost(),
      deploymentCost({ id: 'dep_job', name: 'invoice-batch', share: 0.3, change: null, isRemoved: true, figures: costFigures(170.94, { requests: 0, costPerThousandRequests: null, efficiency: null }) }),
    ],
    days,
    tags: ['shop'],
    ...changes,
  };
}

/** How an amount comes about. */
export function costDetail(changes: Partial<CostDetail> = {}): CostDetail {
  const rates = { cpuCoreHour: 0.05, memoryGbHour: 0.01, storageGbHour: 0.001, networkMb: 0.00001 };
  return {
    from: '2025-11-01T00:00:00Z',
    to: '2025-11-18T14:32:10Z',
    title: 'checkout-web, November so far',
    currency: 'USD',
    formulas: ['CPU = instances × cores × share billed × rate × hours', 'Network = MB transferred × rate'],
    figures: costFigures(398.87),
    priced: [
      {
        tariff: {
          provider: 'default', class: '', source: "Headroom's shipped rates", validFrom: '1970-01-01T00:00:00Z',
          listedCurrency: 'USD', listed: rates, discount: 1, exchange: 1, currency: 'USD', rates,
        },
        tariffWords: "default, at all times: Headroom's shipped rates.",
        billed: 'provisioned, used or not',
        isEstimated: false,
        instanceHours: 6382,
        total: 398.87,
        lines: [
          { resource: 'cpu', name: 'CPU', quantity: 6382.4, unit: 'core-hours', rate: 0.05, cost: 319.12 },
          { resource: 'memory', name: 'Memory', quantity: 5983, unit: 'GB-hours', rate: 0.01, cost: 59.83 },
          { resource: 'storage', name: 'Storage', quantity: 15_960, unit: 'GB-hours', rate: 0.001, cost: 15.96 },
          { resource: 'network', name: 'Network', quantity: 396_000, unit: 'MB', rate: 0.00001, cost: 3.96 },
        ],
      },
    ],
    times: Array.from({ length: 18 }, (_, day) => ({
      startsAt: new Date(Date.UTC(2025, 10, day + 1)).toISOString(),
      figures: costFigures(22 + day / 10),
      meanInstances: 14.8,
    })),
    isByHour: false,
    ...changes,
  };
}
