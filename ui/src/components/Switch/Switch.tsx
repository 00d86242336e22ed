import { Switch as Radix } from 'radix-ui';

import { useReserved } from '../Reserved/Reserved';
import { Tooltip } from '../Tooltip/Tooltip';

/** On or off, at once. While the engine answers it says so and takes no second press. */
export function Switch({
  label,
  checked,
  waiting = false,
  disabled = false,
  onChange,
}: {
  label: string;
  checked: boolean;
  waiting?: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}) {
  const reserved = useReserved();
  return (
    <Tooltip content={reserved}>
      <Radix.Root
        aria-label={label}
        aria-busy={waiting || undefined}
        checked={checked}
        aria-disabled={reserved !== null || undefined}
        disabled={disabled || waiting}
        onCheckedChange={reserved === null ? onChange : undefined}
        className="relative h-[18px] w-[30px] shrink-0 rounded-full border border-ctl bg-surface transition-colors duration-[80ms] before:absolute before:-inset-[5px] aria-disabled:opacity-60 data-[disabled]:opacity-60 data-[state=checked]:border-accent data-[state=checked]:bg-accent"
      >
        <Radix.Thumb
          className={`block size-3 translate-x-0.5 rounded-full bg-ctl transition-transform duration-[80ms] data-[state=checked]:translate-x-3.5 data-[state=checked]:bg-on-accent ${waiting ? 'breathe' : ''}`}
        />
      </Radix.Root>
    </Tooltip>
  );
}
