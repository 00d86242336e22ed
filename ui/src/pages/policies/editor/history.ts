/** Steps that can be taken back, the newest last. */
export interface History<T> {
  past: readonly T[];
  present: T;
  future: readonly T[];
  /** What is being moved: changes of the same thing are one step until it is let go. */
  moving: string | null;
}

/** More steps than these are forgotten from the far end. */
const MOST_STEPS = 200;

/** A history that begins here. */
export function begin<T>(present: T): History<T> {
  return { past: [], present, future: [], moving: null };
}

/** Goes on to `next`. `moving` names what is dragged or typed; nothing makes it a step of its own. */
export function edit<T>(history: History<T>, next: T, moving: string | null): History<T> {
  const sameStep = moving !== null && moving === history.moving;
  return {
    past: sameStep ? history.past : [...history.past, history.present].slice(-MOST_STEPS),
    present: next,
    future: [],
    moving,
  };
}

/** What was moved was let go: the next change is a new step. */
export function settle<T>(history: History<T>): History<T> {
  return history.moving === null ? history : { ...history, moving: null };
}

/** One step back. */
export function undo<T>(history: History<T>): History<T> {
  const { past, present, future } = history;
  const [before] = past.slice(-1);
  if (past.length === 0 || before === undefined) return history;
  return { past: past.slice(0, -1), present: before, future: [present, ...future], moving: null };
}

/** One step forward again. */
export function redo<T>(history: History<T>): History<T> {
  const { past, present, future } = history;
  const [after, ...rest] = future;
  if (future.length === 0 || after === undefined) return history;
  return { past: [...past, present], present: after, future: rest, moving: null };
}
