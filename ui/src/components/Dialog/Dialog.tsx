import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

import { Button } from '../Button/Button';

/** A question that must be answered before going on, or a panel that covers the page. Esc leaves. */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  actions,
  children,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: string;
  actions?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="appear fixed inset-0 z-40 bg-[#000]/30" />
        <Radix.Content
          {...(description ? {} : { 'aria-describedby': undefined })}
          onOpenAutoFocus={focusFirstField}
          className="appear-panel fixed top-[18vh] left-1/2 z-50 flex max-h-[72vh] w-[min(30rem,calc(100vw-2rem))] -translate-x-1/2 flex-col gap-3 rounded-float border border-line bg-raised p-5 text-body shadow-float"
        >
          <div className="flex items-start justify-between gap-4">
            <Radix.Title className="text-lead">{title}</Radix.Title>
            <Radix.Close asChild>
              <Button kind="quiet" aria-label="Close" icon={<X size={14} />} className="-mt-1 -mr-2" />
            </Radix.Close>
          </div>
          {description && (
            <Radix.Description className="text-text-2">{description}</Radix.Description>
          )}
          <div className="min-h-0 overflow-y-auto">{children}</div>
          {actions && <div className="flex justify-end gap-2 pt-1">{actions}</div>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** One begins to type at once; without a field the first button has the focus. */
function focusFirstField(event: Event): void {
  const { currentTarget } = event;
  const field = currentTarget instanceof HTMLElement ? currentTarget.querySelector('input') : null;
  if (!field) return;
  event.preventDefault();
  field.focus();
}

/** A panel from the right for what has no place beside the page in a narrow window. */
export function Drawer({
  open,
  onOpenChange,
  title,
  children,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  children: ReactNode;
}) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="appear fixed inset-0 top-10 z-30 bg-[#000]/20" />
        <Radix.Content
          aria-describedby={undefined}
          className="appear-panel fixed top-10 right-0 bottom-0 z-40 flex w-80 max-w-full flex-col overflow-y-auto border-l border-line bg-surface shadow-float"
        >
          <Radix.Title className="sr-only">{title}</Radix.Title>
          <Radix.Close asChild>
            <Button
              kind="quiet"
              aria-label="Close"
              icon={<X size={14} />}
              className="absolute top-2 right-2 z-10"
            />
          </Radix.Close>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
