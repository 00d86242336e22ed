import type { ReactNode } from 'react';

import { Skeleton } from '../Skeleton/Skeleton';

/** One figure of a strip: what it is, the figure, what to know about it. */
export function Kpi({
  label,
  value,
  unit,
  note,
  loading = false,
  staleSince,
  size = 'kpi',
}: {
  label: string;
  /** Nothing: no reading. */
  value: string | null;
  /** Beside the figure, smaller. */
  unit?: string;
  note?: ReactNode;
  loading?: boolean;
  /** How old the figure is, worded, when it is older than it should be. */
  staleSince?: string | null;
  /** `kpi` on a page's strip, `fact` in a panel. */
  size?: 'kpi' | 'fact';
}) {
  const figure = size === 'kpi' ? 'text-kpi max-wide:text-panel' : 'text-fact';
  return (
    <div className="min-w-0" data-kpi={label}>
      <div className="truncate text-reason text-text-2">{label}</div>
      <div className={`truncate ${figure} ${staleSince ? 'text-text-3' : ''}`}>
        {loading ? (
          <Skeleton width={88} height={size === 'kpi' ? 22 : 16} />
        ) : value === null ? (
          <span className="text-data text-text-3">no reading</span>
        ) : (
          <>
            <span className="figure" data-copy="">
              {value}
            </span>
            {unit && <span className="text-body font-normal text-text-2">{unit}</span>}
          </>
        )}
      </div>
      <div className="truncate text-reason text-text-2">
        {loading ? <Skeleton width={64} height={10} /> : (staleSince ?? note ?? '\u00a0')}
      </div>
    </div>
  );
}
