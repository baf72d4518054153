import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach } from '@jest/globals';
import { OutboundFailure, type OutboundAnswer } from '@newsrelay/channel-kit/outbound-http';
import { GuardedHttp, type GuardedHttpOptions } from './guarded-http.js';

/* Outlets for specs, on loopback, and a client that may call them. Whatever is opened ends with the test. */

/** Of `outlet.test` and 127.0.0.1, signed by itself. */
export const cert = readFileSync(new URL('../fixtures/tls-cert.pem', import.meta.url));
export const key = readFileSync(new URL('../fixtures/tls-key.pem', import.meta.url));

export const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

export async function listen(server: Server, host = '127.0.0.1', port = 0): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined);
    sockets.add(socket);
  });
  server.listen(port, host);
  await once(server, 'listening');
  endings.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** A receiver that counts connections and requests. */
export async function receiver(answer: RequestListener, host?: string, port?: number) {
  const seen = { connections: 0, requests: [] as IncomingMessage[], bodies: [] as string[] };
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    seen.requests.push(request);
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      seen.bodies.push(body);
      answer(request, response);
    });
  });
  server.on('connection', () => (seen.connections += 1));
  const at = await listen(server, host, port);
  return { ...seen, seen, port: at, url: `http://127.0.0.1:${at}/hook` };
}

export function client(options: Partial<GuardedHttpOptions> = {}): GuardedHttp {
  const http = new GuardedHttp({ allowTargets: ['127.0.0.0/8'], ...options });
  endings.push(() => http.destroy());
  return http;
}

interface Attempt {
  signal?: AbortSignal;
  alsoStoppedBy?: AbortSignal;
  deadlineMs?: number;
  beforeFirstByte?: () => void;
  answerBytes?: number;
}

export function post(http: GuardedHttp, url: string, attempt: Attempt = {}): Promise<OutboundAnswer> {
  const bound = http.bind({
    signal: attempt.signal ?? new AbortController().signal,
    deadlineMs: attempt.deadlineMs ?? 5000,
    beforeFirstByte: attempt.beforeFirstByte ?? (() => undefined),
    ...(attempt.alsoStoppedBy === undefined ? {} : { alsoStoppedBy: attempt.alsoStoppedBy }),
  });
  return bound.request({
    method: 'POST',
    url,
    headers: { 'content-type': 'text/plain' },
    body: '正文',
    ...(attempt.answerBytes === undefined ? {} : { answerBytes: attempt.answerBytes }),
  });
}

export async function failureOf(answer: Promise<OutboundAnswer>): Promise<OutboundFailure> {
  const error: unknown = await answer.then(
    (got) => new Error(`an answer came: ${got.status}`),
    (failure: unknown) => failure,
  );
  if (error instanceof OutboundFailure) return error;
  throw error as Error;
}

export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`did not come: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
