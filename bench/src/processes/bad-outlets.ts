import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerParent } from './answer-parent.js';

/*
 * Partner sites that are ill, each in its own way and on a port of its own, in a process of their own: what they do must
 * cost those that are well nothing.
 */

const DRIP_MS = 1_000;
const CHUNK = Buffer.alloc(16_384, 'x');

type Illness = (request: IncomingMessage, response: ServerResponse) => void;

const ILLNESSES = {
  /** Takes the request and says nothing. */
  hung: () => undefined,
  /** Sends its answer's head at once, and of its body a byte a second. */
  dripping: (_request, response) => {
    response.writeHead(200, { 'content-length': '1000000' });
    response.flushHeaders();
    const drip = setInterval(() => response.write('x'), DRIP_MS);
    response.once('close', () => {
      clearInterval(drip);
    });
  },
  /** Sends a body that never ends, as fast as it is taken. */
  endless: (_request, response) => {
    response.writeHead(200);
    const pour = (): void => {
      if (!response.destroyed && response.write(CHUNK)) setImmediate(pour);
      else response.once('drain', pour);
    };
    pour();
  },
  /** Takes the request and breaks the connection. */
  resetting: (request) => {
    request.socket.resetAndDestroy();
  },
  /** Wants to be asked later. */
  'too-many': (_request, response) => {
    response.writeHead(429, { 'retry-after': '2' }).end();
  },
  /** Fails. */
  failing: (_request, response) => {
    response.writeHead(500).end();
  },
} satisfies Record<string, Illness>;

export type IllnessName = keyof typeof ILLNESSES;

const asked = new Map<string, number>();
const servers = Object.entries<Illness>(ILLNESSES).map(([name, ill]) => {
  const server = createServer((request, response) => {
    asked.set(name, (asked.get(name) ?? 0) + 1);
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    request.resume();
    request.once('end', () => {
      ill(request, response);
    });
  });
  return { name, server };
});

answerParent({
  /** @returns the address of each */
  open: async (): Promise<Record<string, string>> =>
    Object.fromEntries(
      await Promise.all(
        servers.map(async ({ name, server }) => {
          await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
          return [name, `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`] as const;
        }),
      ),
    ),
  /** @returns how many requests each had so far */
  asked: (): Record<string, number> => Object.fromEntries(asked),
  /** Breaks all connections that are open: whoever waits for an answer waits no longer. */
  letGo: (): void => {
    for (const { server } of servers) server.closeAllConnections();
  },
});
