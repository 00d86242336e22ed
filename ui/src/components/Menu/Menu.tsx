import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';

/** What a menu offers. */
export interface MenuItem {
  label: string;
  icon?: ReactNode;
  onSelect: () => void;
  /** It takes something away. */
  danger?: boolean;
  /** Chosen of several; gets a tick. */
  checked?: boolean;
  /** Why it cannot be chosen now. */
  disabledReason?: string | null;
}

/** A list of actions behind a button. */
export function Menu({
  trigger,
  label,
  items,
  align = 'end',
}: {
  /** One button. */
  trigger: ReactNode;
  label: string;
  items: readonly MenuItem[];
  align?: 'start' | 'end';
}) {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          aria-label={label}
          className="appear z-40 max-h-80 min-w-44 overflow-y-auto rounded-control border border-line bg-raised p-1 shadow-float"
        >
          {items.map((item) => (
            <DropdownMenu.Item
              key={item.label}
              disabled={Boolean(item.disabledReason)}
              onSelect={item.onSelect}
              className={`flex min-h-7 items-center gap-2 rounded-cap px-2 py-1 text-data outline-none data-[disabled]:text-text-3 data-[highlighted]:bg-hover ${item.danger ? 'text-crit' : 'text-text'}`}
            >
              {item.icon && <span className="text-text-3">{item.icon}</span>}
              <span className="flex flex-col">
                {item.label}
                {item.disabledReason && (
                  <span className="text-caption text-text-3">{item.disabledReason}</span>
                )}
              </span>
              {item.checked && <span className="ml-auto pl-3 text-accent">✓</span>}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
