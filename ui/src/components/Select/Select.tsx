import { useId } from 'react';

import { useReserved } from '../Reserved/Reserved';

/** One choice of many, by the system's own list. */
export function Select({
  label,
  labelHidden = false,
  value,
  options,
  onChange,
}: {
  label: string;
  /** Where the label is in sight elsewhere. */
  labelHidden?: boolean;
  value: string;
  options: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
}) {
  const id = useId();
  const reserved = useReserved();
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className={labelHidden ? 'sr-only' : 'text-reason text-text-2'}>{label}</label>
      <select
        id={id}
        value={value}
        disabled={reserved !== null}
        title={reserved ?? undefined}
        onChange={(event) => { onChange(event.target.value); }}
        className="h-7 max-w-60 min-w-36 rounded-control border border-ctl bg-surface px-2 text-data text-text focus-visible:border-accent disabled:text-text-3"
      >
        {!options.some((option) => option.value === value) && <option value={value}>{value || 'Choose one'}</option>}
        {options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
      </select>
    </div>
  );
}
