import { ToggleGroup } from 'radix-ui';

import { useReserved } from '../Reserved/Reserved';
import { Tooltip } from '../Tooltip/Tooltip';

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
  const reserved = useReserved();
  return (
    <Tooltip content={reserved}>
      <ToggleGroup.Root
        type="single"
        aria-label={label}
        value={value ?? ''}
        onValueChange={(next) => {
          const chosen = options.find((option) => option.value === next);
          if (chosen && reserved === null) onChange(chosen.value);
        }}
        className="inline-flex h-7 shrink-0 overflow-hidden rounded-control border border-line-2 bg-surface"
      >
        {options.map((option) => (
          <ToggleGroup.Item
            key={option.value}
            value={option.value}
            aria-disabled={reserved !== null || undefined}
            className="relative border-l border-line px-2.5 text-data text-text-2 transition-colors duration-[80ms] first:border-l-0 hover:bg-hover hover:text-text focus-visible:-outline-offset-2 aria-disabled:text-text-3 aria-disabled:hover:bg-transparent data-[state=on]:bg-selected data-[state=on]:font-medium data-[state=on]:text-text"
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
    </Tooltip>
  );
}
