import { useRef, type KeyboardEvent, type PointerEvent } from 'react';

import { position, scoreAt } from '../../../components/HeadroomBand/band';
import { bandWords } from '../../../components/HeadroomBand/words';
import { score as scoreText } from '../../../format/number';

/** The two thresholds of a band. */
export interface Thresholds {
  down: number;
  up: number;
}

/** The brackets never meet. */
const LEAST_GAP = 0.01;
const STEP = 0.01;
const STEP_WITH_SHIFT = 0.05;
/** Brackets nearer than this share of the width have their words turned outward. */
const NEAR = 0.34;

/**
 * The band with its brackets as handles. Those of the policy in force stand at 20 % and 80 % of the width, as in every band; a bracket
 * that was moved stays where it was put, and a tick marks where it was.
 */
export function BandEditor({
  value,
  was,
  scale,
  score,
  onChange,
  onSettle,
}: {
  value: Thresholds;
  /** The policy in force; nothing while there is none. */
  was: Thresholds | null;
  /** The thresholds that stand at 20 % and 80 %. */
  scale: Thresholds;
  /** The score that the newest readings have under the draft. */
  score: number | null;
  onChange: (value: Thresholds) => void;
  onSettle: () => void;
}) {
  const track = useRef<HTMLDivElement>(null);
  const at = (level: number) => position(level, scale.down, scale.up);
  const down = at(value.down);
  const up = at(value.up);
  const marker = score === null ? null : at(score);
  const move = (side: keyof Thresholds, level: number) => {
    const [least, most] = rangeOf(side, value);
    const next = Math.round(Math.min(most, Math.max(least, level)) * 100) / 100;
    if (next !== value[side]) onChange({ ...value, [side]: next });
  };
  const levelAt = (clientX: number) => {
    const box = track.current?.getBoundingClientRect();
    return box && box.width > 0
      ? scoreAt((clientX - box.left) / box.width, scale.down, scale.up)
      : null;
  };
  const near = up - down < NEAR;
  return (
    <div
      ref={track}
      role="group"
      aria-label={bandWords(score, value.down, value.up, score === null ? 'no_readings' : 'hold', null)}
      className="relative h-22 touch-none select-none"
    >
      <span
        className="absolute top-0 -translate-x-1/2 text-reason whitespace-nowrap text-text-2"
        style={{ left: held(marker ?? (down + up) / 2, 36) }}
      >
        {score === null ? 'no readings yet' : `${scoreText(score)} now`}
      </span>
      <span className="absolute inset-x-0 top-8 h-px bg-line-2" />
      <Bar from={down} to={up} tone="bg-band" />
      {marker !== null && marker < up && <Bar from={Math.max(down, marker)} to={up} tone="bg-room" />}
      {was && was.down !== value.down && <Tick at={at(was.down)} />}
      {was && was.up !== value.up && <Tick at={at(was.up)} />}
      {marker !== null && (
        <span
          data-part="marker"
          className="absolute top-[19px] h-[26px] w-[5px] -translate-x-1/2 rounded-[1.5px] bg-accent transition-[left] duration-[240ms] ease-out"
          style={{ left: percent(marker) }}
        />
      )}
      <Handle
        side="down"
        place={down}
        value={value}
        label="Lower bracket, sheds instances"
        onLevel={(level) => { move('down', level); }}
        levelAt={levelAt}
        onSettle={onSettle}
      />
      <Handle
        side="up"
        place={up}
        value={value}
        label="Upper bracket, adds instances"
        onLevel={(level) => { move('up', level); }}
        levelAt={levelAt}
        onSettle={onSettle}
      />
      <Words side="down" place={down} near={near} value={value.down} was={was?.down ?? null} />
      <Words side="up" place={up} near={near} value={value.up} was={was?.up ?? null} />
    </div>
  );
}

function Handle({
  side,
  place,
  value,
  label,
  onLevel,
  levelAt,
  onSettle,
}: {
  side: keyof Thresholds;
  place: number;
  value: Thresholds;
  label: string;
  onLevel: (level: number) => void;
  levelAt: (clientX: number) => number | null;
  onSettle: () => void;
}) {
  const dragging = useRef(false);
  const [least, most] = rangeOf(side, value);
  const onKeyDown = (event: KeyboardEvent) => {
    const next = keyed(event, value[side], least, most);
    if (next === null) return;
    event.preventDefault();
    onLevel(next);
    onSettle();
  };
  const release = () => {
    if (!dragging.current) return;
    dragging.current = false;
    onSettle();
  };
  return (
    <span
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={least}
      aria-valuemax={most}
      aria-valuenow={value[side]}
      aria-valuetext={scoreText(value[side])}
      onKeyDown={onKeyDown}
      onPointerDown={(event: PointerEvent<HTMLSpanElement>) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        event.currentTarget.focus({ preventScroll: true });
        dragging.current = true;
      }}
      onPointerMove={(event) => {
        const level = dragging.current ? levelAt(event.clientX) : null;
        if (level !== null) onLevel(level);
      }}
      onPointerUp={release}
      onPointerCancel={release}
      className="group absolute top-[17px] flex size-[30px] -translate-x-1/2 cursor-ew-resize items-center justify-center rounded-cap"
      style={{ left: percent(place) }}
    >
      <span
        aria-hidden="true"
        className={`absolute h-8 w-[7px] border-y-2 border-accent ${side === 'down' ? 'left-[14px] border-l-2' : 'right-[14px] border-r-2'}`}
      />
      <span
        aria-hidden="true"
        className="relative size-4 rounded-full border-2 border-accent bg-surface transition-colors duration-[80ms] group-hover:bg-selected"
      />
    </span>
  );
}

function keyed(event: KeyboardEvent, value: number, least: number, most: number): number | null {
  const step = event.shiftKey ? STEP_WITH_SHIFT : STEP;
  switch (event.key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return value + step;
    case 'ArrowLeft':
    case 'ArrowDown':
      return value - step;
    case 'Home':
      return least;
    case 'End':
      return most;
    default:
      return null;
  }
}

function rangeOf(side: keyof Thresholds, { down, up }: Thresholds): [least: number, most: number] {
  return side === 'down' ? [0, up - LEAST_GAP] : [down + LEAST_GAP, 1];
}

function Bar({ from, to, tone }: { from: number; to: number; tone: string }) {
  return (
    <span
      className={`absolute top-6 h-4 ${tone}`}
      style={{ left: percent(from), width: percent(Math.max(0, to - from)) }}
    />
  );
}

function Tick({ at }: { at: number }) {
  return (
    <span
      data-part="was"
      className="absolute top-[26px] h-3 w-0.5 -translate-x-1/2 bg-bracket"
      style={{ left: percent(at) }}
    />
  );
}

function Words({
  side,
  place,
  near,
  value,
  was,
}: {
  side: keyof Thresholds;
  place: number;
  near: boolean;
  value: number;
  was: number | null;
}) {
  const figure = <strong className="text-body font-semibold text-text">{scoreText(value)}</strong>;
  const turned = side === 'down' ? 'items-end -translate-x-full pr-1' : 'items-start pl-1';
  return (
    <span
      aria-hidden="true"
      className={`absolute top-[52px] flex flex-col text-reason whitespace-nowrap text-text-2 ${near ? turned : '-translate-x-1/2 items-center'}`}
      style={{ left: near ? percent(place) : held(place, 44) }}
    >
      <span>
        {side === 'down' ? <>sheds {figure}</> : <>{figure} adds</>}
      </span>
      {was !== null && was !== value && (
        <span className="text-caption text-text-3">was {scoreText(was)}</span>
      )}
    </span>
  );
}

function percent(share: number): string {
  return `${String(Math.round(share * 1000) / 10)}%`;
}

/** A place on the track from whose middle words of twice `half` pixels stay inside it. */
function held(share: number, half: number): string {
  return `clamp(${String(half)}px, ${percent(share)}, calc(100% - ${String(half)}px))`;
}
