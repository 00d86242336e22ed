/** The scale runs past the limit, so that a bar over it is seen. */
const SCALE = 1.25;

/** What of a budget is spent. The tick is the share of the month gone: a bar past it is ahead of plan. */
export function BudgetBar({
  spent,
  projected,
  monthGone,
  words,
  width = 56,
}: {
  /** Of the limit. */
  spent: number;
  /** Of the limit, at the month's end. */
  projected?: number | null;
  /** Of the month. */
  monthGone: number;
  /** The accessible name: "68 % of $780 spent, 58 % of the month gone". */
  words: string;
  width?: number;
}) {
  const long = projected !== undefined && projected !== null;
  const scale = long || spent > 1 ? SCALE : 1;
  const x = (share: number) => Math.min(1, share / scale) * width;
  return (
    <svg width={width} height="8" role="img" aria-label={words} className="block">
      <rect y="2" width={width} height="4" fill="var(--sunken)" />
      {long && <rect data-part="projected" y="2" width={x(projected)} height="4" fill="var(--room)" />}
      <rect
        data-part="spent"
        y="2"
        width={x(spent)}
        height="4"
        fill={spent > 1 || (long && projected > 1) ? 'var(--warn-fill)' : 'var(--c5)'}
      />
      {scale > 1 && (
        <rect data-part="limit" x={x(1) - 0.75} width="1.5" height="8" fill="var(--bracket)" />
      )}
      <rect data-part="month" x={x(monthGone) - 0.75} width="1.5" height="8" fill="var(--text)" />
    </svg>
  );
}
