import { Switch as Radix } from 'radix-ui';

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
  return (
    <Radix.Root
      aria-label={label}
      aria-busy={waiting || undefined}
      checked={checked}
      disabled={disabled || waiting}
      onCheckedChange={onChange}
      className="relative h-[18px] w-[30px] shrink-0 rounded-full border border-ctl bg-surface transition-colors duration-[80ms] before:absolute before:-inset-[5px] data-[disabled]:opacity-60 data-[state=checked]:border-accent data-[state=checked]:bg-accent"
    >
      <Radix.Thumb
        className={`block size-3 translate-x-0.5 rounded-full bg-ctl transition-transform duration-[80ms] data-[state=checked]:translate-x-3.5 data-[state=checked]:bg-on-accent ${waiting ? 'breathe' : ''}`}
      />
    </Radix.Root>
  );
}
