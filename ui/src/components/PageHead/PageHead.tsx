import type { ReactNode } from 'react';

/** The head of a page: where one is, and what can be done from here. */
export function PageHead({
  title,
  trail,
  aside,
  actions,
}: {
  title: string;
  /** What stands before the title: a link to the place above. */
  trail?: ReactNode;
  /** What stands beside the title: state, time. */
  aside?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className="flex min-h-13 shrink-0 items-center gap-3 px-5 py-2">
      <div className="flex min-w-0 flex-1 items-center gap-3">
        {trail && <div className="shrink-0">{trail}</div>}
        <h1 className="proportional min-w-0 truncate text-title" title={title} data-copy="">
          {title}
        </h1>
        {aside && <div className="flex shrink-0 items-center gap-3 text-text-2">{aside}</div>}
      </div>
      {actions && <div className="flex shrink-0 items-center gap-2">{actions}</div>}
    </div>
  );
}
