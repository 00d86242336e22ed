import { Tooltip as Radix } from 'radix-ui';
import { createContext, use, useState, type ReactNode } from 'react';

const DELAY_MS = 400;
const Provided = createContext(false);

/**
 * Says more about what is under the pointer or has the focus, after 400 ms. With nothing to say it is silent, and the child stays the
 * same element, so that a button that becomes pressable keeps the focus.
 */
export function Tooltip({
  content,
  side = 'bottom',
  children,
}: {
  /** Nothing: silent. */
  content: ReactNode;
  side?: 'top' | 'right' | 'bottom' | 'left';
  children: ReactNode;
}) {
  const provided = use(Provided);
  const [open, setOpen] = useState(false);
  const silent = content === null || content === undefined || content === '';
  const tooltip = (
    <Radix.Root open={open && !silent} onOpenChange={setOpen}>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="appear z-50 max-w-80 rounded-control border border-line bg-raised px-2.5 py-1.5 text-reason text-text shadow-float"
        >
          {content}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
  // A component that is used alone brings its own.
  return provided ? tooltip : <Radix.Provider delayDuration={DELAY_MS}>{tooltip}</Radix.Provider>;
}

/** Once around the app: the second tooltip of a row comes at once. */
export function TooltipProvider({ children }: { children: ReactNode }) {
  return (
    <Provided value={true}>
      <Radix.Provider delayDuration={DELAY_MS} skipDelayDuration={200}>
        {children}
      </Radix.Provider>
    </Provided>
  );
}
