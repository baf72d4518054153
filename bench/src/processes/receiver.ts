import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerParent } from './answer-parent.js';

/*
 * Partner sites of the benchmark, each at an address of its own, in one process that is the same for all contenders. They
 * keep what arrived whole and answer 200 at once; what it was is looked at afterwards.
 */

interface Receipt {
  /** Port and path: which partner site it is. */
  readonly outlet: string;
  /** On the system's monotonic clock, which all processes share, nanoseconds. */
  readonly at: bigint;
  readonly webhookId: string;
  readonly signed: boolean;
  readonly body: Buffer;
}

/** What arrived since `arm`, for the benchmark. */
export interface Received {
  readonly count: number;
  /** Different (outlet, marker) pairs. */
  readonly distinct: number;
  /** With all three headers of Standard Webhooks. */
  readonly signed: number;
  readonly bytes: number;
  /** Of the last one, nanoseconds as text. */
  readonly lastAt: string;
  readonly receipts: readonly { readonly marker: string; readonly outlet: string; readonly at: string }[];
}

/** What the benchmark writes into each headline. */
const MARKER = /bench-([0-9a-z]+-\d+)/;
/** What arrives after the last one that is waited for is one too many, and would come within this, milliseconds. */
const NO_MORE_MS = 150;

let receipts: Receipt[] = [];
let expected = Number.POSITIVE_INFINITY;
let complete: () => void = () => undefined;

function receive(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('error', () => undefined);
  request.on('end', () => {
    const { headers } = request;
    receipts.push({
      outlet: `${request.socket.localPort ?? 0}${request.url ?? ''}`,
      at: process.hrtime.bigint(),
      webhookId: String(headers['webhook-id']),
      signed:
        headers['webhook-timestamp'] !== undefined && String(headers['webhook-signature']).startsWith('v1,'),
      body: Buffer.concat(chunks),
    });
    response.writeHead(200).end('ok');
    if (receipts.length >= expected) complete();
  });
}

/** Opens so many sites on so many ports. @returns their addresses, neighbours on different ports */
async function open({ outlets, ports }: { outlets: number; ports: number }): Promise<string[]> {
  const opened = await Promise.all(
    Array.from({ length: ports }, async () => {
      const server = createServer(receive);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return (server.address() as AddressInfo).port;
    }),
  );
  return Array.from(
    { length: outlets },
    (_, index) => `http://127.0.0.1:${opened[index % ports] ?? 0}/hook/${Math.floor(index / ports)}`,
  );
}

function arm(): void {
  receipts = [];
  expected = Number.POSITIVE_INFINITY;
}

async function received(wanted: { count: number; timeoutMs: number }): Promise<Received> {
  expected = wanted.count;
  if (receipts.length < expected) {
    await new Promise<void>((resolve, reject) => {
      complete = resolve;
      setTimeout(() => {
        reject(
          new Error(`${receipts.length} of ${wanted.count} pushes arrived within ${wanted.timeoutMs} ms`),
        );
      }, wanted.timeoutMs).unref();
    });
  }
  const lastAt = receipts.at(expected - 1)?.at ?? 0n;
  await new Promise((resolve) => setTimeout(resolve, NO_MORE_MS));
  const marked = receipts.map(({ body, outlet, at }) => ({
    marker: MARKER.exec(body.toString('utf8'))?.[1] ?? '',
    outlet,
    at: String(at),
  }));
  return {
    count: receipts.length,
    distinct: new Set(marked.map(({ marker, outlet }) => `${outlet} ${marker}`)).size,
    signed: receipts.filter(({ signed, webhookId }) => signed && webhookId !== 'undefined').length,
    bytes: receipts.reduce((total, { body }) => total + body.length, 0),
    lastAt: String(lastAt),
    receipts: marked,
  };
}

/** The last body that arrived, as text. */
function lastBody(): string {
  return receipts.at(-1)?.body.toString('utf8') ?? '';
}

answerParent({ open, arm, received, lastBody });
