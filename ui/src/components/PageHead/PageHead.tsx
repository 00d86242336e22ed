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
    <div className="flex min-h-13 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 px-5 py-2">
      {trail}
      <h1 className="proportional max-w-full min-w-0 truncate text-title" title={title} data-copy="">
        {title}
      </h1>
      {aside && <div className="flex min-w-0 items-center gap-3 text-text-2">{aside}</div>}
      {actions && <div className="ml-auto flex items-center gap-2">{actions}</div>}
    </div>
  );
}
