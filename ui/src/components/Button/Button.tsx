import type { ComponentProps, ReactNode } from 'react';

import { useReserved } from '../Reserved/Reserved';
import { Tooltip } from '../Tooltip/Tooltip';

type Kind = 'primary' | 'secondary' | 'quiet' | 'danger';

const KINDS: Record<Kind, string> = {
  primary:
    'border-transparent bg-accent text-on-accent not-aria-disabled:hover:bg-accent-hover aria-disabled:bg-sunken aria-disabled:text-text-3',
  secondary:
    'border-line-2 bg-surface text-text not-aria-disabled:hover:bg-hover aria-disabled:bg-surface aria-disabled:text-text-3',
  quiet: 'border-transparent text-text-2 not-aria-disabled:hover:bg-hover not-aria-disabled:hover:text-text aria-disabled:text-text-3',
  danger: 'border-line-2 bg-surface text-crit not-aria-disabled:hover:bg-crit-tint aria-disabled:text-text-3',
};

/**
 * A button. One that cannot be pressed now stays in the tab order and says why in its tooltip (`disabledReason`).
 * The one main action of a screen is 32 px high (`main`).
 */
export function Button({
  kind = 'secondary',
  main = false,
  icon,
  disabledReason,
  busy = false,
  className = '',
  children,
  onClick,
  type = 'button',
  ...rest
}: Omit<ComponentProps<'button'>, 'disabled'> & {
  kind?: Kind;
  main?: boolean;
  icon?: ReactNode;
  /** Why it cannot be pressed now. */
  disabledReason?: string | null | undefined;
  /** Waits for an answer; a second press does nothing. */
  busy?: boolean;
}) {
  const reason = useReserved() ?? disabledReason;
  const disabled = Boolean(reason) || busy;
  const shape = children === undefined ? (main ? 'w-8' : 'w-7') : 'px-2.5';
  return (
    <Tooltip content={reason}>
      <button
        {...rest}
        type={type}
        aria-disabled={disabled || undefined}
        aria-busy={busy || undefined}
        onClick={(event) => {
          if (disabled) event.preventDefault();
          else onClick?.(event);
        }}
        className={`inline-flex shrink-0 items-center justify-center gap-1.5 rounded-control border text-data font-medium whitespace-nowrap transition-colors duration-[80ms] active:translate-y-px aria-disabled:active:translate-y-0 ${main ? 'h-8' : 'h-7'} ${shape} ${KINDS[kind]} ${className}`}
      >
        {icon}
        {children}
      </button>
    </Tooltip>
  );
}
