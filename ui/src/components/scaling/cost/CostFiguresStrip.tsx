import type { CostFigures } from '../../../backend/generated/CostFigures';
import { money, unitMoney } from '../../../format/money';
import { share, shortNumber } from '../../../format/number';
import { Kpi } from '../../Kpi/Kpi';

/** The figures of a range side by side. The total opens to how it comes about. */
export function CostFiguresStrip({
  figures,
  note,
  size = 'kpi',
  onOpen,
}: {
  /** Nothing: they are being read. */
  figures: CostFigures | undefined;
  /** Under the total. */
  note?: string | null;
  size?: 'kpi' | 'fact';
  onOpen: () => void;
}) {
  const loading = figures === undefined;
  return (
    <div className="flex flex-wrap gap-y-2 *:min-w-32 *:flex-1 *:border-line *:px-5 *:not-first:border-l *:first:pl-0">
      <button
        type="button"
        aria-label="How the total comes about"
        disabled={loading}
        onClick={onOpen}
        className="min-w-0 cursor-pointer rounded-cap text-left decoration-line-2 underline-offset-4 hover:[&_.figure]:underline"
      >
        <Kpi size={size} label="Total" loading={loading} value={money(figures?.total ?? 0)} note={note ?? undefined} />
      </button>
      <Kpi
        size={size}
        label="Used"
        loading={loading}
        value={money(figures?.used ?? 0)}
        note={(figures?.efficiency ?? null) === null ? 'use was not measured' : `${share(figures?.efficiency ?? 0)} of cores and memory`}
      />
      <Kpi size={size} label="Paid and not used" loading={loading} value={money(figures?.unused ?? 0)} note="cores and memory" />
      <Kpi
        size={size}
        label="Per 1,000 requests"
        loading={loading}
        value={typeof figures?.costPerThousandRequests === 'number' ? unitMoney(figures.costPerThousandRequests) : null}
        note={figures && figures.requests > 0 ? `${shortNumber(figures.requests, 0)} requests` : 'requests are not known'}
      />
      <Kpi
        size={size}
        label="Observed"
        loading={loading}
        value={share(figures?.observedShare ?? 1)}
        note={figures && figures.estimated > 0 ? `${money(figures.estimated)} estimated` : 'nothing is estimated'}
      />
    </div>
  );
}
