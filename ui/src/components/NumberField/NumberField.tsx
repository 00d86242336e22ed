import { useState } from 'react';

import { Field } from '../Field/Field';

/** A number that is typed. What is typed stays as it is until the field is left; while it is no number, the value is nothing. */
export function NumberField({
  label,
  labelHidden = true,
  value,
  digits = 0,
  unit,
  was,
  error,
  invalid = false,
  describedBy,
  className,
  onChange,
  onSettle,
}: {
  label: string;
  labelHidden?: boolean;
  value: number | null;
  /** Digits after the point, where at least so many are shown. */
  digits?: number;
  unit?: string;
  /** The value before the edit, worded. */
  was?: string | null;
  error?: string | null;
  /** A fault was found in it whose sentence stands elsewhere. */
  invalid?: boolean;
  describedBy?: string | undefined;
  className?: string;
  onChange: (value: number | null) => void;
  /** The field was left. */
  onSettle?: () => void;
}) {
  const [typed, setTyped] = useState<string | null>(null);
  // A value that came from elsewhere (an undone step) replaces what was typed.
  const text = typed !== null && parse(typed) === value ? typed : written(value, digits);
  return (
    <Field
      label={label}
      labelHidden={labelHidden}
      inputMode="decimal"
      autoComplete="off"
      value={text}
      {...(unit === undefined ? {} : { unit })}
      {...(className === undefined ? {} : { className })}
      was={was ?? null}
      error={error ?? null}
      invalid={invalid}
      aria-describedby={describedBy}
      onChange={(event) => {
        setTyped(event.target.value);
        onChange(parse(event.target.value));
      }}
      onBlur={() => {
        if (value !== null) setTyped(null);
        onSettle?.();
      }}
    />
  );
}

/** A point or a comma; nothing where it is no number. */
function parse(text: string): number | null {
  const plain = text.trim().replace(',', '.').replace('\u2212', '-');
  if (!/^-?(\d+\.?\d*|\.\d+)$/.test(plain)) return null;
  return Number(plain);
}

function written(value: number | null, digits: number): string {
  if (value === null) return '';
  const fixed = value.toFixed(digits);
  return Number(fixed) === value ? fixed : String(value);
}
