import { io } from 'socket.io-client';

import { BackendError, type Backend, type OperationName, type Output } from './backend';
import type { ErrorCode } from './generated/ErrorCode';
import type { Event } from './generated/Event';
import type { Fault } from './generated/Fault';

/** Where `headroomd` is, and the token that it made. */
export interface HttpAddress {
  /** The origin, as `http://localhost:3000`. */
  url: string;
  /** Kept in memory alone: closing the page forgets it. */
  token: string;
}

/** A connection that can be ended. */
export interface HttpBackend extends Backend {
  close(): void;
}

/** A refusal as it comes over the wire (RFC 9457). */
interface Problem {
  code: string;
  detail: string;
  errors: Fault[];
}

/** How the socket answers a subscription. */
interface Acknowledged {
  ok: boolean;
  cursor: string;
  reload: boolean;
}

const CODES: readonly ErrorCode[] = [
  'bad_request',
  'invalid',
  'not_found',
  'conflict',
  'forbidden',
  'local_only',
  'unavailable',
  'storage',
];

/** The engine of a `headroomd`, over REST and Socket.IO. `onRefused` hears that the token lets in no more. */
export function httpBackend(
  { url, token }: HttpAddress,
  onRefused: (message: string) => void = () => undefined,
): HttpBackend {
  const listeners = new Set<(event: Event) => void>();
  const tell = (event: Event) => {
    for (const listener of listeners) listener(event);
  };
  const socket = io(url, { auth: { token }, transports: ['websocket'] });
  let cursor: string | null = null;
  const subscribe = () => {
    socket.emit('subscribe:all', cursor === null ? {} : { since: cursor }, (answer: Acknowledged) => {
      // The first time everything is read anyway; later what was missed is told, or all of it is read again.
      if (cursor !== null && answer.reload) tell({ event: 'reload' });
      cursor = answer.cursor;
    });
  };
  socket.on('connect', subscribe);
  socket.on('headroom', (event: Event & { cursor: string }) => {
    ({ cursor } = event);
    tell(event);
  });
  socket.on('reload', () => {
    tell({ event: 'reload' });
  });
  socket.on('disconnect', (reason) => {
    // The server ends a connection whose token is over; whether it is, the next try says.
    if (reason === 'io server disconnect') socket.connect();
  });
  socket.on('connect_error', (error) => {
    // Refused by the server, not unreachable: trying again by itself would not help.
    if (!socket.active) onRefused(error.message);
  });
  return {
    async call<O extends OperationName>(operation: O, input: unknown): Promise<Output<O>> {
      const response = await send(`${url}/api/operations/${operation}`, token, input);
      if (response.ok) return read<Output<O>>(await response.text());
      const refused = await refusal(response);
      if (response.status === 401) onRefused(refused.message);
      throw refused;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    window: null,
    close() {
      socket.disconnect();
    },
  };
}

/** Whether a token lets in: nothing when it does, else why not. */
export async function whyRefused({ url, token }: HttpAddress): Promise<string | null> {
  try {
    const response = await send(`${url}/api/operations/get_engine_state`, token, {});
    return response.ok ? null : (await refusal(response)).message;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function send(address: string, token: string, input: unknown): Promise<Response> {
  try {
    return await fetch(address, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(input),
    });
  } catch {
    throw new BackendError({
      code: 'unavailable',
      message: 'Headroom does not answer. It is tried again as soon as it does; scaling goes on there meanwhile.',
      errors: [],
    });
  }
}

async function refusal(response: Response): Promise<BackendError> {
  try {
    const { code, detail, errors } = read<Problem>(await response.text());
    return new BackendError({ code: known(code), message: detail, errors });
  } catch {
    const message = `Headroom answered with status ${String(response.status)} and nothing that can be read.`;
    return new BackendError({ code: 'unavailable', message, errors: [] });
  }
}

/** What only doors over a network say has no word in the engine; it means the nearest. */
function known(code: string): ErrorCode {
  return CODES.find((word) => word === code) ?? (code === 'unauthorized' ? 'forbidden' : 'unavailable');
}

/** What the server wrote, which is of the form that its types say: both are made from the same ones. Here alone an answer gets its type. */
function read<T>(text: string): T {
  return JSON.parse(text);
}
