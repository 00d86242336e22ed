import { Popover as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

/** A small panel behind a button. */
export function Popover({
  trigger,
  label,
  side = 'bottom',
  align = 'end',
  onOpenChange,
  children,
}: {
  /** One button. */
  trigger: ReactNode;
  label: string;
  side?: 'top' | 'right' | 'bottom' | 'left';
  align?: 'start' | 'center' | 'end';
  onOpenChange?: (open: boolean) => void;
  children: ReactNode;
}) {
  return (
    <Radix.Root {...(onOpenChange ? { onOpenChange } : {})}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          aria-label={label}
          className="appear z-40 w-80 rounded-float border border-line bg-raised p-4 text-data shadow-float"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Closes the popover around it when its child is pressed. */
export const PopoverClose = Radix.Close;
