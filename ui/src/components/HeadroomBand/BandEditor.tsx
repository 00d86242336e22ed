import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';

import { score as scoreText } from '../../format/number';
import { useSize } from '../measure/useSize';
import { band, position, scoreAt, type BandState } from './band';
import { BandShapes } from './BandShapes';

const HEIGHT = 84;
const MIDDLE = 34;
const STEP = 0.01;
const LARGE_STEP = 0.05;
/** The brackets never touch. */
const CLOSEST = 0.01;

/** The two thresholds of a policy. */
export interface Thresholds {
  down: number;
  up: number;
}

/**
 * The band whose brackets are handles. Brackets stand at 20 % and 80 %; while one is dragged the scale stands still and the bracket
 * moves, then the band settles again. Arrows move by 0.01, with Shift by 0.05.
 */
export function BandEditor({
  value,
  was,
  score,
  state = 'hold',
  onChange,
}: {
  value: Thresholds;
  /** Before the edit. */
  was?: Thresholds | null;
  /** Where the score stands now, if known. */
  score: number | null;
  state?: BandState;
  onChange: (value: Thresholds) => void;
}) {
  const [measure, { width }] = useSize({ width: 380, height: HEIGHT });
  const [scale, setScale] = useState<Thresholds | null>(null);
  const box = useRef<SVGSVGElement>(null);
  const by = scale ?? value;
  const at = (score: number) => position(score, by.down, by.up);
  const drawn = { ...band(score, value.down, value.up, state, null), down: at(value.down), up: at(value.up) };
  if (scale && score !== null && drawn.marker !== null) {
    drawn.marker = at(score);
    drawn.excess = null;
    drawn.room = score < value.up ? { from: Math.max(drawn.marker, drawn.down), to: drawn.up } : null;
  }
  const move = (end: keyof Thresholds, to: number) => {
    const next = Math.round(to * 100) / 100;
    onChange(
      end === 'down'
        ? { ...value, down: Math.min(value.up - CLOSEST, Math.max(0, next)) }
        : { ...value, up: Math.max(value.down + CLOSEST, Math.min(1, next)) },
    );
  };
  const drag = (end: keyof Thresholds, event: PointerEvent) => {
    if (!scale || !box.current) return;
    const bounds = box.current.getBoundingClientRect();
    move(end, scoreAt((event.clientX - bounds.left) / bounds.width, scale.down, scale.up));
  };
  return (
    <div ref={measure} className="w-full">
      <svg ref={box} width="100%" height={HEIGHT} className="block overflow-visible text-reason">
        <BandShapes
          drawn={drawn}
          state={score === null ? 'hold' : state}
          middle={MIDDLE}
          measures={{ width, height: HEIGHT, bar: 16, bracket: 32, arm: 5, marker: 26, thick: 5 }}
        />
        {drawn.marker !== null && score !== null && (
          <text x={drawn.marker * width} y={11} textAnchor="middle" fill="var(--text-2)">
            {scoreText(score)} now
          </text>
        )}
        {(['down', 'up'] as const).map((end) => (
          <Handle
            key={end}
            end={end}
            x={drawn[end] * width}
            value={value[end]}
            was={was?.[end] ?? null}
            onGrab={(event) => {
              event.currentTarget.setPointerCapture(event.pointerId);
              setScale(value);
            }}
            onDrag={(event) => { drag(end, event); }}
            onDrop={() => { setScale(null); }}
            onStep={(step) => { move(end, value[end] + step); }}
            onEnd={(to) => { move(end, to); }}
          />
        ))}
      </svg>
    </div>
  );
}

function Handle({
  end,
  x,
  value,
  was,
  onGrab,
  onDrag,
  onDrop,
  onStep,
  onEnd,
}: {
  end: keyof Thresholds;
  x: number;
  value: number;
  was: number | null;
  onGrab: (event: PointerEvent<SVGGElement>) => void;
  onDrag: (event: PointerEvent) => void;
  onDrop: () => void;
  onStep: (step: number) => void;
  onEnd: (to: number) => void;
}) {
  const changed = was !== null && Math.abs(was - value) > STEP / 2;
  const onKeyDown = (event: KeyboardEvent) => {
    const size = event.shiftKey ? LARGE_STEP : STEP;
    if (event.key === 'ArrowRight' || event.key === 'ArrowUp') onStep(size);
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowDown') onStep(-size);
    else if (event.key === 'Home') onEnd(0);
    else if (event.key === 'End') onEnd(1);
    else return;
    event.preventDefault();
  };
  return (
    <g
      role="slider"
      tabIndex={0}
      aria-label={end === 'down' ? 'Scale down threshold' : 'Scale up threshold'}
      aria-valuemin={0}
      aria-valuemax={1}
      aria-valuenow={value}
      aria-valuetext={`${scoreText(value)}${changed ? `, was ${scoreText(was)}` : ''}`}
      onPointerDown={onGrab}
      onPointerMove={onDrag}
      onPointerUp={onDrop}
      onPointerCancel={onDrop}
      onKeyDown={onKeyDown}
      style={{ touchAction: 'none' }}
      className="cursor-ew-resize [&:focus-visible>circle]:stroke-[3.5]"
    >
      <rect x={x - 14} y={MIDDLE - 20} width={28} height={40} fill="transparent" />
      <circle cx={x} cy={MIDDLE} r={7} fill="var(--surface)" stroke="var(--accent)" strokeWidth={2} />
      <text x={x} y={MIDDLE + 33} textAnchor="middle" fontWeight={600} fill="var(--text)">
        {scoreText(value)}
      </text>
      <text x={x} y={MIDDLE + 47} textAnchor="middle" className="text-caption" fill="var(--text-3)">
        {changed ? `was ${scoreText(was)}` : end === 'down' ? 'sheds' : 'adds'}
      </text>
    </g>
  );
}
