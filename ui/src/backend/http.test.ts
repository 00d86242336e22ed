import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { BackendError } from './backend';
import type { Event } from './generated/Event';
import { httpBackend, whyRefused } from './http';

type Handler = (...values: unknown[]) => void;

/** The client side of Socket.IO, as far as it is used: what is sent is kept, what comes is made to come. */
class FakeSocket {
  active = true;
  readonly sent: { event: string; input: unknown; answer: (answer: unknown) => void }[] = [];
  readonly #handlers = new Map<string, Handler>();
  readonly connect = vi.fn();
  readonly disconnect = vi.fn();

  on(event: string, handler: Handler): void {
    this.#handlers.set(event, handler);
  }

  emit(event: string, input: unknown, answer: (answer: unknown) => void): void {
    this.sent.push({ event, input, answer });
  }

  hear(event: string, ...values: unknown[]): void {
    this.#handlers.get(event)?.(...values);
  }
}

const { opened, io } = vi.hoisted(() => {
  const opened: { url: string; options: unknown; socket: FakeSocket }[] = [];
  return { opened, io: vi.fn() };
});
vi.mock('socket.io-client', () => ({ io }));

const address = { url: 'http://localhost:3000', token: 'secret' };
const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  opened.length = 0;
  io.mockImplementation((url: string, options: unknown) => {
    const socket = new FakeSocket();
    opened.push({ url, options, socket });
    return socket;
  });
  vi.stubGlobal('fetch', fetched);
});

afterEach(() => {
  vi.unstubAllGlobals();
  fetched.mockReset();
});

function connected(onRefused?: (message: string) => void) {
  const backend = httpBackend(address, onRefused);
  const heard: Event[] = [];
  backend.subscribe((event) => heard.push(event));
  const socket = opened[0]?.socket;
  if (!socket) throw new Error('no socket was opened');
  socket.hear('connect');
  return { backend, socket, heard };
}

function answers(body: unknown, status = 200): void {
  fetched.mockResolvedValue(new Response(JSON.stringify(body), { status }));
}

it('calls an operation under its name with the token in the head', async () => {
  answers({ deployments: [] });
  const { backend } = connected();
  await expect(backend.call('list_deployments', { limit: 1 })).resolves.toEqual({ deployments: [] });
  const [url, request] = fetched.mock.calls[0] ?? [];
  expect(url).toBe('http://localhost:3000/api/operations/list_deployments');
  expect(request?.headers).toMatchObject({ Authorization: 'Bearer secret' });
  expect(request?.body).toBe('{"limit":1}');
});

it('turns a problem into the refusal that the pages know', async () => {
  const errors = [{ field: 'reason', message: 'Say why.' }];
  answers({ code: 'invalid', detail: 'Say why.', errors }, 422);
  const { backend } = connected();
  const refused = await backend.call('pause_all', {}).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(BackendError);
  expect(refused).toMatchObject({ code: 'invalid', message: 'Say why.', errors });
});

it('says when the token lets in no more', async () => {
  const onRefused = vi.fn();
  answers({ code: 'unauthorized', detail: 'This token was revoked.', errors: [] }, 401);
  const { backend } = connected(onRefused);
  await expect(backend.call('get_overview', {})).rejects.toMatchObject({ code: 'forbidden' });
  expect(onRefused).toHaveBeenCalledWith('This token was revoked.');
});

it('hears everything, and asks for what it missed after a break', () => {
  const { socket, heard } = connected();
  expect(socket.sent[0]).toMatchObject({ event: 'subscribe:all', input: {} });
  socket.sent[0]?.answer({ ok: true, cursor: 'run-1', reload: true });
  expect(heard).toEqual([]);
  const event: Event = { event: 'changed', changes: [{ topic: 'policies', deploymentIds: [] }] };
  socket.hear('headroom', { ...event, cursor: 'run-2' });
  expect(heard).toMatchObject([event]);
  socket.hear('connect');
  expect(socket.sent[1]).toMatchObject({ event: 'subscribe:all', input: { since: 'run-2' } });
  socket.sent[1]?.answer({ ok: true, cursor: 'run-9', reload: true });
  expect(heard.at(-1)).toEqual({ event: 'reload' });
});

it('does not go on by itself once it is refused', () => {
  const onRefused = vi.fn();
  const { socket } = connected(onRefused);
  socket.hear('disconnect', 'io server disconnect');
  expect(socket.connect).toHaveBeenCalledOnce();
  socket.active = false;
  socket.hear('connect_error', new Error('This token’s time is over.'));
  expect(onRefused).toHaveBeenCalledWith('This token’s time is over.');
});

it('says why a token does not let in, and that nobody answers', async () => {
  answers({ mode: 'on' });
  await expect(whyRefused(address)).resolves.toBeNull();
  answers({ code: 'unauthorized', detail: 'This is no token.', errors: [] }, 401);
  await expect(whyRefused(address)).resolves.toBe('This is no token.');
  fetched.mockRejectedValue(new TypeError('failed'));
  await expect(whyRefused(address)).resolves.toMatch(/does not answer/);
});
