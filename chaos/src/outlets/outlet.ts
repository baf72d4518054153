import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Receipt } from '../checker/records.js';
import type { OutletPlan } from '../plan/tempers.js';
import { monotonicMs } from './clock.js';
import { mannerOf, type Manner } from './manner.js';
import { readContent } from './read-content.js';

/** How long a dripping body goes on, and its pace, milliseconds. */
const DRIP_EVERY_MS = 400;
const DRIPS = 20;
const POUR = Buffer.alloc(16 * 1024, 'x');

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type OpenReceipt = Writable<Receipt>;

/** The clock of a run, and when this process was last looking at its sockets. */
export interface Watch {
  /** Milliseconds from the start of the run; negative before it. */
  now(): number;
  /** What came before this was seen before now. */
  lastLook(): number;
}

/** One outlet: a port of its own, and a record of every request. */
export class Outlet {
  readonly receipts: OpenReceipt[] = [];
  readonly #counts = new Map<string, number>();
  readonly #accepted = new WeakMap<Socket, number>();
  #server: Server | undefined;
  #isHealed = false;

  constructor(
    readonly plan: OutletPlan,
    readonly port: number,
    private readonly seed: string,
    private readonly secret: string,
    private readonly watch: Watch,
  ) {}

  async open(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer((request, response) => {
      this.#receive(request, response).catch((error: unknown) => {
        process.stderr.write(`${this.plan.id}: ${String(error)}\n`);
        request.socket.destroy();
      });
    });
    // Kept connections are the sender's to end.
    server.keepAliveTimeout = 0;
    server.requestTimeout = 0;
    server.on('connection', (socket) => this.#accepted.set(socket, this.watch.lastLook()));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  /** From now on an outlet that ends well takes everything. */
  async heal(): Promise<void> {
    if (!this.plan.endsWell) return;
    this.#isHealed = true;
    await this.open();
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    const headAt = this.watch.now();
    // The first request of a connection may have waited for the connection to be taken.
    const earliestAt = Math.min(
      this.watch.lastLook(),
      this.#accepted.get(socket) ?? Number.POSITIVE_INFINITY,
    );
    this.#accepted.delete(socket);
    const webhookId = String(request.headers['webhook-id']);
    const nth = (this.#counts.get(webhookId) ?? 0) + 1;
    this.#counts.set(webhookId, nth);
    const receipt: OpenReceipt = {
      outlet: this.plan.id,
      webhookId,
      headAt,
      earliestAt,
      content: null,
      answered: null,
      answeredAt: null,
      endedAt: null,
    };
    this.receipts.push(receipt);
    response.on('close', () => (receipt.endedAt ??= this.watch.now()));
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    const manner: Manner = this.#isHealed
      ? { do: 'answer', status: 200, afterMs: 0 }
      : mannerOf({ seed: this.seed, outlet: this.plan, atMs: headAt, webhookId, nth });
    if (manner.do === 'reset' && manner.when === 'head') {
      socket.resetAndDestroy();
      return;
    }
    const body = await wholeBody(request);
    if (body === null) return;
    receipt.content = readContent(body, request.headers, this.secret);
    await this.#act(manner, receipt, response);
  }

  async #act(manner: Manner, receipt: OpenReceipt, response: ServerResponse): Promise<void> {
    switch (manner.do) {
      case 'hang':
        return;
      case 'reset':
        response.socket?.resetAndDestroy();
        return;
      case 'answer':
        if (manner.afterMs > 0) await delay(manner.afterMs);
        this.#answer(receipt, response, manner.status, manner.retryAfter);
        response.end('ok');
        return;
      case 'drip':
        this.#answer(receipt, response, 200);
        for (let drip = 0; drip < DRIPS && !response.destroyed && !this.#isHealed; drip += 1) {
          response.write('x');
          await delay(DRIP_EVERY_MS);
        }
        response.end();
        return;
      case 'pour':
        this.#answer(receipt, response, 200);
        while (!response.destroyed && !response.socket?.destroyed) {
          if (!response.write(POUR)) await drained(response);
        }
        return;
    }
  }

  #answer(receipt: OpenReceipt, response: ServerResponse, status: number, retryAfter?: number): void {
    // An answer that nobody waits for any more was given to nobody.
    if (response.destroyed || response.socket?.destroyed !== false) return;
    receipt.answered = status;
    receipt.answeredAt = this.watch.now();
    response.writeHead(status, {
      'content-type': 'text/plain',
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    });
  }
}

/** The clock that all outlets of the process share. */
export function watchFrom(startsAt: () => number): Watch {
  const now = (): number => monotonicMs() - startsAt();
  let last = monotonicMs();
  let before = last;
  setInterval(() => {
    before = last;
    last = monotonicMs();
  }, 5);
  // Timers run before sockets are looked at: what is read after the last tick may have come since the one before.
  return { now, lastLook: () => before - startsAt() };
}

/** Null where it never came whole. */
async function wholeBody(request: IncomingMessage): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      resolve(Buffer.concat(chunks));
    });
    request.on('close', () => {
      resolve(null);
    });
  });
}

async function drained(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
}
