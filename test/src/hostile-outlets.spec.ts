import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import type { DeliveryAnswer } from './harness/newsrelay-api.js';
import { NewsrelaySystem } from './harness/newsrelay-system.js';
import { PartnerReceiver } from './harness/partner-receiver.js';
import { articlesOf } from './harness/steady-intake.js';

const METADATA = 'http://169.254.169.254/latest/meta-data/';
/** For documentation: nothing answers there. */
const BEHIND_PROXY = '198.51.100.7';

/** What each outlet does with a request, as bytes, and how its first attempt is shown. */
const HOSTILE: Record<
  string,
  {
    answer: (socket: Socket) => void;
    shown: Partial<DeliveryAnswer['attempts'][number]>;
    error: RegExp | null;
  }
> = {
  'no-utf8': {
    answer: (socket) => socket.write(answerOf('500 X', Buffer.from([0xb8, 0xdf, 0x00, 0xff, 0x0a]))),
    shown: { outcome: 'transient', status: 500 },
    error: /the outlet failed \(500\)/,
  },
  gigabyte: {
    answer: (socket) => {
      socket.write(`HTTP/1.1 500 X\r\nContent-Length: ${2 ** 30}\r\n\r\n`);
      const more = (): void => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_536, 'x')));
      };
      socket.on('drain', more);
      more();
    },
    shown: { outcome: 'transient', status: 500 },
    error: /the outlet failed \(500\)/,
  },
  redirect: {
    answer: (socket) => socket.write(answerOf(`302 Found\r\nLocation: ${METADATA}`, Buffer.alloc(0))),
    shown: { outcome: 'transient', status: 302 },
    error:
      /redirects \(302 to http:\/\/169\.254\.169\.254\/latest\/meta-data\/\); redirects are not followed/,
  },
  'retry-after': {
    answer: (socket) =>
      socket.write(answerOf('429 X\r\nRetry-After: Fri, 31 Dec 2099 00:00:00 GMT', Buffer.from('2099'))),
    shown: { outcome: 'rate-limited', status: 429 },
    error: /asks to come back later \(429\)/,
  },
  'header-flood': {
    answer: (socket) => socket.write('HTTP/1.1 200 OK\r\n' + 'x: y\r\n'.repeat(100_000)),
    shown: { outcome: 'transient', status: null },
    error: /no HTTP that we take/,
  },
  'no-http': {
    answer: (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
    shown: { outcome: 'transient', status: null },
    error: /no HTTP that we take/,
  },
  reset: {
    answer: (socket) => {
      socket.resetAndDestroy();
    },
    shown: { outcome: 'transient', status: null },
    error: /broke before an answer/,
  },
};

/** Closes, so that each request comes on a connection of its own. */
function answerOf(head: string, body: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${head}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`),
    body,
  ]);
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

describe('outlets that answer anything', () => {
  let system: NewsrelaySystem;
  let healthy: PartnerReceiver;
  let behindProxy: PartnerReceiver;
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const tunnels: { authority: string | undefined; authorization: string | undefined }[] = [];

  const open = async (server: Server): Promise<number> => {
    servers.push(server);
    server.on('connection', (socket: Socket) => {
      socket.on('error', () => undefined);
      sockets.add(socket);
    });
    return listen(server);
  };

  beforeAll(async () => {
    healthy = await PartnerReceiver.start();
    behindProxy = await PartnerReceiver.start();
    const proxy = createHttpServer();
    proxy.on('connect', (request, socket: Socket) => {
      tunnels.push({
        authority: request.url,
        authorization: request.headers['proxy-authorization'],
      });
      const outlet = connect(Number(new URL(behindProxy.url()).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        outlet.pipe(socket).pipe(outlet);
      });
      sockets.add(outlet.on('error', () => socket.destroy()));
    });
    const proxyPort = await open(proxy);
    system = await NewsrelaySystem.start({
      services: ['ingest', 'transform', 'publish', 'console'],
      retrySchedule: '0,600',
      environment: {
        NEWSRELAY_ALLOW_TARGETS: `127.0.0.0/8,${BEHIND_PROXY}`,
        NEWSRELAY_OUTBOUND_PROXY: `http://news:p%40ss@127.0.0.1:${proxyPort}`,
      },
    });
    const channel = async (id: string, url: string) => {
      const answer = await system.api.createChannel({ id, type: 'webhook', name: id, settings: { url } });
      expect(answer.status).toBe(201);
    };
    await channel('healthy', healthy.url());
    await channel('behind-proxy', `http://${BEHIND_PROXY}/hook`);
    for (const [id, { answer }] of Object.entries(HOSTILE)) {
      const port = await open(
        createServer((socket) => {
          socket.once('data', () => {
            answer(socket);
          });
        }),
      );
      await channel(id, `http://127.0.0.1:${port}/hook`);
    }
  }, 120_000);

  afterAll(async () => {
    await system.stop();
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
    await healthy.stop();
    await behindProxy.stop();
  }, 60_000);

  it('are classified, capped and shown, and the healthy ones have each article', async () => {
    const ids: string[] = [];
    for (const article of articlesOf('hostile', 3)) ids.push((await system.api.post(article)).body.id);
    await pollUntil(
      'the healthy outlets have all',
      () => [healthy, behindProxy].every((outlet) => ids.every((id) => outlet.of(id).length === 1)),
      { timeoutMs: 30_000 },
    );
    const [first = ''] = ids;
    const deliveries = await pollUntil(
      'each outlet was tried',
      async () => {
        const all = await system.api.deliveriesOf(first);
        return all.length === 2 + Object.keys(HOSTILE).length &&
          all.every(({ state }) => !['queued', 'sending'].includes(state))
          ? all
          : undefined;
      },
      { timeoutMs: 60_000 },
    );
    for (const { channel, state, attempts } of deliveries) {
      const [attempt] = attempts;
      const hostile = HOSTILE[channel];
      if (hostile === undefined) {
        expect({ channel, state }).toEqual({ channel, state: 'delivered' });
        continue;
      }
      expect({ channel, state }).toEqual({ channel, state: 'retrying' });
      expect({ channel, ...attempt }).toMatchObject({ channel, ...hostile.shown });
      expect(attempt?.error).toMatch(hostile.error ?? /^/);
      expect(Buffer.byteLength(attempt?.response ?? '')).toBeLessThanOrEqual(3 * 4096);
    }
    const shown = (id: string) => deliveries.find(({ channel }) => channel === id)?.attempts[0]?.response;
    expect(shown('no-utf8')).toBe('\uFFFD\uFFFD\uFFFD\uFFFD\n');
    expect(shown('gigabyte')).toBe('x'.repeat(4096));
    expect(shown('retry-after')).toBe('2099');
    // A day at most, whatever was asked for.
    const [waiting] = await system.queryLedger<{ hours: string }>(
      `select extract(epoch from next_attempt_at - now()) / 3600 as hours
         from deliveries where article_id = $1 and channel_id = 'retry-after'`,
      [first],
    );
    expect(Number(waiting?.hours)).toBeGreaterThan(23);
    expect(Number(waiting?.hours)).toBeLessThan(27);
  }, 120_000);

  it('a channel behind the proxy is tried through it, with its credentials', async () => {
    const before = tunnels.length;
    expect(before).toBeGreaterThan(0);
    const answer = await system.api.call('console', 'POST', '/api/v1/channels/behind-proxy/test');
    expect(answer.status).toBe(200);
    expect(tunnels.length).toBeGreaterThan(before);
    const authorization = `Basic ${Buffer.from('news:p@ss').toString('base64')}`;
    expect(new Set(tunnels.map((tunnel) => JSON.stringify(tunnel)))).toEqual(
      new Set([JSON.stringify({ authority: `${BEHIND_PROXY}:80`, authorization })]),
    );
  });

  it('a Redis that may evict makes publish say so, with the fix, until it is set right', async () => {
    const redisCommand = async (command: string): Promise<void> => {
      const socket = connect(Number(new URL(system.server('redis').url).port), '127.0.0.1');
      await new Promise((resolve) => socket.end(`${command}\r\n`).resume().on('close', resolve));
    };
    const health = async () => {
      const answer = await fetch(`${system.urlOf('publish')}/health/ready`);
      const body = (await answer.json()) as { parts: Record<string, { up: boolean; reason?: string }> };
      return { status: answer.status, body };
    };
    const before = await health();
    expect(before.status).toBe(200);
    expect(before.body.parts).toMatchObject({
      'redis-eviction': { up: true },
      'redis-persistence': { up: true },
    });
    await redisCommand('CONFIG SET maxmemory 200mb maxmemory-policy allkeys-lru');
    const wrong = await pollUntil(
      'publish is not ready',
      async () => {
        const answer = await health();
        return answer.status === 503 ? answer : undefined;
      },
      { timeoutMs: 30_000 },
    );
    expect(wrong.body.parts['redis-eviction']?.reason).toContain('set maxmemory-policy noeviction');
    await redisCommand('CONFIG SET maxmemory-policy noeviction');
    await pollUntil('publish is ready', async () => (await health()).status === 200, { timeoutMs: 30_000 });
  }, 90_000);
});
