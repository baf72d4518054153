import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import fastify, { type FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { Problem } from '@newsrelay/contracts/problem';
import type { Role } from '@newsrelay/contracts/role';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { createKey, deleteKey, hashOfKey } from '@newsrelay/ledger/keys';
import { openLedger } from '@newsrelay/ledger/database';
import { openTestLedger, type TestLedger } from '@newsrelay/ledger/ledger.fixture';
import { openSession } from '@newsrelay/ledger/sessions';
import { Authenticator, newKey } from './authenticator.js';
import { guardRoutes } from './guard.js';
import { markScope, watchRouteMarks } from './route-marks.js';

const ADMIN_KEY = 'the-built-in-key-of-this-spec';
const PUBLIC_URL = 'https://news.example';

describe('guarded routes', () => {
  let test: TestLedger;
  let authenticator: Authenticator;
  let app: FastifyInstance;

  function appOf(guard: Authenticator): FastifyInstance {
    const made = fastify();
    watchRouteMarks(made);
    guardRoutes(made, guard);
    made.setErrorHandler((error, _request, reply) => {
      if (!(error instanceof Problem)) throw error;
      return reply.status(error.status).send({ ...error.toJSON() });
    });
    return made;
  }

  beforeAll(async () => {
    test = await openTestLedger();
    authenticator = new Authenticator(test.ledger, { adminKey: ADMIN_KEY, publicUrl: PUBLIC_URL });
    app = appOf(authenticator);
    app.get('/open', { config: { newsrelay: { open: true } } }, (request) => ({ who: request.identity }));
    app.get('/read', { config: { newsrelay: { needs: 'read' } } }, (request) => ({ who: request.identity }));
    app.post('/intake', { config: { newsrelay: { needs: 'intake' } } }, () => ({}));
    await app.register(
      async (scope) => {
        markScope(scope, { needs: 'queues' }, '/');
        // A plugin that knows nothing of marks.
        await scope.register(async (plugin) => {
          plugin.get('/', () => 'queues');
          plugin.get('/static/*', () => 'a file');
          plugin.put('/api/retry', () => ({}));
          return Promise.resolve();
        });
      },
      { prefix: '/queues' },
    );
    await app.ready();
  }, 90_000);
  afterAll(async () => {
    await app.close();
    await test.close();
  });

  async function makeKey(role: Role, source?: string): Promise<{ key: string; id: string }> {
    const [key, id] = [newKey(), randomUUID()];
    const createdBy = { id: 'built-in', name: 'spec' };
    await test.ledger
      .transaction()
      .execute((tx) => createKey(tx, { id, name: id, role, source, hash: hashOfKey(key), createdBy }));
    return { key, id };
  }

  async function makeSession(keyId: string | null): Promise<{ cookie: string; tokenHash: Buffer }> {
    const token = authenticator.newToken();
    const tokenHash = authenticator.hashOfToken(token);
    await test.ledger.transaction().execute((tx) => openSession(tx, { tokenHash, keyId, seconds: 60 }));
    return { cookie: `a=b; ${authenticator.cookie.name}=${token}; c`, tokenHash };
  }

  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
  async function statusOf(url: string, headers: object, method: 'GET' | 'POST' | 'PUT' | 'HEAD' = 'GET') {
    return (await app.inject({ url, method, headers: { ...headers } })).statusCode;
  }

  it('do not start while one of them has no mark', async () => {
    const unmarked = appOf(authenticator);
    unmarked.get('/api/v1/forgotten', () => 'secret');
    await expect(unmarked.ready()).rejects.toThrow('GET /api/v1/forgotten');
    await unmarked.close();
  });

  it('are told by role, and say which one is needed', async () => {
    const source = await makeKey('source', 'jngxq');
    const editor = await makeKey('editor');
    expect(await statusOf('/open', {})).toBe(200);
    expect(await statusOf('/read', {})).toBe(401);
    expect(await statusOf('/read', bearer(newKey()))).toBe(401);
    expect(await statusOf('/read', bearer(editor.key))).toBe(200);
    expect(await statusOf('/intake', bearer(source.key), 'POST')).toBe(200);
    const refused = await app.inject({ url: '/read', headers: bearer(source.key) });
    expect(refused.statusCode).toBe(403);
    expect(refused.json()).toMatchObject({
      detail: `This needs one of the roles admin, editor, operator; the key ${source.id} has the role source.`,
    });
  });

  it('of a plugin need what its scope is marked with, and send a browser to the login', async () => {
    const operator = bearer((await makeKey('operator')).key);
    const editor = bearer((await makeKey('editor')).key);
    for (const [method, url] of [
      ['GET', '/queues'],
      ['GET', '/queues/'],
      ['HEAD', '/queues'],
      ['GET', '/queues/static/app.js'],
      ['HEAD', '/queues/static/app.js'],
      ['PUT', '/queues/api/retry'],
    ] as const) {
      expect([method, url, await statusOf(url, {}, method)]).toEqual([method, url, 401]);
      expect([method, url, await statusOf(url, editor, method)]).toEqual([method, url, 403]);
      expect([method, url, await statusOf(url, operator, method)]).toEqual([method, url, 200]);
    }
    const browser = await app.inject({ url: '/queues', headers: { accept: 'text/html,*/*;q=0.8' } });
    expect([browser.statusCode, browser.headers.location]).toEqual([303, '/']);
    expect(await statusOf('/queues', { accept: 'text/html', ...bearer('wrong') })).toBe(401);
  });

  it('ask for a key before they say that there is nothing', async () => {
    for (const url of ['/api', '/api/v9', '/%61pi/x', '/queues/nothing', '/metrics']) {
      expect([url, await statusOf(url, {})]).toEqual([url, 401]);
      expect([url, await statusOf(url, bearer(ADMIN_KEY))]).toEqual([url, 404]);
    }
    expect(await statusOf('/apis', {})).toBe(404);
  });

  it('refuse a deleted key, and the sessions opened with it, at once', async () => {
    const { key, id } = await makeKey('editor');
    const { cookie } = await makeSession(id);
    expect([await statusOf('/read', bearer(key)), await statusOf('/read', { cookie })]).toEqual([200, 200]);
    await test.ledger.transaction().execute((tx) => deleteKey(tx, id));
    expect([await statusOf('/read', bearer(key)), await statusOf('/read', { cookie })]).toEqual([401, 401]);
  });

  it('take the cookie where they take a key, but no change from another page', async () => {
    const { cookie } = await makeSession((await makeKey('editor')).id);
    const here = { 'sec-fetch-site': 'same-origin' };
    expect(await statusOf('/intake', { cookie }, 'POST')).toBe(403);
    expect(await statusOf('/intake', { cookie, origin: 'https://evil.example' }, 'POST')).toBe(403);
    expect(await statusOf('/intake', { cookie, ...here }, 'POST')).toBe(200);
    expect(await statusOf('/read', { cookie, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await statusOf('/read', { cookie, authorization: 'Basic eDp5' })).toBe(200);
    expect(await statusOf('/read', { cookie, ...bearer('wrong') })).toBe(401);
    expect(await statusOf('/read', { cookie, authorization: 'Bearer' })).toBe(401);
    for (const token of ['', 'x', 'x'.repeat(43), `${'x'.repeat(42)}'`])
      expect(await statusOf('/read', { cookie: `${authenticator.cookie.name}=${token}` })).toBe(401);
  });

  it('end the session of the built-in key with its time, and with the key', async () => {
    const { cookie, tokenHash } = await makeSession(null);
    expect((await app.inject({ url: '/read', headers: { cookie } })).json()).toMatchObject({
      who: { keyId: 'built-in', role: 'admin', expiresAt: expect.any(String) },
    });
    const other = appOf(
      new Authenticator(test.ledger, { adminKey: 'another-built-in-key', publicUrl: PUBLIC_URL }),
    );
    other.get('/read', { config: { newsrelay: { needs: 'read' } } }, () => ({}));
    expect((await other.inject({ url: '/read', headers: { cookie } })).statusCode).toBe(401);
    await other.close();
    await test.ledger
      .updateTable('sessions')
      .set({ expires_at: sql`clock_timestamp()` })
      .where('token_hash', '=', tokenHash)
      .execute();
    expect(await statusOf('/read', { cookie })).toBe(401);
  });

  it('write the last use of a key down, once a minute at most', async () => {
    const { key, id } = await makeKey('editor');
    const lastUse = async () =>
      (
        await test.ledger
          .selectFrom('api_keys')
          .select('last_used_at')
          .where('id', '=', id)
          .executeTakeFirstOrThrow()
      ).last_used_at;
    expect(await lastUse()).toBeNull();
    await statusOf('/read', bearer(key));
    const first = await pollUntil('the use is written', async () => (await lastUse()) ?? undefined, {
      timeoutMs: 5_000,
    });
    await Promise.all([1, 2, 3].map(() => statusOf('/read', bearer(key))));
    expect(await lastUse()).toEqual(first);
    await sql`update api_keys set last_used_at = last_used_at - interval '61 seconds' where id = ${id}`.execute(
      test.ledger,
    );
    await statusOf('/read', bearer(key));
    await pollUntil('a later use is written', async () => ((await lastUse()) ?? first) > first, {
      timeoutMs: 5_000,
    });
  });

  it('know the built-in key without PostgreSQL, and no other', async () => {
    const nowhere = openLedger({
      url: 'postgres://127.0.0.1:1/nothing',
      poolSize: 1,
      applicationName: 'spec',
      onIdleError: () => undefined,
    });
    const alone = appOf(new Authenticator(nowhere, { adminKey: ADMIN_KEY, publicUrl: PUBLIC_URL }));
    alone.get('/read', { config: { newsrelay: { needs: 'read' } } }, () => ({}));
    const ask = async (headers: object) =>
      (await alone.inject({ url: '/read', headers: { ...headers } })).statusCode;
    expect(await ask(bearer(ADMIN_KEY))).toBe(200);
    expect(await ask(bearer(newKey()))).toBe(503);
    expect(await ask({ cookie: `${authenticator.cookie.name}=${authenticator.newToken()}` })).toBe(503);
    expect(await ask(bearer('not one of ours'))).toBe(401);
    await alone.close();
    await nowhere.destroy();
  });

  it('refuse what cannot be told from an unmigrated ledger as unavailable', async () => {
    const other = await openTestLedger();
    await sql`drop table sessions, api_keys`.execute(other.ledger);
    const early = new Authenticator(other.ledger, { adminKey: ADMIN_KEY, publicUrl: PUBLIC_URL });
    await expect(early.holderOf(newKey())).rejects.toMatchObject({ status: 503 });
    await other.close();
  });
});
