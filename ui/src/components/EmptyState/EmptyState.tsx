import type { ReactNode } from 'react';

import { StateIcon } from '../StateIcon/StateIcon';

/** Says what is not there yet and what to do about it. */
export function EmptyState({
  title,
  children,
  actions,
}: {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className="mx-auto flex max-w-120 flex-col items-start gap-2 px-5 py-10">
      <h2 className="text-lead">{title}</h2>
      {children && <p className="text-body text-text-2">{children}</p>}
      {actions && <div className="flex flex-wrap gap-2 pt-2">{actions}</div>}
    </div>
  );
}

/** Says what happened, what still works and what to do; the words come with the error. */
export function ErrorState({
  title,
  message,
  actions,
}: {
  title: string;
  message: string;
  actions?: ReactNode;
}) {
  return (
    <div role="alert" className="mx-auto flex max-w-120 flex-col items-start gap-2 px-5 py-10">
      <h2 className="flex items-center gap-2 text-lead">
        <StateIcon name="crit" className="text-crit" />
        {title}
      </h2>
      <p className="text-body break-words text-text-2">{message}</p>
      {actions && <div className="flex flex-wrap gap-2 pt-2">{actions}</div>}
    </div>
  );
}
