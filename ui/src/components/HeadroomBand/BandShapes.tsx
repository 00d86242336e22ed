import type { Band, BandState } from './band';

/** Pixels of one size of the band. */
export interface BandMeasures {
  width: number;
  height: number;
  /** The bar between the brackets. */
  bar: number;
  bracket: number;
  /** The short strokes of a bracket. */
  arm: number;
  marker: number;
  /** The marker's width. */
  thick: number;
}

const MARKER_TONES: Record<BandState, string> = {
  hold: 'text-accent',
  up: 'text-accent',
  down: 'text-accent',
  held_back: 'text-warn',
  out_of_room: 'text-crit',
  paused: 'text-bracket',
  no_readings: 'text-bracket',
};

/** The strokes of a band in any size: line, bar, room, brackets, hollow marker, marker. */
export function BandShapes({
  drawn,
  state,
  measures,
  middle,
}: {
  drawn: Band;
  state: BandState;
  measures: BandMeasures;
  middle: number;
}) {
  const { width, bar } = measures;
  const x = (share: number) => Math.round(share * width * 2) / 2;
  return (
    <g fill="none">
      <path d={`M0 ${String(middle)}H${String(width)}`} stroke="var(--line-2)" />
      <rect
        x={x(drawn.down)}
        y={middle - bar / 2}
        width={x(drawn.up) - x(drawn.down)}
        height={bar}
        fill="var(--band)"
      />
      {drawn.room && (
        <rect
          data-part="room"
          x={x(drawn.room.from)}
          y={middle - bar / 2}
          width={x(drawn.room.to) - x(drawn.room.from)}
          height={bar}
          fill="var(--room)"
        />
      )}
      <path
        d={brackets(x(drawn.down), x(drawn.up), middle, measures)}
        stroke="var(--bracket)"
        strokeWidth={measures.height > 40 ? 2 : 1.5}
        strokeDasharray={state === 'no_readings' ? '2 1.5' : undefined}
      />
      <g className={MARKER_TONES[state]}>
        {drawn.excess && (
          <path
            d={`M${String(x(drawn.excess.from))} ${String(middle)}H${String(x(drawn.excess.to))}`}
            stroke="currentColor"
            strokeWidth="2.5"
          />
        )}
        {drawn.ghost !== null && (
          <At x={x(drawn.ghost)}>
            <rect
              data-part="ghost"
              x={-measures.thick / 2 - 0.75}
              y={middle - measures.marker / 2 + 0.5}
              width={measures.thick + 1.5}
              height={measures.marker - 1}
              rx={1.5}
              fill="var(--surface)"
              stroke="currentColor"
              strokeWidth="1.25"
            />
          </At>
        )}
        {drawn.marker !== null && (
          <At x={x(drawn.marker)}>
            <Marker state={state} measures={measures} middle={middle} />
          </At>
        )}
      </g>
    </g>
  );
}

/** A new reading moves it; 240 ms. */
function At({ x, children }: { x: number; children: React.ReactNode }) {
  return (
    <g
      style={{ transform: `translateX(${String(x)}px)` }}
      className="transition-transform duration-[240ms] ease-out"
    >
      {children}
    </g>
  );
}

function Marker({
  state,
  measures,
  middle,
}: {
  state: BandState;
  measures: BandMeasures;
  middle: number;
}) {
  const { marker, thick } = measures;
  const half = marker / 2;
  if (state === 'up' || state === 'down') {
    const reach = half * 0.8;
    const side = state === 'up' ? 1 : -1;
    const tip = side * (reach + 1);
    return (
      <path
        data-part={state}
        d={`M${String(side)} ${String(middle - half)}L${String(tip)} ${String(middle)}L${String(side)} ${String(middle + half)}`}
        stroke="currentColor"
        strokeWidth={thick * 0.75}
      />
    );
  }
  if (state === 'paused') {
    const gap = thick * 0.9;
    return (
      <path
        data-part="paused"
        d={`M${String(-gap)} ${String(middle - half + 1)}v${String(marker - 2)}M${String(gap)} ${String(middle - half + 1)}v${String(marker - 2)}`}
        stroke="currentColor"
        strokeWidth={thick * 0.7}
      />
    );
  }
  return (
    <rect
      data-part="marker"
      x={-thick / 2}
      y={middle - half}
      width={thick}
      height={marker}
      rx={Math.min(1.5, thick / 2)}
      fill="currentColor"
    />
  );
}

function brackets(down: number, up: number, middle: number, { bracket, arm }: BandMeasures): string {
  const top = String(middle - bracket / 2);
  const bottom = String(middle + bracket / 2);
  const one = (at: number, toward: number) =>
    `M${String(at + toward)} ${top}H${String(at)}V${bottom}H${String(at + toward)}`;
  return one(down, arm) + one(up, -arm);
}
