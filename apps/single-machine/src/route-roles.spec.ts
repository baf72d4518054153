import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RouteOptions } from 'fastify';
import { OPERATIONS } from '@newsrelay/app-console/openapi/operations';
import { readEnvironment } from '@newsrelay/config/environment';
import { singleMachineHttpSettings } from '@newsrelay/config/processes';
import { ROLES, type Role } from '@newsrelay/contracts/role';
import type { Permission } from '@newsrelay/http-api/roles';
import type {} from '@newsrelay/http-api/route-marks';
import { freePort } from '@newsrelay/local-servers/free-port';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { startPostgres } from '@newsrelay/local-servers/postgres';
import type { LocalServer } from '@newsrelay/local-servers/server-process';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { startServiceProcess, type ServiceProcess } from '@newsrelay/service-process/service-process';
import { httpProcess } from './processes.js';

/** What each role may, written down once more: a change of the table in the code must be meant. */
const EXPECTED: Record<Permission, readonly Role[]> = {
  me: ['admin', 'editor', 'operator', 'source'],
  read: ['admin', 'editor', 'operator'],
  intake: ['admin', 'editor', 'source'],
  review: ['admin', 'editor'],
  withdraw: ['admin', 'editor', 'operator'],
  retry: ['admin', 'operator'],
  channels: ['admin', 'operator'],
  alarms: ['admin', 'operator'],
  metrics: ['admin', 'operator'],
  queues: ['admin', 'operator'],
  keys: ['admin'],
  audit: ['admin'],
};

/** What changes something and is not for everybody: a route of these with a weaker mark is a mistake. */
const MARKS: readonly (readonly [route: string, permission: Permission | 'open'])[] = [
  ['POST /api/v1/articles', 'intake'],
  ['PUT /api/v1/articles/:id', 'intake'],
  ['POST /api/v1/pages', 'intake'],
  ['POST /api/v1/articles/:id/approve', 'review'],
  ['POST /api/v1/articles/:id/discard', 'review'],
  ['POST /api/v1/articles/:id/withdraw', 'withdraw'],
  ['POST /api/v1/deliveries/:id/retry', 'retry'],
  ['POST /api/v1/deliveries/replay', 'retry'],
  ['POST /api/v1/replays/:id/cancel', 'retry'],
  ['POST /api/v1/tasks/:id/take', 'retry'],
  ['POST /api/v1/tasks/:id/release', 'retry'],
  ['POST /api/v1/tasks/:id/done', 'retry'],
  ['POST /api/v1/channels', 'channels'],
  ['PATCH /api/v1/channels/:id', 'channels'],
  ['DELETE /api/v1/channels/:id', 'channels'],
  ['POST /api/v1/channels/:id/pause', 'channels'],
  ['POST /api/v1/channels/:id/resume', 'channels'],
  ['POST /api/v1/channels/:id/test', 'channels'],
  ['POST /hub', 'open'],
  ['GET /api/v1/hub/subscriptions', 'read'],
  ['DELETE /api/v1/hub/subscriptions/:id', 'channels'],
  ['GET /api/v1/channels/:id/tokens', 'read'],
  ['POST /api/v1/channels/:id/tokens', 'channels'],
  ['POST /api/v1/channels/:id/tokens/:token/rotate', 'channels'],
  ['DELETE /api/v1/channels/:id/tokens/:token', 'channels'],
  ['GET /api/v1/channels/:id/usage', 'read'],
  ['GET /api/v1/alarm-sinks', 'alarms'],
  ['POST /api/v1/alarm-sinks', 'alarms'],
  ['PATCH /api/v1/alarm-sinks/:id', 'alarms'],
  ['DELETE /api/v1/alarm-sinks/:id', 'alarms'],
  ['POST /api/v1/alarm-sinks/:id/test', 'alarms'],
  ['GET /api/v1/operator-events', 'read'],
  ['GET /api/v1/keys', 'keys'],
  ['POST /api/v1/keys', 'keys'],
  ['DELETE /api/v1/keys/:id', 'keys'],
  ['GET /api/v1/audit', 'audit'],
  ['GET /api/v1/board', 'read'],
  ['GET /api/v1/stream', 'read'],
  ['GET /queues/api/queues', 'queues'],
  ['GET /', 'open'],
  ['GET /feeds', 'open'],
  ['GET /feeds/:file', 'open'],
  ['GET /opml.xml', 'open'],
  ['GET /sitemap.xml', 'open'],
  ['GET /news-sitemap.xml', 'open'],
  ['GET /robots.txt', 'open'],
  ['GET /metrics', 'metrics'],
  ['POST /session', 'open'],
  ['DELETE /session', 'open'],
];

const ADMIN_KEY = 'the-built-in-key-of-this-spec';

describe('every route of the one public port', () => {
  let data: TemporaryDataDir;
  let postgres: LocalServer;
  let running: ServiceProcess;
  let origin: string;
  let routes: readonly { name: string; method: string; url: string; mark: Permission | 'open' }[];
  const keys = new Map<Role, string>();

  beforeAll(async () => {
    data = temporaryDataDir();
    postgres = await startPostgres({ dataDir: data.path, survivesPowerLoss: false });
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    const settings = readEnvironment(singleMachineHttpSettings, {
      DATABASE_URL: postgres.url,
      REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
      NATS_URL: `nats://127.0.0.1:${await freePort()}`,
      NEWSRELAY_LOG_LEVEL: 'error',
      NEWSRELAY_DATA_DIR: data.path,
      NEWSRELAY_PORT: String(port),
      NEWSRELAY_WORKERS_PORT: String(await freePort()),
      NEWSRELAY_BIND: '127.0.0.1',
      NEWSRELAY_ADMIN_KEY: ADMIN_KEY,
      NEWSRELAY_PUBLIC_URL: origin,
      NEWSRELAY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    });
    running = await startServiceProcess(httpProcess(settings));
    routes = running.app.getHttpAdapter().getInstance().markedRoutes.flatMap(namedRoutes);
    await pollUntil('ready', async () => (await fetch(`${origin}/health/ready`)).ok, { timeoutMs: 20_000 });
    for (const role of ROLES) {
      const made = await fetch(`${origin}/api/v1/keys`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name: role, role, ...(role === 'source' ? { source: 'jngxq' } : {}) }),
      });
      expect(made.status).toBe(201);
      keys.set(role, ((await made.json()) as { key: string }).key);
    }
  }, 120_000);
  afterAll(async () => {
    await running.stop();
    await postgres.stop();
    await data.remove();
  }, 60_000);

  function namedRoutes({ method, url, config }: RouteOptions) {
    const mark = config?.newsrelay;
    if (mark === undefined) throw new Error(`${String(method)} ${url} has no mark`);
    return [method].flat().map((name) => ({
      name: `${name} ${url}`,
      method: name,
      url,
      mark: 'needs' in mark ? mark.needs : ('open' as const),
    }));
  }

  /** Without a body, and of things that are not there: whatever is let through changes nothing. */
  async function statusOf(method: string, url: string, key: string | null): Promise<number> {
    const path = url
      .replace(/:id\b/, '00000000-0000-4000-8000-000000000000')
      .replace(/:\w+/g, '1')
      .replace(/\*/g, 'x');
    const answer = await fetch(origin + path, {
      method,
      headers: key === null ? {} : { authorization: `Bearer ${key}` },
      redirect: 'manual',
    });
    // Not read to its end: it may be a stream that has none.
    await answer.body?.cancel();
    if (answer.status === 401 || answer.status === 403)
      expect(`${method} ${url}: ${answer.headers.get('content-type') ?? ''}`).toContain(
        'application/problem+json',
      );
    return answer.status;
  }

  it('is marked as it is meant', () => {
    const marked = new Map(routes.map(({ name, mark }) => [name, mark]));
    expect(MARKS.map(([name]) => [name, marked.get(name)])).toEqual(MARKS);
    // Nothing below /api is open but the description of it.
    expect(
      routes.filter(
        ({ url, mark, method }) => url.startsWith('/api') && mark === 'open' && method !== 'HEAD',
      ),
    ).toEqual([expect.objectContaining({ url: '/api/v1/openapi.json' })]);
    // What changes something is not for everybody who may read.
    const listed = new Set(MARKS.map(([name]) => name));
    const weak = routes.filter(
      ({ name, method, mark }) =>
        !['GET', 'HEAD', 'OPTIONS'].includes(method) &&
        ['me', 'read', 'open'].includes(mark) &&
        !listed.has(name),
    );
    expect(weak.map(({ name }) => name)).toEqual([]);
  });

  it('is in the OpenAPI document, if it is one of the API', () => {
    const documented = new Set(OPERATIONS.map(({ method, path }) => `${method.toUpperCase()} ${path}`));
    const api = routes
      .filter(({ url, method }) => /^\/(api|session)\b/.test(url) && method !== 'HEAD')
      .map(({ name }) => name.replace(/:(\w+)/g, '{$1}'));
    expect(api.filter((name) => !documented.has(name))).toEqual([]);
    expect(api.length).toBeGreaterThan(20);
  });

  it('is answered to the roles that may, refused to the others, and asks for a key unless it is open', async () => {
    const answered: string[] = [];
    const expected: string[] = [];
    for (const { name, method, url, mark } of routes) {
      const status = await statusOf(method, url, null);
      const wanted = mark === 'open' ? 'answered' : '401';
      expected.push(`${name} without a key: ${wanted}`);
      answered.push(`${name} without a key: ${status === 401 ? '401' : 'answered'}`);
      if (mark === 'open') continue;
      for (const [role, key] of keys) {
        const told = await statusOf(method, url, key);
        expected.push(`${name} ${role}: ${EXPECTED[mark].includes(role) ? 'answered' : '403'}`);
        // Redis is away here, and the views of the queues say so.
        const failed = told >= 500 && !(mark === 'queues' && told === 503);
        answered.push(`${name} ${role}: ${told === 401 || told === 403 || failed ? told : 'answered'}`);
      }
    }
    expect(answered).toEqual(expected);
  }, 60_000);

  it('refuses with problem details, before a handler too', async () => {
    const ask = async (path: string, key: string | undefined) => {
      const answer = await fetch(origin + path, {
        headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
      });
      const { headers } = answer;
      const told = (await answer.json()) as { status?: number };
      return [path, told.status, headers.get('content-type'), headers.get('www-authenticate')];
    };
    const type = expect.stringMatching(/^application\/problem\+json\b/) as unknown;
    const challenge = 'Bearer realm="newsrelay"';
    expect([
      await ask('/api/v1/me', undefined),
      await ask('/api/v1/keys', keys.get('editor')),
      await ask('/articles/%00', undefined),
      await ask('/queues/api/queues', undefined),
      await ask('/queues/static/../../package.json', ADMIN_KEY),
    ]).toEqual([
      ['/api/v1/me', 401, type, challenge],
      ['/api/v1/keys', 403, type, null],
      ['/articles/%00', 400, type, null],
      ['/queues/api/queues', 401, type, challenge],
      ['/queues/static/../../package.json', 404, type, null],
    ]);
  });

  it('refuses a cursor or a bound that PostgreSQL could not read, and fails at none', async () => {
    const cursor = (createdAt: string, id: string) =>
      Buffer.from(JSON.stringify({ createdAt, id })).toString('base64url');
    const uuid = '00000000-0000-4000-8000-000000000000';
    const statusWith = async (path: string) => {
      const answer = await fetch(`${origin}/api/v1/${path}`, {
        headers: { authorization: `Bearer ${ADMIN_KEY}` },
      });
      return answer.status;
    };
    const lists = [
      'board',
      'articles',
      'deliveries',
      'tasks',
      'channels',
      'keys',
      'audit',
      'alarm-sinks',
      'operator-events',
    ];
    for (const list of lists) {
      const id = list === 'audit' || list === 'operator-events' ? '1' : uuid;
      expect([list, await statusWith(`${list}?cursor=${cursor('0000-01-01T00:00:00.000Z', id)}`)]).toEqual([
        list,
        400,
      ]);
      expect([list, await statusWith(`${list}?cursor=${cursor('2026-01-01T00:00:00.000Z', id)}`)]).toEqual([
        list,
        200,
      ]);
    }
    expect(await statusWith(`board?cursor=${cursor('2026-01-01T00:00:00.000Z', 'abc')}`)).toBe(400);
    expect(await statusWith('audit?since=0000-01-01T00:00:00Z')).toBe(422);
    expect(await statusWith('audit?since=2026-01-01T00:00:00%2B23:59')).toBe(200);
  });

  it('has no role that may more or less than is written here', async () => {
    for (const [role, key] of keys) {
      const me = await fetch(`${origin}/api/v1/me`, { headers: { authorization: `Bearer ${key}` } });
      const { may } = (await me.json()) as { may: string[] };
      const expected = Object.entries(EXPECTED)
        .filter(([, roles]) => roles.includes(role))
        .map(([permission]) => permission);
      expect([role, [...may].sort()]).toEqual([role, expected.sort()]);
    }
  });
});
