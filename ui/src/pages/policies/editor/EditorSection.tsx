import { useId, type ReactNode } from 'react';

/** One part of the editor with its name, a quiet note at the right, and what is said about it below. */
export function EditorSection({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="flex flex-col gap-1.5">
      <div className="flex items-baseline justify-between gap-3">
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        {aside && <span className="text-reason text-text-3">{aside}</span>}
      </div>
      {children}
    </section>
  );
}

/** A label and its control on one line. */
export function EditorLine({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="flex min-h-8 items-start gap-2">
      <span className="flex h-7 w-21 shrink-0 items-center text-text-2">{label}</span>
      <div className="flex min-w-0 flex-1 flex-wrap items-start gap-x-3 gap-y-1">{children}</div>
    </div>
  );
}

/** The fault of a field that is too narrow for its sentence, on a line of its own. */
export function LineFault({ id, message }: { id: string; message: string | null }) {
  if (message === null) return null;
  return (
    <p id={id} role="alert" className="w-full pb-1 text-caption text-crit">
      {message}
    </p>
  );
}
