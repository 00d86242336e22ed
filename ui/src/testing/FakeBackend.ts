import {
  BackendError,
  type Backend,
  type Input,
  type OperationName,
  type Output,
  type WindowControls,
} from '../backend/backend';
import type { Event } from '../backend/generated/Event';
import type { Topic } from '../backend/generated/Topic';

/** What each operation answers; one that is missing is refused. */
export type Answers = {
  [O in OperationName]?: (input: Input<O>) => Output<O> | Promise<Output<O>>;
};

/** An engine for tests: answers what it is told to, remembers what it was asked. */
export class FakeBackend implements Backend {
  readonly calls: { operation: OperationName; input: unknown }[] = [];
  window: WindowControls | null = null;
  readonly #answers: Answers;
  readonly #listeners = new Set<(event: Event) => void>();

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  async call<O extends OperationName>(operation: O, input: Input<O>): Promise<Output<O>> {
    this.calls.push({ operation, input });
    const answer = this.#answers[operation];
    if (!answer) throw refusal(`Nothing answers ${operation} here.`);
    return answer(input);
  }

  subscribe(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Tells every subscriber. */
  emit(event: Event): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Says that something of a topic changed. */
  changed(topic: Topic, ...deploymentIds: string[]): void {
    this.emit({ event: 'changed', changes: [{ topic, deploymentIds }] });
  }

  /** The inputs with which an operation was called. */
  inputsOf(operation: OperationName): unknown[] {
    return this.calls.filter((call) => call.operation === operation).map((call) => call.input);
  }
}

/** An answer that never comes. */
export function never(): Promise<never> {
  return new Promise<never>(() => undefined);
}

/** A refusal as the engine words it. */
export function refusal(message: string): BackendError {
  return new BackendError({ code: 'unavailable', message, errors: [] });
}

/** A window around the page that remembers what its buttons asked for; `go` is what the shell tells it. */
export function fakeWindow(): WindowControls & {
  asked: string[];
  go: (address: string) => void;
  saved: (path: string | null) => void;
} {
  const asked: string[] = [];
  const listeners = new Set<(address: string) => void>();
  const savedListeners = new Set<(path: string | null) => void>();
  return {
    asked,
    minimize: () => { asked.push('minimize'); },
    toggleMaximize: () => { asked.push('maximize'); },
    close: () => { asked.push('close'); },
    onNavigate: (listener) => {
      listeners.add(listener);
      return () => { listeners.delete(listener); };
    },
    onSaved: (listener) => {
      savedListeners.add(listener);
      return () => { savedListeners.delete(listener); };
    },
    saved: (path) => {
      for (const listener of savedListeners) listener(path);
    },
    go: (address) => {
      for (const listener of listeners) listener(address);
    },
  };
}
