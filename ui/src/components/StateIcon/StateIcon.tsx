import type { ReactNode } from 'react';

/** The outlines by which states, checks and outcomes are told apart without color. */
export type StateIconName =
  | 'hold'
  | 'up'
  | 'down'
  | 'starting'
  | 'cooldown'
  | 'schedule'
  | 'override'
  | 'shadow'
  | 'guard'
  | 'warn'
  | 'crit'
  | 'paused'
  | 'nodata'
  | 'off'
  | 'check'
  | 'x';

const OUTLINES: Record<StateIconName, ReactNode> = {
  hold: <circle cx="6" cy="6" r="3.5" fill="currentColor" />,
  up: <path d="M6 10.5V2M2.5 5.5L6 2L9.5 5.5" stroke="currentColor" strokeWidth="1.8" />,
  down: <path d="M6 1.5V10M2.5 6.5L6 10L9.5 6.5" stroke="currentColor" strokeWidth="1.8" />,
  starting: (
    <>
      <circle cx="6" cy="6" r="4.2" stroke="currentColor" strokeWidth="1.5" />
      <path d="M6 1.8A4.2 4.2 0 0 1 6 10.2Z" fill="currentColor" />
    </>
  ),
  cooldown: (
    <>
      <circle cx="6" cy="6" r="4.5" stroke="currentColor" strokeWidth="1.5" />
      <path d="M6 3.2V6L8 7.4" stroke="currentColor" strokeWidth="1.5" />
    </>
  ),
  schedule: (
    <>
      <rect x="1.2" y="2.2" width="9.6" height="8.6" rx="1" stroke="currentColor" strokeWidth="1.4" />
      <path d="M1.2 5H10.8M3.8 .8V3M8.2 .8V3" stroke="currentColor" strokeWidth="1.4" />
    </>
  ),
  override: (
    <path
      d="M3 1.5H9M4.2 1.5V5L2.4 7.2H9.6L7.8 5V1.5M6 7.2V11"
      stroke="currentColor"
      strokeWidth="1.5"
    />
  ),
  shadow: (
    <>
      <circle cx="6" cy="6" r="4.5" stroke="currentColor" strokeWidth="1.5" />
      <path d="M6 1.5A4.5 4.5 0 0 0 6 10.5Z" fill="currentColor" opacity=".45" />
    </>
  ),
  guard: (
    <path
      d="M6 .9L10.6 2.6V6C10.6 8.6 8.6 10.4 6 11.2C3.4 10.4 1.4 8.6 1.4 6V2.6Z"
      stroke="currentColor"
      strokeWidth="1.5"
    />
  ),
  warn: (
    <>
      <path d="M6 1L11.5 10.8H.5Z" fill="currentColor" />
      <path d="M6 4.4V7.2M6 8.2V9.4" stroke="var(--surface)" strokeWidth="1.3" />
    </>
  ),
  crit: (
    <>
      <path d="M3.7.6H8.3L11.4 3.7V8.3L8.3 11.4H3.7L.6 8.3V3.7Z" fill="currentColor" />
      <path d="M6 3V6.6M6 7.8V9.1" stroke="var(--surface)" strokeWidth="1.5" />
    </>
  ),
  paused: <path d="M4 2V10M8 2V10" stroke="currentColor" strokeWidth="2" />,
  nodata: (
    <circle cx="6" cy="6" r="4.5" stroke="currentColor" strokeWidth="1.5" strokeDasharray="2 1.55" />
  ),
  off: <path d="M2 6H10" stroke="currentColor" strokeWidth="2" />,
  check: <path d="M1.8 6.4L4.8 9.2L10.2 3" stroke="currentColor" strokeWidth="1.8" />,
  x: <path d="M2.5 2.5L9.5 9.5M9.5 2.5L2.5 9.5" stroke="currentColor" strokeWidth="1.5" />,
};

/** One 12 px outline in the color of the text around it. Words stand beside it, so it is hidden from readers. */
export function StateIcon({ name, className }: { name: StateIconName; className?: string }) {
  return (
    <svg
      viewBox="0 0 12 12"
      width="12"
      height="12"
      fill="none"
      aria-hidden="true"
      data-icon={name}
      className={className ? `shrink-0 ${className}` : 'shrink-0'}
    >
      {OUTLINES[name]}
    </svg>
  );
}
