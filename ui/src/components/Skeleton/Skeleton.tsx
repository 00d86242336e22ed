/** Holds the place of a figure at its final size while it is read. */
export function Skeleton({ width, height = 12 }: { width: number | string; height?: number }) {
  return (
    <span
      aria-hidden="true"
      data-skeleton=""
      className="breathe inline-block max-w-full rounded-cap bg-sunken align-middle"
      style={{ width, height }}
    />
  );
}
