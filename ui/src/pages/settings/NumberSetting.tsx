import { useState } from 'react';

import { BackendError, errorWords } from '../../backend/backend';
import type { UpdateSettings } from '../../backend/generated/UpdateSettings';
import { Button } from '../../components/Button/Button';
import { Field } from '../../components/Field/Field';
import { useSettings } from './useSettings';

/** A whole number that is kept once its button, which repeats it, is pressed. */
export function NumberSetting({
  label,
  unit,
  saved,
  input,
  said,
  was,
}: {
  label: string;
  unit: string;
  saved: number;
  /** The change that keeps it. */
  input: (value: number) => UpdateSettings;
  /** What the button says. */
  said: (value: number) => string;
  /** How the value that is kept reads. */
  was: (value: number) => string;
}) {
  const { update } = useSettings();
  const [text, setText] = useState(String(saved));
  const value = Number(text);
  const changed = text.trim() !== '' && value !== saved;
  return (
    <form
      className="flex items-start gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (changed) update.mutate(input(value));
      }}
    >
      <Field
        label={label}
        labelHidden
        inputMode="numeric"
        unit={unit}
        className="w-40"
        value={text}
        was={changed ? was(saved) : null}
        error={update.error ? faultOf(update.error) : null}
        onChange={(event) => {
          update.reset();
          setText(event.target.value.replace(/\D/g, ''));
        }}
      />
      {changed && (
        <Button type="submit" kind="primary" busy={update.isPending}>
          {said(value)}
        </Button>
      )}
    </form>
  );
}

function faultOf(error: unknown): string {
  return error instanceof BackendError && error.errors[0] ? error.errors[0].message : errorWords(error);
}
