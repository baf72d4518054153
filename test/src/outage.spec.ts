import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { feedItems } from './harness/feed-ids.js';
import {
  NewsrelaySystem,
  SERVERS,
  SERVICES,
  statusOf,
  type ServerName,
  type ServiceName,
} from './harness/newsrelay-system.js';
import { accept, PartnerReceiver, type Behaviour } from './harness/partner-receiver.js';
import { articlesOf, takeIn } from './harness/steady-intake.js';

const refuse: Behaviour = (_push, response) => {
  response.writeHead(503).end();
};

describe('servers that are away', () => {
  let system: NewsrelaySystem;
  let partner: PartnerReceiver;

  beforeAll(async () => {
    partner = await PartnerReceiver.start();
    system = await NewsrelaySystem.start({ retrySchedule: '0,3,3,3,3,3,3,3,3,3' });
    await system.api.createChannel({
      id: 'partner',
      type: 'webhook',
      name: 'P',
      settings: { url: partner.url() },
    });
    await system.api.createChannel({
      id: 'feed',
      type: 'feed',
      name: 'F',
      settings: { title: 'F', maxItems: 500 },
    });
  }, 120_000);

  afterAll(async () => {
    await system.stop();
    await partner.stop();
  }, 60_000);

  async function allReach(ids: readonly string[], timeoutMs: number): Promise<void> {
    await pollUntil('every article at the partner', () => ids.every((id) => partner.of(id).length > 0), {
      timeoutMs,
    });
    await pollUntil(
      'every article in the feed',
      async () => {
        const served = new Set((await feedItems(system.api, 'feed')).map(({ id }) => id));
        return ids.every((id) => served.has(`urn:uuid:${id}`));
      },
      { timeoutMs, everyMs: 200 },
    );
  }

  it('rebuilds the queue from the ledger when Redis has been emptied with deliveries waiting in it', async () => {
    partner.behaviour = refuse;
    const ids = await takeIn(system.api, articlesOf('flush', 50), 5);
    await pollUntil('every first attempt has failed', () => ids.every((id) => partner.of(id).length > 0), {
      timeoutMs: 30_000,
    });
    const redis = new Redis(system.server('redis').url);
    await redis.flushall();
    expect(await redis.dbsize()).toBeLessThan(20);
    partner.behaviour = accept;
    const before = partner.pushes.length;
    await pollUntil(
      'every delivery delivered',
      async () =>
        (await system.api.allDeliveries('&channel=partner')).every(({ state }) => state === 'delivered'),
      { timeoutMs: 60_000, everyMs: 200 },
    );
    redis.disconnect();
    expect(new Set(partner.pushes.slice(before).map((push) => push.webhookId)).size).toBe(50);
    for (const id of ids) expect(new Set(partner.of(id).map((push) => push.webhookId)).size).toBe(1);
    await allReach(ids, 10_000);
  }, 120_000);

  it('loses nothing when Redis is emptied again and again while articles come in', async () => {
    const redis = new Redis(system.server('redis').url);
    const intake = takeIn(system.api, articlesOf('flush-storm', 100), 30);
    const enough = new AbortController();
    const storm = (async () => {
      while (!enough.signal.aborted) {
        await redis.flushall();
        await delay(150);
      }
    })();
    const ids = await intake;
    enough.abort();
    await storm;
    redis.disconnect();
    await allReach(ids, 60_000);
    for (const id of ids) expect(new Set(partner.of(id).map((push) => push.webhookId)).size).toBe(1);
  }, 120_000);

  it.each<{ servers: ServerName[] }>([
    { servers: ['nats'] },
    { servers: ['redis'] },
    { servers: ['nats', 'redis'] },
  ])(
    'takes articles in with 202 while $servers are away, and delivers them afterwards',
    async ({ servers }) => {
      for (const name of servers) await system.server(name).kill('SIGKILL');
      const ids: string[] = [];
      for (const article of articlesOf(`away-${servers.join('-')}`, 20)) {
        const answer = await system.api.post(article);
        expect(answer.status).toBe(202);
        ids.push(answer.body.id);
      }
      expect((await system.api.call('ingest', 'GET', '/health/ready', { key: null })).status).toBe(200);
      for (const name of servers) await system.server(name).restart();
      await allReach(ids, 60_000);
    },
    120_000,
  );

  it('loses nothing when NATS loses all of its data with events in it, though one article cannot be routed', async () => {
    await system.killService('transform');
    const ids = await takeIn(system.api, articlesOf('wiped-nats', 20), 0);
    // The oldest is looked after first.
    const [unroutable] = await system.queryLedger<{ id: string; content: object }>(
      'SELECT article_id AS id, content FROM article_versions WHERE article_id = ANY($1) ORDER BY released_at LIMIT 1',
      [ids],
    );
    const setContent = (content: object | null | undefined) =>
      system.queryLedger('UPDATE article_versions SET content = $2 WHERE article_id = $1', [
        unroutable?.id,
        JSON.stringify(content),
      ]);
    await setContent(null);
    // Their events have left the outbox.
    await pollUntil(
      'the outbox is empty',
      async () =>
        (await system.api.call<{ outbox: { waiting: number } }>('console', 'GET', '/api/v1/status')).body
          .outbox.waiting === 0,
      { timeoutMs: 10_000 },
    );
    await system.server('nats').kill('SIGKILL');
    rmSync(join(system.dataDir.path, 'nats'), { recursive: true });
    await system.server('nats').restart();
    system.spawnService('transform');
    await allReach(
      ids.filter((id) => id !== unroutable?.id),
      90_000,
    );
    await setContent(unroutable?.content);
    await allReach(ids, 30_000);
  }, 150_000);

  it('keeps deliveries waiting, at the cost of no attempt, while the encryption key is another one', async () => {
    await system.killService('publish', 'SIGTERM');
    system.spawnService('publish', { NEWSRELAY_ENCRYPTION_KEY: randomBytes(32).toString('base64') });
    await system.ready(['publish']);
    const [article] = articlesOf('other-key', 1);
    const { id } = (await system.api.post(article ?? {})).body;
    await pollUntil(
      'the channel is complained of',
      () => readFileSync(system.logOf('publish'), 'utf8').includes('the secrets of a channel cannot be read'),
      { timeoutMs: 20_000 },
    );
    const push = async () => (await system.api.deliveriesOf(id)).find(({ channel }) => channel === 'partner');
    expect(await push()).toMatchObject({ state: 'queued', attempts: [] });
    await system.killService('publish', 'SIGTERM');
    system.spawnService('publish');
    await allReach([id], 60_000);
    await pollUntil('the result is written', async () => (await push())?.state === 'delivered', {
      timeoutMs: 10_000,
    });
    expect((await push())?.attempts).toHaveLength(1);
  }, 120_000);

  it('stops at once although a client keeps its connection after the last answer', async () => {
    const socket = connect(Number(new URL(system.urlOf('ingest')).port), '127.0.0.1');
    const answers: string[] = [];
    socket.on('data', (data: Buffer) => answers.push(data.toString()));
    const body = JSON.stringify(articlesOf('kept-connection', 1)[0]);
    socket.write(
      `POST /api/v1/articles HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${system.adminKey}\r\n` +
        `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body.slice(0, 10)}`,
    );
    // The request is under way when the process is told to stop.
    await new Promise((resolve) => socket.once('connect', resolve));
    await pollUntil(
      'ingest answers others',
      async () => (await statusOf(`${system.urlOf('ingest')}/health/live`)) === 200,
      {
        timeoutMs: 10_000,
      },
    );
    const stoppedAt = performance.now();
    const stopped = system.killService('ingest', 'SIGTERM');
    await pollUntil(
      'ingest listens no more',
      async () => (await statusOf(`${system.urlOf('ingest')}/health/live`)) !== 200,
      {
        timeoutMs: 10_000,
      },
    );
    socket.write(body.slice(10));
    await stopped;
    expect(performance.now() - stoppedAt).toBeLessThan(10_000);
    expect(answers.join('')).toMatch(/^HTTP\/1\.1 202 /);
    socket.destroy();
    system.spawnService('ingest');
    await system.ready(['ingest']);
  }, 60_000);

  it('answers 503 while PostgreSQL is away, and goes on by itself when it is back', async () => {
    await system.server('postgres').kill('SIGKILL');
    const [article] = articlesOf('no-postgres', 1);
    const refused = await system.api.post(article ?? {});
    expect(refused.status).toBe(503);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    const ready = await system.api.call<{ parts: Record<string, { up: boolean }> }>(
      'ingest',
      'GET',
      '/health/ready',
      { key: null },
    );
    expect(ready.status).toBe(503);
    expect(ready.body.parts['postgresql']?.up).toBe(false);
    await system.server('postgres').restart();
    const ids = await takeIn(system.api, [article ?? {}], 0);
    await allReach(ids, 60_000);
    await system.ready();
  }, 120_000);
});

describe('a start without any server', () => {
  let system: NewsrelaySystem;
  beforeAll(async () => {
    system = await NewsrelaySystem.start({ services: [] });
    for (const server of SERVERS) await system.server(server).stop();
  }, 120_000);
  afterAll(async () => {
    await system.stop();
  }, 60_000);

  const NEEDED: Record<ServiceName, string[]> = {
    ingest: ['postgresql'],
    transform: ['postgresql', 'nats'],
    publish: ['postgresql', 'nats', 'redis'],
    feeds: ['postgresql'],
    console: ['postgresql'],
  };

  it('says what is missing, once a second at most, and becomes ready without a restart', async () => {
    for (const service of SERVICES) system.spawnService(service);
    for (const service of SERVICES) {
      const report = await pollUntil(
        `${service} answers`,
        async () => {
          try {
            const { status, text } = await getText(`${system.urlOf(service)}/health/ready`);
            return { status, text };
          } catch {
            return undefined;
          }
        },
        { timeoutMs: 20_000, everyMs: 100 },
      );
      expect(report.status).toBe(503);
      const { parts } = JSON.parse(report.text) as {
        parts: Record<string, { up: boolean; required: boolean; reason?: string }>;
      };
      for (const part of NEEDED[service])
        expect({ service, part, up: parts[part]?.up }).toEqual({ service, part, up: false });
    }
    const watchedMs = 6_000;
    const before = new Map(SERVICES.map((service) => [service, linesOf(service)]));
    await delay(watchedMs);
    for (const service of SERVICES) {
      const said = linesOf(service) - (before.get(service) ?? 0);
      // One line a second for each server that is away.
      expect({
        service,
        tooMany: said > (watchedMs / 1_000 + 1) * NEEDED[service].length,
        said,
      }).toMatchObject({ service, tooMany: false });
    }
    // One that is told to stop while it waits does not wait any longer.
    const stoppedAt = performance.now();
    await Promise.all(SERVICES.map((service) => system.killService(service, 'SIGTERM')));
    expect(performance.now() - stoppedAt).toBeLessThan(10_000);
    for (const service of SERVICES) system.spawnService(service);

    await system.server('postgres').restart();
    await system.ready(['ingest', 'feeds', 'console']);
    // Redis was never reached by this process.
    const status = await system.api.call<{ queues: Record<string, { up: boolean }> }>(
      'console',
      'GET',
      '/api/v1/status',
    );
    expect(Object.values(status.body.queues).map(({ up }) => up)).toEqual([false, false, false]);
    expect((await system.api.call('console', 'GET', '/metrics')).status).toBe(200);

    for (const server of ['nats', 'redis'] as const) await system.server(server).restart();
    await system.ready();
    const pids = SERVICES.map((service) => system.pidOf(service));
    expect(pids.every((pid) => isAlive(pid))).toBe(true);
  }, 120_000);

  function linesOf(service: ServiceName): number {
    return readFileSync(system.logOf(service), 'utf8').split('\n').length;
  }
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function getText(url: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(url);
  return { status: answer.status, text: await answer.text() };
}
