import { Slider as Radix } from 'radix-ui';
import type { KeyboardEvent } from 'react';

/** With Shift an arrow moves by so many steps. */
const STEPS_WITH_SHIFT = 5;

/**
 * One number on a track: dragged, or ←→ by a step, Shift by five, Home and End. The old value keeps a grey tick; a
 * bracket under the track is the recommended range.
 */
export function Slider({
  label,
  value,
  was = null,
  recommended = null,
  min,
  max,
  step,
  valueWords,
  describedBy,
  invalid = false,
  disabled = false,
  onChange,
  onSettle,
}: {
  /** The accessible name. */
  label: string;
  value: number;
  /** The value before the edit. */
  was?: number | null;
  recommended?: readonly [number, number] | null;
  min: number;
  max: number;
  step: number;
  /** The value in words, with its unit. */
  valueWords: string;
  describedBy?: string | undefined;
  invalid?: boolean;
  disabled?: boolean;
  onChange: (value: number) => void;
  /** The thumb was let go. */
  onSettle?: () => void;
}) {
  const onKeyDown = (event: KeyboardEvent) => {
    const side = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (side === undefined || !event.shiftKey) return;
    event.preventDefault();
    onChange(snap(value + side * STEPS_WITH_SHIFT * step, min, max, step));
    onSettle?.();
  };
  return (
    <Radix.Root
      value={[value]}
      min={min}
      max={max}
      step={step}
      disabled={disabled}
      onKeyDown={onKeyDown}
      onValueChange={([next]) => {
        if (next !== undefined) onChange(snap(next, min, max, step));
      }}
      onValueCommit={() => onSettle?.()}
      className="relative flex h-7 w-full touch-none items-center"
    >
      <Radix.Track className="relative h-1 w-full rounded-full bg-sunken">
        <Radix.Range
          className={`absolute h-full rounded-full ${invalid ? 'bg-crit' : 'bg-accent'}`}
        />
      </Radix.Track>
      {was !== null && was !== value && (
        <span
          data-part="was"
          aria-hidden="true"
          className="pointer-events-none absolute h-2.5 w-0.5 bg-ctl"
          style={{ left: placeOf(was, min, max) }}
        />
      )}
      {recommended && (
        <span
          data-part="recommended"
          aria-hidden="true"
          className="pointer-events-none absolute top-[21px] h-1 border border-t-0 border-bracket"
          style={{
            left: placeOf(recommended[0], min, max),
            right: `calc(100% - (${placeOf(recommended[1], min, max)}))`,
          }}
        />
      )}
      <Radix.Thumb
        aria-label={label}
        aria-valuetext={valueWords}
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        className={`block size-4 rounded-full border-2 bg-surface transition-colors duration-[80ms] hover:bg-selected data-[disabled]:border-ctl ${invalid ? 'border-crit' : 'border-accent'}`}
      />
    </Radix.Root>
  );
}

/** The thumb stays inside the track, so its middle runs from 8 px to 8 px before the end. */
function placeOf(value: number, min: number, max: number): string {
  const share = Math.min(1, Math.max(0, (value - min) / (max - min)));
  return `calc(${String(share * 100)}% + ${String(7 - share * 16)}px)`;
}

/** To the nearest step inside the range, without the dust of floats: 0.1 + 0.2 is 0.3 here. */
function snap(value: number, min: number, max: number, step: number): number {
  const digits = Math.max(0, Math.ceil(-Math.log10(step)));
  return Number(Math.min(max, Math.max(min, value)).toFixed(digits));
}
