import { Minus, Plus } from 'lucide-react';
import { useId, useRef, useState } from 'react';

import { number } from '../../format/number';
import { useReserved } from '../Reserved/Reserved';

/** A whole number by buttons, arrows or typing. What is typed outside the bounds is kept and said, not silently changed. */
export function Stepper({
  label,
  value,
  min,
  max,
  was,
  error,
  large = false,
  onChange,
}: {
  label: string;
  value: number;
  min: number;
  max: number;
  /** The value before the edit. */
  was?: number | null;
  error?: string | null;
  /** As the main figure of a panel. */
  large?: boolean;
  onChange: (value: number) => void;
}) {
  const id = useId();
  const reserved = useReserved();
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const step = (by: number) => {
    setTyped(null);
    onChange(Math.min(max, Math.max(min, value + by)));
  };
  const note = error ?? (was !== undefined && was !== null && was !== value ? `was ${number(was)}` : null);
  return (
    <div className="inline-flex flex-col gap-1">
      <div
        className={`inline-flex items-center self-start ${large ? 'gap-2' : 'rounded-control border border-ctl has-focus-visible:border-accent'}`}
      >
        <StepButton label={`${label}: one fewer`} large={large} disabled={reserved !== null || value <= min} onPress={() => { step(-1); }}>
          <Minus size={14} />
        </StepButton>
        <input
          ref={input}
          id={id}
          role="spinbutton"
          aria-label={label}
          aria-valuenow={value}
          aria-valuemin={min}
          aria-valuemax={max}
          aria-invalid={error ? true : undefined}
          aria-describedby={note ? `${id}-note` : undefined}
          inputMode="numeric"
          readOnly={reserved !== null}
          title={reserved ?? undefined}
          value={typed ?? String(value)}
          onFocus={(event) => { event.currentTarget.select(); }}
          onBlur={() => { setTyped(null); }}
          onChange={(event) => {
            const digits = event.target.value.replace(/\D/g, '').slice(0, 5);
            setTyped(digits);
            if (digits !== '') onChange(Number(digits));
          }}
          onKeyDown={(event) => {
            const by = STEPS[event.key];
            if (by === undefined || reserved !== null) return;
            event.preventDefault();
            step(by);
          }}
          className={
            large
              ? `h-7 w-14 rounded-control border bg-surface text-center text-body font-semibold ${error ? 'border-crit' : 'border-ctl focus-visible:border-accent'}`
              : 'h-[26px] w-10 bg-transparent text-center text-data font-medium focus-visible:outline-none'
          }
        />
        <StepButton label={`${label}: one more`} large={large} disabled={reserved !== null || value >= max} onPress={() => { step(1); }}>
          <Plus size={14} />
        </StepButton>
      </div>
      {note && (
        <span id={`${id}-note`} className={`text-caption ${error ? 'text-crit' : 'text-text-3'}`}>
          {note}
        </span>
      )}
    </div>
  );
}

const STEPS: Record<string, number | undefined> = {
  ArrowUp: 1,
  ArrowDown: -1,
  PageUp: 10,
  PageDown: -10,
};

function StepButton({
  label,
  large,
  disabled,
  onPress,
  children,
}: {
  label: string;
  large: boolean;
  disabled: boolean;
  onPress: () => void;
  children: React.ReactNode;
}) {
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={label}
      disabled={disabled}
      onClick={onPress}
      className={`flex size-7 items-center justify-center text-text-2 transition-colors duration-[80ms] enabled:hover:bg-hover enabled:hover:text-text disabled:text-ctl ${large ? 'rounded-control border border-line-2' : 'h-[26px] rounded-control'}`}
    >
      {children}
    </button>
  );
}
