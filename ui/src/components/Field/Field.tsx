import { useId, type ComponentProps, type ReactNode } from 'react';

import { useReserved } from '../Reserved/Reserved';

/** An input with its label, what it was before the edit, advice, and the fault that was found in it. */
export function Field({
  label,
  labelHidden = false,
  unit,
  was,
  advice,
  error,
  invalid = false,
  icon,
  className = '',
  ...input
}: ComponentProps<'input'> & {
  label: string;
  /** Where the label is in sight elsewhere. */
  labelHidden?: boolean;
  unit?: string;
  /** The value before the edit, worded. */
  was?: string | null;
  advice?: string | null;
  error?: string | null | undefined;
  /** A fault was found in it whose sentence stands elsewhere (`aria-describedby`). */
  invalid?: boolean;
  icon?: ReactNode;
}) {
  const id = useId();
  const reserved = useReserved();
  const faulty = Boolean(error) || invalid;
  const notes = error ?? advice ?? (was ? `was ${was}` : null);
  return (
    <div className={`flex min-w-0 flex-col gap-1 ${className}`}>
      <label htmlFor={id} className={labelHidden ? 'sr-only' : 'text-reason text-text-2'}>
        {label}
      </label>
      <span className="relative flex items-center">
        {icon && <span className="pointer-events-none absolute left-2.5 text-text-3">{icon}</span>}
        <input
          {...input}
          {...(reserved === null ? {} : { readOnly: true, title: reserved })}
          id={id}
          aria-invalid={faulty || undefined}
          aria-describedby={notes ? `${id}-notes` : input['aria-describedby']}
          className={`h-7 w-full min-w-0 rounded-control border bg-surface px-2.5 text-data text-text transition-colors duration-[80ms] placeholder:text-text-3 focus-visible:border-accent focus-visible:outline-1 focus-visible:outline-offset-0 read-only:bg-canvas disabled:text-text-3 ${faulty ? 'border-crit' : 'border-ctl'} ${icon ? 'pl-8' : ''} ${unit ? 'pr-10' : ''}`}
        />
        {unit && (
          <span className="pointer-events-none absolute right-2.5 text-reason text-text-3">
            {unit}
          </span>
        )}
      </span>
      {notes && (
        <span
          id={`${id}-notes`}
          role={error ? 'alert' : undefined}
          className={`text-caption ${error ? 'text-crit' : advice ? 'text-warn' : 'text-text-3'}`}
        >
          {notes}
        </span>
      )}
    </div>
  );
}
