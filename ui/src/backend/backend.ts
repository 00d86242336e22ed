import type { ErrorCode } from './generated/ErrorCode';
import type { Event } from './generated/Event';
import type { Fault } from './generated/Fault';
import type { Operations } from './generated/operations';
import type { WireError } from './generated/WireError';

/** The name of one thing that can be asked of the engine. */
export type OperationName = keyof Operations;
/** What an operation takes. */
export type Input<O extends OperationName> = Operations[O]['input'];
/** What it answers. */
export type Output<O extends OperationName> = Operations[O]['output'];

/** The only door out of the window. */
export interface Backend {
  /** Rejects with a `BackendError`. */
  call<O extends OperationName>(operation: O, input: Input<O>): Promise<Output<O>>;
  /** Calls back for each event, in the order in which it was committed, until the returned function is called. */
  subscribe(listener: (event: Event) => void): () => void;
  /** The window around the page; nothing in a browser tab. */
  readonly window: WindowControls | null;
}

/** What the title bar's own buttons do. */
export interface WindowControls {
  minimize(): void;
  toggleMaximize(): void;
  close(): void;
  /** Calls back when the shell asks for the page at an address (a link, the tray), until the returned function is called. */
  onNavigate(listener: (address: string) => void): () => void;
  /** Calls back when a file was saved, with its path, or could not be (nothing), until the returned function is called. */
  onSaved(listener: (path: string | null) => void): () => void;
}

/** A refusal: its message is for people, its code for the program. */
export class BackendError extends Error {
  readonly code: ErrorCode;
  /** Every fault of the input, each with its field. */
  readonly errors: readonly Fault[];

  constructor(wire: WireError) {
    super(wire.message);
    this.name = 'BackendError';
    this.code = wire.code;
    this.errors = wire.errors;
  }
}

/** Whatever was thrown, as words for people. */
export function errorWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
