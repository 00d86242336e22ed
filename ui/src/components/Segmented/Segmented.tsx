import { ToggleGroup } from 'radix-ui';

/** One choice of a few, all in sight. */
export function Segmented<T extends string>({
  label,
  options,
  value,
  was,
  onChange,
}: {
  /** The accessible name. */
  label: string;
  options: readonly { value: T; label: string }[];
  value: T | null;
  /** The value before the edit: it keeps a grey tick. */
  was?: T | null;
  onChange: (value: T) => void;
}) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value ?? ''}
      onValueChange={(next) => {
        const chosen = options.find((option) => option.value === next);
        if (chosen) onChange(chosen.value);
      }}
      className="inline-flex h-7 shrink-0 overflow-hidden rounded-control border border-line-2 bg-surface has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          className="relative border-l border-line px-2.5 text-data text-text-2 transition-colors duration-[80ms] first:border-l-0 hover:bg-hover hover:text-text focus-visible:outline-none data-[state=on]:bg-selected data-[state=on]:font-medium data-[state=on]:text-text"
        >
          {option.label}
          {was === option.value && was !== value && (
            <span
              aria-label="before the change"
              className="absolute inset-x-2.5 bottom-0.5 h-0.5 bg-ctl"
            />
          )}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
