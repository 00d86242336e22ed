import type { ReactNode } from 'react';

import { StateIcon, type StateIconName } from '../StateIcon/StateIcon';

/** How a decision is drawn. */
export type DecisionTone = 'acted' | 'held' | 'failed' | 'calm' | 'undone';

const TONES: Record<DecisionTone, string> = {
  acted: 'text-accent',
  held: 'text-warn',
  failed: 'text-crit',
  calm: 'text-text-3',
  undone: 'text-text-3',
};

/** One decision of a list: what, when, what it costs (or "held"), and the whole reason. */
export function DecisionItem({
  icon,
  tone,
  title,
  time,
  aside,
  children,
}: {
  icon: StateIconName;
  tone: DecisionTone;
  title: ReactNode;
  time: string;
  /** The price of the change, or "held". */
  aside?: ReactNode;
  /** The reason. */
  children: ReactNode;
}) {
  return (
    <article className="flex gap-3 border-b border-line py-3 last:border-b-0">
      <span className="flex h-5 items-center">
        <StateIcon name={icon} className={TONES[tone]} />
      </span>
      <div className="min-w-0 flex-1">
        <div className="flex items-baseline gap-1.5">
          <span
            className={`proportional min-w-0 truncate font-medium ${tone === 'undone' ? 'text-text-3 line-through' : ''}`}
          >
            {title}
          </span>
          <time className="shrink-0 text-reason text-text-3">{time}</time>
          {aside && <span className="ml-auto shrink-0 text-reason text-text-2">{aside}</span>}
        </div>
        <p className="text-reason break-words text-text-2">{children}</p>
      </div>
    </article>
  );
}
