import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '@newsrelay/local-servers/free-port';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import type { LocalServer } from '@newsrelay/local-servers/server-process';
import { Agent, request } from 'undici';
import { feedItems } from './harness/feed-ids.js';
import { checkConfiguration, gatewayConfiguration, startGateway } from './harness/gateway.js';
import { NewsrelayApi, type ArticleAnswer } from './harness/newsrelay-api.js';
import { NewsrelaySystem, SERVICES, statusOf, type ServiceName } from './harness/newsrelay-system.js';
import { PartnerReceiver } from './harness/partner-receiver.js';
import { articleOfBytes, sampleArticle } from './harness/sample-article.js';

const ROOT = join(import.meta.dirname, '../..');
const WAIT = { timeoutMs: 20_000 };
const MIB = 1024 * 1024;
const BEHIND = ['ingest', 'feeds', 'console'] as const;

/** As docker-compose.yml and k8s/ run it: services apart, secrets as files, a job that migrates, and the gateway's own files. */
describe('services apart, behind the gateway', () => {
  let system: NewsrelaySystem;
  let gateway: LocalServer;
  let partner: PartnerReceiver;
  /** Through the one public port. */
  let api: NewsrelayApi;
  let secrets: Record<string, string>;

  /** Writes secrets to files. @returns the settings that name them, and the plain ones empty */
  function asFiles(values: Record<string, string>): Record<string, string> {
    const folder = join(system.dataDir.path, 'secrets');
    mkdirSync(folder, { recursive: true });
    return Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) => {
        const path = join(folder, name.toLowerCase());
        writeFileSync(path, `${value}\n`);
        return [
          [name, ''],
          [`${name}_FILE`, path],
        ];
      }),
    );
  }

  const runMigration = (environment: Record<string, string>) =>
    spawnSync(process.execPath, [join(ROOT, 'apps/migrate/dist/main.js')], {
      env: environment,
      encoding: 'utf8',
      timeout: 60_000,
    });

  beforeAll(async () => {
    partner = await PartnerReceiver.start();
    const port = await freePort();
    system = await NewsrelaySystem.start({
      services: [],
      environment: {
        NEWSRELAY_PUBLIC_URL: `http://127.0.0.1:${port}`,
        NEWSRELAY_MIGRATE: 'wait',
        // The gateway alone: whoever comes to it from another address of loopback is a caller from outside.
        NEWSRELAY_TRUSTED_PROXIES: '127.0.0.1',
        NEWSRELAY_RETRY_SCHEDULE: '0,1,2,5',
      },
    });
    secrets = asFiles({
      DATABASE_URL: system.server('postgres').url,
      REDIS_URL: system.server('redis').url,
      NATS_URL: system.server('nats').url,
      NEWSRELAY_ADMIN_KEY: system.adminKey,
      NEWSRELAY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    });
    for (const service of SERVICES) system.spawnService(service, secrets);
    const target = (service: ServiceName) => system.urlOf(service).replace('http://', '');
    gateway = await startGateway(
      system.dataDir.path,
      { ingest: target('ingest'), feeds: target('feeds'), console: target('console') },
      port,
    );
    api = new NewsrelayApi(() => gateway.url, system.adminKey);
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    await system.stop();
    await partner.stop();
  }, 60_000);

  async function take(fields: Record<string, unknown> = {}): Promise<ArticleAnswer> {
    const taken = await api.post(sampleArticle(fields));
    expect({ status: taken.status, text: taken.text }).toEqual({ status: 202, text: expect.any(String) });
    return taken.body;
  }

  it('waits for the schema, which the migration job brings, once', async () => {
    for (const service of SERVICES) {
      await pollUntil(
        `${service} waits`,
        async () => {
          if ((await statusOf(`${system.urlOf(service)}/health/live`)) !== 200) return false;
          const answer = await request(`${system.urlOf(service)}/health/ready`);
          return answer.statusCode === 503 && (await answer.body.text()).includes('the migration job');
        },
        WAIT,
      );
    }
    const { DATABASE_URL_FILE: database = '' } = secrets;
    const first = runMigration({ DATABASE_URL_FILE: database });
    expect({ status: first.status, said: first.stdout }).toEqual({
      status: 0,
      said: expect.stringContaining('the schema is up to date now'),
    });
    const second = runMigration({ DATABASE_URL_FILE: database });
    expect({ status: second.status, said: second.stdout }).toEqual({
      status: 0,
      said: expect.stringContaining('the schema is up to date already'),
    });
    await system.ready();
  }, 120_000);

  it('ends the migration job with 1 and a line that says why', async () => {
    const unset = runMigration({});
    expect({ status: unset.status, said: unset.stderr }).toEqual({
      status: 1,
      said: expect.stringContaining('DATABASE_URL is not set'),
    });
    const nowhere = runMigration({
      DATABASE_URL: `postgresql://127.0.0.1:${await freePort()}/newsrelay`,
      NEWSRELAY_MIGRATE_TIMEOUT: '1',
    });
    expect({ status: nowhere.status, said: nowhere.stdout }).toEqual({
      status: 1,
      said: expect.stringContaining('PostgreSQL cannot be reached'),
    });
  });

  it('says which file of a secret is wrong, without the secret', () => {
    const missing = runMigration({ DATABASE_URL_FILE: '/nowhere/database_url' });
    expect(missing.status).toBe(1);
    expect(missing.stderr).toBe(
      'DATABASE_URL_FILE: /nowhere/database_url cannot be read (ENOENT): name a file that this account may read\n',
    );
    const wrong = runMigration(asFiles({ DATABASE_URL: 'mysql://me:hunter2@x' }));
    expect(wrong.stderr).toContain('DATABASE_URL_FILE: must be a URL such as postgresql://');
    expect(wrong.stderr).not.toContain('hunter2');
    // The file is the services': as it was.
    asFiles({ DATABASE_URL: system.server('postgres').url });
  });

  it('is a configuration that nginx takes', () => {
    const folder = join(system.dataDir.path, 'check');
    mkdirSync(folder);
    const configuration = gatewayConfiguration(folder, '127.0.0.1:1', {
      ingest: '127.0.0.1:2',
      feeds: '127.0.0.1:3',
      console: '127.0.0.1:4',
    });
    checkConfiguration(folder, configuration);
    expect(() => {
      checkConfiguration(folder, configuration.replace('http {', 'http { nonsense;'));
    }).toThrow('unknown directive');
  });

  it('leads every path to the service that answers it', async () => {
    const document = await api.call<{ paths: Record<string, object> }>(
      'console',
      'GET',
      '/api/v1/openapi.json',
    );
    // Each process has its own probes and figures.
    const documented = Object.keys(document.body.paths).filter((path) => !/^\/(health|metrics)/.test(path));
    expect(documented.length).toBeGreaterThan(15);
    const pages = ['/', '/session', '/queues', '/console/assets/x.js', '/feeds/x.atom', '/articles/x'];
    const owners = new Map<string, string>();
    for (const path of [...documented, ...pages]) {
      const concrete = path
        .replace(/\{(version|number)\}/, '1')
        .replace('{file}', 'x.rss')
        .replace(/\{\w+\}/g, '00000000-0000-4000-8000-000000000000');
      const seen = async (ask: NewsrelayApi, service: (typeof BEHIND)[number]) => {
        // What no route answers: 405 with Allow where there is something, and 404 where there is nothing.
        const { status, headers } = await ask.call(service, 'OPTIONS', concrete);
        return { status, allow: headers['allow'] };
      };
      const answers = await Promise.all(
        BEHIND.map(async (service) => ({ service, ...(await seen(system.api, service)) })),
      );
      const [owner, ...others] = answers.filter(({ status }) => status !== 404);
      expect({ path, owner: owner !== undefined, others }).toEqual({ path, owner: true, others: [] });
      if (owner === undefined) continue;
      const { service, ...direct } = owner;
      owners.set(path, service);
      expect({ path, service, ...(await seen(api, service)) }).toEqual({ path, service, ...direct });
    }
    expect([...new Set(owners.values())].sort()).toEqual([...BEHIND].sort());
    expect(owners.get('/api/v1/articles/{id}/deliveries')).toBe('console');
    // The hub has no route yet; it is to be the feeds' (the contract).
    expect(readFileSync(join(ROOT, 'deploy/gateway/gateway.conf.template'), 'utf8')).toContain(
      'location = /hub {',
    );
  });

  it('takes an article to partner and feed through the one port, over a restart, and takes it back', async () => {
    for (const channel of [
      { id: 'partner', type: 'webhook', name: '合作方', settings: { url: partner.url('/in') } },
      { id: 'paper', type: 'feed', name: '报纸', settings: { title: '报纸' } },
    ]) {
      const created = await api.createChannel(channel);
      expect({ status: created.status, text: created.text }).toEqual({
        status: 201,
        text: expect.any(String),
      });
    }
    const { id } = await take({ headline: '经网关发出' });
    await pollUntil('push', () => partner.of(id).length === 1, WAIT);
    await pollUntil('feed', async () => (await feedItems(api, 'paper')).length === 1, WAIT);
    const [item] = await feedItems(api, 'paper');
    expect(item).toMatchObject({ id: `urn:uuid:${id}`, title: '经网关发出' });
    const feed = await api.call('feeds', 'GET', '/feeds/paper.rss', { key: null });
    expect(feed.text).toContain(`<link>${gateway.url}/articles/${id}</link>`);
    const page = await api.call('feeds', 'GET', `/articles/${id}`, { key: null });
    expect({ status: page.status, holds: page.text.includes('经网关发出') }).toEqual({
      status: 200,
      holds: true,
    });
    const again = await api.call('feeds', 'GET', '/feeds/paper.rss', {
      key: null,
      headers: { 'if-none-match': String(feed.headers['etag']) },
    });
    expect(again.status).toBe(304);
    // Compressed it is another representation, with a strong validator of its own that the gateway leaves as it is.
    const small = await api.call('feeds', 'GET', '/feeds/paper.rss', {
      key: null,
      headers: { 'accept-encoding': 'gzip' },
    });
    expect(small.headers).toMatchObject({
      'content-encoding': 'gzip',
      etag: expect.stringMatching(/^"[^"]+"$/),
    });
    expect(small.headers['etag']).not.toBe(feed.headers['etag']);
    const unchanged = await api.call('feeds', 'GET', '/feeds/paper.rss', {
      key: null,
      headers: { 'accept-encoding': 'gzip', 'if-none-match': String(small.headers['etag']) },
    });
    expect(unchanged.status).toBe(304);

    await system.killService('publish', 'SIGTERM');
    const corrected = await api.call('ingest', 'PUT', `/api/v1/articles/${id}`, {
      json: {
        ...sampleArticle(),
        source: undefined,
        sourceId: undefined,
        headline: '更正',
        note: '标题有误',
      },
    });
    expect(corrected.status).toBe(202);
    system.spawnService('publish', secrets);
    await pollUntil('correction', () => partner.of(id).length === 2, WAIT);

    expect((await api.withdraw(id)).status).toBe(202);
    await pollUntil('withdrawal', () => partner.of(id).length === 3, WAIT);
    expect(partner.of(id).map(({ event }) => event.type)).toEqual([
      'article.published',
      'article.updated',
      'article.withdrawn',
    ]);
    await pollUntil(
      'feed without it',
      async () => (await feedItems(api, 'paper')).every(({ title }) => !title.includes('更正')),
      WAIT,
    );
    // Served by the console although it lies below a path of ingest.
    const deliveries = await api.deliveriesOf(id);
    expect(deliveries.length).toBeGreaterThanOrEqual(4);
  }, 90_000);

  it('lets the service itself refuse a body that is too large', async () => {
    const fits = await api.call('ingest', 'POST', '/api/v1/articles', { body: articleOfBytes(MIB) });
    expect(fits.status).toBe(202);
    const own = expect.stringContaining('at most 1 MiB for JSON, 4 MiB for a newspaper page') as unknown;
    for (const { body, path, type } of [
      { body: articleOfBytes(MIB + 1), path: '/api/v1/articles', type: 'application/json' },
      { body: 'x'.repeat(4 * MIB + 1), path: '/api/v1/pages?source=x', type: 'text/plain' },
      { body: 'x'.repeat(16 * MIB), path: '/api/v1/pages?source=x', type: 'text/plain' },
    ]) {
      const refused = await api.call<{ status: number; detail: string }>('ingest', 'POST', path, {
        body,
        type,
      });
      expect(refused.headers['content-type']).toContain('application/problem+json');
      expect(refused.body).toMatchObject({ status: 413, detail: own });
    }
    // As large as a page may be, and no page: the gateway let it pass.
    const nonsense = await api.call('ingest', 'POST', '/api/v1/pages?source=x', {
      body: 'x'.repeat(4 * MIB),
      type: 'text/plain',
    });
    expect(nonsense.status).toBe(422);
  }, 60_000);

  it('refuses by itself, with problem details too, what is larger than anything', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(gateway.port, '127.0.0.1');
      let text = '';
      socket.on('data', (bytes) => (text += bytes.toString('utf8')));
      socket.on('error', reject);
      socket.on('end', () => {
        resolve(text);
      });
      socket.write(
        'POST /api/v1/articles HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\nConnection: close\r\n\r\n',
      );
    });
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('Content-Type: application/problem+json');
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ status: 413 });
  });

  it('passes events of a stream on as they come', async () => {
    const answer = await request(`${gateway.url}/api/v1/stream`, {
      headers: { authorization: `Bearer ${system.adminKey}`, accept: 'text/event-stream' },
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toContain('text/event-stream');
    let seen = '';
    answer.body.on('data', (bytes: Buffer) => (seen += bytes.toString('utf8')));
    answer.body.on('error', () => undefined);
    await pollUntil('beginning of the stream', () => seen.includes('retry:'), WAIT);
    const before = seen.length;
    await take();
    // Held back by a buffer it would come only when the stream ends, which it does not.
    await pollUntil('event of the article', () => seen.length > before && seen.includes('data:'), WAIT);
    answer.body.destroy();
  }, 60_000);

  it('tells nobody outside its figures', async () => {
    for (const path of ['/metrics', '/metrics.json']) {
      const answer = await api.call('console', 'GET', path);
      expect({ path, status: answer.status, type: answer.headers['content-type'] }).toEqual({
        path,
        status: 404,
        type: 'application/problem+json',
      });
    }
    expect((await api.call('console', 'GET', '/gateway/live', { key: null })).text).toBe('live\n');
  });

  it('counts wrong logins by the address of the caller, whatever the caller says of itself', async () => {
    const logIn = async (from: string, key: string) => {
      const dispatcher = new Agent({ localAddress: from });
      const answer = await request(`${gateway.url}/session`, {
        dispatcher,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          // What a caller that is counted would claim: another address each time.
          'x-forwarded-for': `203.0.113.${Math.floor(Math.random() * 256)}`,
          'x-real-ip': '203.0.113.1',
        },
        body: JSON.stringify({ key }),
      });
      await answer.body.dump();
      await dispatcher.close();
      return answer.statusCode;
    };
    const wrong = [];
    for (let count = 0; count < 11; count += 1)
      wrong.push(await logIn('127.0.0.2', 'not the key of anybody'));
    expect(wrong).toEqual([...Array<number>(10).fill(401), 429]);
    // Who sits elsewhere is not kept out by that, and is written down by his own address.
    expect(await logIn('127.0.0.3', system.adminKey)).toBe(204);
    const audit = await api.call<{ items: { address: string }[] }>(
      'console',
      'GET',
      '/api/v1/audit?action=session.open&limit=1',
    );
    expect(audit.body.items).toMatchObject([{ address: '127.0.0.3' }]);
  }, 30_000);

  it('takes an article once and knows a session everywhere when ingest and console run twice', async () => {
    const ingestBeside = await system.spawnBeside('ingest', secrets);
    const consoleBeside = await system.spawnBeside('console', secrets);
    for (const { url } of [ingestBeside, consoleBeside])
      await pollUntil('second instance', async () => (await statusOf(`${url}/health/ready`)) === 200, WAIT);
    const viaBeside = new NewsrelayApi(
      (service) => (service === 'ingest' ? ingestBeside.url : consoleBeside.url),
      system.adminKey,
    );

    for (let round = 0; round < 10; round += 1) {
      const article = sampleArticle({ headline: `两处同时收到 ${round}` });
      const answers = await Promise.all([api.post(article), viaBeside.post(article)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 202]);
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    }

    const login = await api.call('console', 'POST', '/session', {
      json: { key: system.adminKey },
      key: null,
    });
    const [cookie] = String(login.headers['set-cookie']).split(';');
    const me = () =>
      viaBeside.call('console', 'GET', '/api/v1/me', { key: null, headers: { cookie: String(cookie) } });
    expect((await me()).status).toBe(200);
    // Closed at one, it is closed at the other.
    const out = await api.call('console', 'DELETE', '/session', {
      key: null,
      headers: { cookie: String(cookie), 'sec-fetch-site': 'same-origin' },
    });
    expect(out.status).toBe(204);
    expect((await me()).status).toBe(401);

    // A key made at one opens the other, and no longer once it is deleted there.
    const made = await api.call<{ id: string; key: string }>('console', 'POST', '/api/v1/keys', {
      json: { name: '两处', role: 'editor' },
    });
    expect(made.status).toBe(201);
    const withKey = () => viaBeside.call('ingest', 'GET', '/api/v1/articles?limit=1', { key: made.body.key });
    expect((await withKey()).status).toBe(200);
    expect((await api.call('console', 'DELETE', `/api/v1/keys/${made.body.id}`)).status).toBe(204);
    await pollUntil('the key is known nowhere', async () => (await withKey()).status === 401, WAIT);
  }, 90_000);

  it('pushes nothing twice and serves the same bytes when publish and feeds run twice', async () => {
    const beside = await system.spawnBeside('feeds', secrets);
    const publishBeside = await system.spawnBeside('publish', secrets);
    for (const { url } of [beside, publishBeside])
      await pollUntil('second instance', async () => (await statusOf(`${url}/health/ready`)) === 200, WAIT);
    const articles: ArticleAnswer[] = [];
    for (let count = 0; count < 30; count += 1) articles.push(await take({ headline: `第${count}条` }));
    await pollUntil('pushes', () => articles.every(({ id }) => partner.of(id).length > 0), {
      timeoutMs: 40_000,
    });

    const feedOf = async (url: string) => {
      const answer = await request(`${url}/feeds/paper.json`);
      const text = await answer.body.text();
      const { items } = JSON.parse(text) as { items: { id: string }[] };
      return {
        etag: answer.headers['etag'],
        lastModified: answer.headers['last-modified'],
        text,
        all: articles.every(({ id }) => items.some((item) => item.id === `urn:uuid:${id}`)),
      };
    };
    const done = (channel: string) => async () =>
      (await api.allDeliveries(`&channel=${channel}`)).every(({ state }) =>
        ['delivered', 'superseded'].includes(state),
      );
    // Also what earlier tests took: with nothing on its way any more, both have to come to the same bytes and stay there.
    await pollUntil('every feed delivery done', done('paper'), WAIT);
    let one = await feedOf(system.urlOf('feeds'));
    let other = await feedOf(beside.url);
    await pollUntil(
      'both have heard of the last item',
      async () => {
        one = await feedOf(system.urlOf('feeds'));
        other = await feedOf(beside.url);
        return one.all && other.all && one.etag === other.etag;
      },
      WAIT,
    );
    expect(one).toEqual(other);
    expect(await feedOf(system.urlOf('feeds'))).toEqual(one);

    await pollUntil('every delivery done', done('partner'), WAIT);
    for (const { id } of articles) expect(partner.of(id)).toHaveLength(1);
    // Both had a part in it: each has counted attempts of its own.
    const attempts = async (url: string) => {
      const answer = await request(`${url}/metrics`, {
        headers: { authorization: `Bearer ${system.adminKey}` },
      });
      const text = await answer.body.text();
      return [...text.matchAll(/^newsrelay_attempts_total\{.*\} (\d+)$/gm)].reduce(
        (sum, [, n]) => sum + Number(n),
        0,
      );
    };
    for (const url of [system.urlOf('publish'), publishBeside.url])
      expect(await attempts(url)).toBeGreaterThan(0);
  }, 120_000);

  it('lets partners in by their tokens, and keeps none of them in the log of the gateway', async () => {
    const settings = { title: '合作方专用', access: 'token' };
    await api.createChannel({ id: 'partners', type: 'feed', name: '合作方专用', settings });
    const made = await api.call<{ token: string }>('console', 'POST', '/api/v1/channels/partners/tokens', {
      json: { name: '北方网' },
    });
    const { token } = made.body;
    const statusAt = async (path: string) => (await api.call('feeds', 'GET', path, { key: null })).status;
    expect(await statusAt(`/feeds/${token}/partners.rss`)).toBe(200);
    expect(await statusAt('/feeds/partners.rss')).toBe(401);
    expect(await statusAt(`/feeds/%6erf_${token.slice(4)}/partners.rss`)).toBe(200);
    expect(await statusAt(`/feeds/${token}/${token}.rss`)).toBe(404);
    await system.killService('feeds', 'SIGTERM');
    expect(await statusAt(`/feeds/${token}/partners.rss`)).toBe(503);
    system.spawnService('feeds', secrets);
    await pollUntil(
      'feeds again',
      async () => (await statusAt(`/feeds/${token}/partners.rss`)) === 200,
      WAIT,
    );
    const folder = join(system.dataDir.path, 'logs');
    const logged = readdirSync(folder)
      .filter((name) => name.startsWith('nginx'))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('');
    for (const line of [
      '"path":"/feeds/nrf_…/partners.rss","status":200',
      '"path":"/feeds/nrf_…/partners.rss","status":503',
    ])
      expect(logged).toContain(line);
    expect(logged).not.toContain(token.slice(4));
  }, 60_000);

  it('says 503 for the service that is away, and for no other', async () => {
    await system.killService('console', 'SIGTERM');
    const away = await api.call('console', 'GET', '/api/v1/channels');
    expect({
      status: away.status,
      type: away.headers['content-type'],
      again: away.headers['retry-after'],
    }).toEqual({
      status: 503,
      type: 'application/problem+json',
      again: '1',
    });
    expect((await api.call('feeds', 'GET', '/feeds/paper.rss', { key: null })).status).toBe(200);
    await take();
    system.spawnService('console', secrets);
    await pollUntil(
      'console again',
      async () => (await api.call('console', 'GET', '/api/v1/channels')).status === 200,
      WAIT,
    );
  }, 60_000);
});
