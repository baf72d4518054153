import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import type { Answer, ArticleAnswer, Page } from './harness/newsrelay-api.js';
import { NewsrelaySystem } from './harness/newsrelay-system.js';
import { sampleArticle } from './harness/sample-article.js';

interface KeyAnswer {
  id: string;
  name: string;
  role: string;
  source: string | null;
  createdAt: string;
  createdBy: { id: string; name: string };
  lastUsedAt: string | null;
  key: string;
}

interface AuditAnswer {
  id: string;
  at: string;
  keyId: string;
  keyName: string;
  role: string;
  action: string;
  subject: { kind: string; id: string };
  detail: Record<string, unknown>;
  address: string;
}

const SAMPLE_PAGE = new URL('../../samples/pages/jining-gaoxin-857.txt', import.meta.url);
const HERE = { 'sec-fetch-site': 'same-origin' };

describe('keys and roles', () => {
  let system: NewsrelaySystem;
  beforeAll(async () => {
    system = await NewsrelaySystem.start();
  }, 120_000);
  afterAll(async () => {
    await system.stop();
  }, 60_000);

  type Options = Parameters<NewsrelaySystem['api']['call']>[3];
  const call = <T = Record<string, unknown>>(method: string, path: string, options: Options = {}) => {
    const atConsole = /^\/(session|api\/v1\/(channel|deliver|status|keys|audit|me))/.test(path);
    return system.api.call<T>(atConsole ? 'console' : 'ingest', method, path, options);
  };

  async function makeKey(
    role: string,
    source?: string,
    name = `${role} ${randomUUID()}`,
  ): Promise<KeyAnswer> {
    const made = await call<KeyAnswer>('POST', '/api/v1/keys', { json: { name, role, source } });
    expect(made.status).toBe(201);
    return made.body;
  }

  async function logIn(key: string): Promise<string> {
    const answer = await call('POST', '/session', { json: { key }, key: null, headers: HERE });
    expect(answer.status).toBe(204);
    return String(answer.headers['set-cookie']).split(';')[0] ?? '';
  }

  async function audit(query: string): Promise<AuditAnswer[]> {
    const answer = await call<Page<AuditAnswer>>('GET', `/api/v1/audit?${query}`);
    expect(answer.status).toBe(200);
    return answer.body.items;
  }

  function expectProblem(answer: Answer, status: number, detail: RegExp, path?: string): void {
    expect({ status: answer.status, text: answer.text }).toEqual({ status, text: expect.any(String) });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ status, detail: expect.stringMatching(detail) });
    if (path !== undefined) expect(answer.body['errors']).toMatchObject([{ path }]);
  }

  describe('a key', () => {
    it('is shown once, kept as a hash, and used at once', async () => {
      const made = await makeKey('editor', undefined, '编辑部 早班');
      expect(made).toMatchObject({
        role: 'editor',
        source: null,
        lastUsedAt: null,
        key: expect.stringMatching(/^nr_[\w-]{43}$/),
        createdBy: { id: 'built-in', name: 'NEWSRELAY_ADMIN_KEY' },
      });
      const listed = await call<Page<KeyAnswer>>('GET', '/api/v1/keys?limit=500');
      expect(listed.text).not.toContain(made.key);
      expect(listed.body.items.find(({ id }) => id === made.id)).toMatchObject({ name: '编辑部 早班' });
      const [row] = await system.queryLedger<{ text: string }>(
        'select row_to_json(k)::text as text from api_keys k where id = $1',
        [made.id],
      );
      expect(row?.text).not.toContain(made.key);
      const me = await call('GET', '/api/v1/me', { key: made.key });
      expect(me.body).toMatchObject({ id: made.id, name: '编辑部 早班', role: 'editor', source: null });
      await pollUntil(
        'its use is shown',
        async () =>
          (await call<Page<KeyAnswer>>('GET', '/api/v1/keys?limit=500')).body.items.find(
            ({ id }) => id === made.id,
          )?.lastUsedAt != null,
        { timeoutMs: 5_000 },
      );
      for (const service of ['console', 'ingest'] as const)
        expect(readFileSync(system.logOf(service), 'utf8')).not.toContain(made.key);
    });

    it.each<[object, string]>([
      [{ name: 'x' }, '/role'],
      [{ role: 'editor' }, '/name'],
      [{ name: 'x', role: 'root' }, '/role'],
      [{ name: 'x', role: 'source' }, '/source'],
      [{ name: 'x', role: 'editor', source: 'jngxq' }, '/source'],
      [{ name: 'x', role: 'editor', key: 'mine' }, '/key'],
      [{ name: '', role: 'editor' }, '/name'],
      [{ name: 'x'.repeat(61), role: 'editor' }, '/name'],
      [{ name: 'edi\u202Etor', role: 'editor' }, '/name'],
      [{ name: 'NEWSRELAY_ADMIN_KEY', role: 'editor' }, '/name'],
    ])('is not made of %j', async (json, path) => {
      expectProblem(await call('POST', '/api/v1/keys', { json }), 422, /./, path);
    });

    it('may have a hostile name, which stays text, and a name once', async () => {
      const name = `<script>alert(1)</script>'";drop table x;-- ${randomUUID().slice(0, 8)}`;
      const made = await makeKey('operator', undefined, `\u0000${name}\r\n`);
      expect(made.name).toBe(name);
      expectProblem(
        await call('POST', '/api/v1/keys', { json: { name, role: 'editor' } }),
        409,
        /named/,
        '/name',
      );
      const refused = await call('POST', '/api/v1/keys', {
        key: made.key,
        json: { name: 'x', role: 'admin' },
      });
      expectProblem(refused, 403, /needs the role admin/);
      expect((await audit(`key=${made.id}`)).length).toBe(0);
    });

    it('is listed page by page', async () => {
      for (let count = 0; count < 3; count += 1) await makeKey('operator');
      const ids: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const path = `/api/v1/keys?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`;
        const page: Answer<Page<KeyAnswer>> = await call('GET', path);
        ids.push(...page.body.items.map(({ id }) => id));
        cursor = page.body.nextCursor;
      }
      const [counted] = await system.queryLedger<{ count: string }>('select count(*) from api_keys');
      expect(ids).toHaveLength(Number(counted?.count));
      expect(new Set(ids).size).toBe(ids.length);
    });

    it('that is deleted is refused by every process at once, with its session', async () => {
      const made = await makeKey('editor');
      const cookie = await logIn(made.key);
      const asked = [
        ['console', '/api/v1/me'],
        ['ingest', '/api/v1/articles'],
      ] as const;
      const statuses = async () => {
        const all: number[] = [];
        for (const [service, path] of asked) {
          all.push((await system.api.call(service, 'GET', path, { key: made.key })).status);
          all.push((await system.api.call(service, 'GET', path, { key: null, headers: { cookie } })).status);
        }
        return all;
      };
      expect(await statuses()).toEqual([200, 200, 200, 200]);
      expect((await call('DELETE', `/api/v1/keys/${made.id}`)).status).toBe(204);
      expect(await statuses()).toEqual([401, 401, 401, 401]);
      expectProblem(await call('POST', '/session', { key: null, json: { key: made.key } }), 401, /not known/);
      expectProblem(await call('DELETE', `/api/v1/keys/${made.id}`), 404, /no such key/);
      expect(await system.queryLedger('select from sessions where key_id = $1', [made.id])).toEqual([]);
    });

    it('may delete itself, but the built-in key is not deleted here', async () => {
      const admin = await makeKey('admin');
      expect((await call('DELETE', `/api/v1/keys/${admin.id}`, { key: admin.key })).status).toBe(204);
      expectProblem(await call('GET', '/api/v1/keys', { key: admin.key }), 401, /not known/);
      expectProblem(await call('DELETE', '/api/v1/keys/built-in'), 409, /NEWSRELAY_ADMIN_KEY/);
      expectProblem(await call('DELETE', '/api/v1/keys/nothing'), 404, /no such key/);
      expect((await call('GET', '/api/v1/me')).body).toMatchObject({ id: 'built-in', role: 'admin' });
    });
  });

  describe('the key of a source', () => {
    it('sends articles and pages of its own source, and no others', async () => {
      const { key } = await makeKey('source', 'own');
      const stored = async () =>
        Number(
          (
            await system.queryLedger<{ count: string }>("select count(*) from articles where source <> 'own'")
          )[0]?.count,
        );
      const before = await stored();
      const taken = await call<ArticleAnswer>('POST', '/api/v1/articles', {
        key,
        json: sampleArticle({ source: 'own' }),
      });
      expect(taken.status).toBe(202);
      const json = sampleArticle({ source: 'other' });
      expectProblem(await call('POST', '/api/v1/articles', { key, json }), 403, /source: .* own/, '/source');
      const ninjs = {
        uri: `urn:x:${randomUUID()}`,
        standard: { name: 'ninjs', version: '3.1' },
        headlines: [{ role: 'main', value: '标题' }],
        bodies: [{ role: 'main', contenttype: 'text/plain', value: '正文' }],
      };
      const type = 'application/vnd.iptc.ninjs+json';
      expectProblem(
        await call('POST', '/api/v1/articles?source=other', { key, type, json: ninjs }),
        403,
        /source/,
        '/source',
      );
      const page = { key, body: readFileSync(SAMPLE_PAGE, 'utf8'), type: 'text/plain; charset=utf-8' };
      expectProblem(await call('POST', '/api/v1/pages?source=other', page), 403, /source/, '/source');
      expect(await stored()).toBe(before);
      const own = await call<{ articles: { id: string }[] }>('POST', '/api/v1/pages?source=own', page);
      expect(own.status).toBe(202);
    });

    it('corrects its own articles; those of others are not there for it', async () => {
      const [own, other] = [await makeKey('source', 'own'), await makeKey('source', 'other')];
      const json = sampleArticle({ source: 'own' });
      const { id } = (await call<ArticleAnswer>('POST', '/api/v1/articles', { key: own.key, json })).body;
      const correction = { json: { headline: '更正后的标题', body: ['正文'], note: '更正' } };
      const path = `/api/v1/articles/${id}`;
      const refused = await call('PUT', path, { ...correction, key: other.key });
      const missing = await call('PUT', `/api/v1/articles/${randomUUID()}`, {
        ...correction,
        key: other.key,
      });
      expectProblem(refused, 404, /no such article/);
      expect(refused.text).toBe(missing.text);
      const asOther = { json: { ...correction.json, source: 'other' }, key: own.key };
      expectProblem(await call('PUT', path, asOther), 422, /identity/, '/source');
      expect((await call('PUT', path, { ...correction, key: own.key })).body).toMatchObject({ version: 2 });
    });

    it('does nothing else, and opens no page', async () => {
      const { key } = await makeKey('source', 'own');
      expect((await call('GET', '/api/v1/me', { key })).body).toMatchObject({
        role: 'source',
        source: 'own',
      });
      for (const path of ['/api/v1/articles', '/api/v1/channels', '/api/v1/status', '/metrics'])
        expectProblem(await call('GET', path, { key }), 403, /the role source/);
      expectProblem(await call('POST', '/session', { key: null, json: { key } }), 403, /only send articles/);
    });
  });

  describe('a session', () => {
    it('is an opaque, strict, HttpOnly cookie that stands for the key and ends by logout', async () => {
      const made = await makeKey('operator');
      const answer = await call('POST', '/session', { key: null, json: { key: made.key } });
      const header = String(answer.headers['set-cookie']);
      expect(answer.status).toBe(204);
      expect(header).toMatch(
        /^newsrelay-session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/,
      );
      const cookie = header.split(';')[0] ?? '';
      const token = cookie.split('=')[1] ?? '';
      const [row] = await system.queryLedger<{ text: string }>(
        'select row_to_json(s)::text as text from sessions s where key_id = $1',
        [made.id],
      );
      expect(row?.text).not.toContain(token);
      const browser = { key: null, headers: { cookie, ...HERE } };
      const me = await call<{ expiresAt: string }>('GET', '/api/v1/me', browser);
      expect(me.body).toMatchObject({ id: made.id, role: 'operator' });
      const hours = (Date.parse(me.body.expiresAt) - Date.now()) / 3600_000;
      expect(hours).toBeGreaterThan(11.9);
      expect(hours).toBeLessThanOrEqual(12);
      expect((await call('GET', '/metrics', browser)).status).toBe(200);
      expect((await call('GET', '/api/v1/articles', browser)).status).toBe(200);
      // A second login of the browser takes the first one's place.
      const again = await call('POST', '/session', { ...browser, json: { key: made.key } });
      expectProblem(await call('GET', '/api/v1/me', browser), 401, /log in/);
      browser.headers.cookie = String(again.headers['set-cookie']).split(';')[0] ?? '';
      const out = await call('DELETE', '/session', browser);
      expect([out.status, out.headers['set-cookie']]).toEqual([
        204,
        'newsrelay-session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict',
      ]);
      expectProblem(await call('GET', '/api/v1/me', browser), 401, /log in/);
      expect((await call('DELETE', '/session', browser)).status).toBe(204);
    });

    it('changes nothing for a page of another origin', async () => {
      const cookie = await logIn((await makeKey('editor')).key);
      const json = sampleArticle();
      const stolen: Record<string, string>[] = [
        {},
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site', origin: system.urlOf('ingest') },
        { referer: system.urlOf('ingest') },
      ];
      for (const headers of stolen) {
        const options = { key: null, json, headers: { cookie, ...headers } };
        expectProblem(await call('POST', '/api/v1/articles', options), 403, /session/);
        expectProblem(
          await call('DELETE', '/session', { key: null, headers: options.headers }),
          403,
          /session/,
        );
      }
      const read = {
        key: null,
        headers: { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' },
      };
      expectProblem(await call('GET', '/api/v1/articles', read), 403, /another site/);
      expect(
        await system.queryLedger('select from articles where source_id = $1', [String(json['sourceId'])]),
      ).toEqual([]);
      // By the address that the browser used, and by the public one.
      for (const service of ['ingest', 'feeds'] as const) {
        const headers = { cookie, origin: system.urlOf(service) };
        const answer = await call('POST', '/api/v1/articles', { key: null, json, headers });
        expect([service, answer.status]).toEqual([service, service === 'ingest' ? 202 : 200]);
      }
    });

    it('of the built-in key dies when that key is changed', async () => {
      const cookie = await logIn(system.adminKey);
      const browser = { key: null, headers: { cookie } };
      expect((await call('GET', '/api/v1/me', browser)).body).toMatchObject({
        id: 'built-in',
        role: 'admin',
      });
      const changed = { NEWSRELAY_ADMIN_KEY: 'another-built-in-key-for-a-while' };
      await system.killService('console', 'SIGTERM');
      system.spawnService('console', changed);
      await system.ready(['console']);
      expect((await call('GET', '/api/v1/me', browser)).status).toBe(401);
      expect((await call('GET', '/api/v1/me')).status).toBe(401);
      await system.killService('console', 'SIGTERM');
      system.spawnService('console');
      await system.ready(['console']);
    }, 60_000);

    it('is not guessed: after ten wrong keys an address waits, whatever it sends', async () => {
      const json = { key: `nr_${'x'.repeat(43)}` };
      const statuses: number[] = [];
      for (let time = 0; time < 12; time += 1)
        statuses.push((await call('POST', '/session', { key: null, json })).status);
      expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
      const answer = await call('POST', '/session', { key: null, json: { key: system.adminKey } });
      expectProblem(answer, 429, /try again in \d+ seconds/);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      // Keys and sessions go on.
      expect((await call('GET', '/api/v1/me')).status).toBe(200);
      // The memory of it ends with the process, for the tests that follow.
      await system.killService('console', 'SIGTERM');
      system.spawnService('console');
      await system.ready(['console']);
    }, 60_000);

    it.each([{}, { key: '' }, { key: 5 }, { key: 'x', role: 'admin' }, { key: 'x'.repeat(501) }])(
      'is not opened with %j',
      async (json) => {
        expect((await call('POST', '/session', { key: null, json })).status).toBe(422);
      },
    );
  });

  describe('the audit', () => {
    it('says who changed what, and names no secret', async () => {
      const [editor, operator] = [await makeKey('editor'), await makeKey('operator')];
      const as = (key: KeyAnswer, json?: unknown): Options => ({ key: key.key, json });
      const article = sampleArticle();
      const { id } = (await call<ArticleAnswer>('POST', '/api/v1/articles', as(editor, article))).body;
      expect((await call('POST', '/api/v1/articles', as(editor, article))).status).toBe(200);
      await call('PUT', `/api/v1/articles/${id}`, as(editor, { headline: '改', body: ['文'], note: '更正' }));
      const channel = `audit-${randomUUID()}`;
      const path = `/api/v1/channels/${channel}`;
      const settings = { url: 'http://127.0.0.1:9/hook' };
      await call(
        'POST',
        '/api/v1/channels',
        as(operator, { id: channel, type: 'webhook', name: '伙伴', settings }),
      );
      const signingSecret = `whsec_${Buffer.alloc(32, 'secret').toString('base64')}`;
      const patch = {
        name: '新伙伴',
        settings: { url: 'http://127.0.0.1:9/other' },
        secrets: { signingSecret },
      };
      expect((await call('PATCH', path, as(operator, patch))).status).toBe(200);
      expect((await call('PATCH', path, as(operator, { name: '新伙伴' }))).status).toBe(200);
      await call('POST', `${path}/pause`, as(operator, { reason: '对方维护' }));
      await call('POST', `${path}/pause`, as(operator, { reason: '再次' }));
      await call('POST', `${path}/resume`, as(operator));
      await call('POST', `${path}/test`, as(operator));
      expect((await call('DELETE', path, as(operator))).status).toBe(204);
      await call('POST', `/api/v1/articles/${id}/withdraw`, as(operator, { reason: '事实有误' }));
      await call('POST', `/api/v1/articles/${id}/withdraw`, as(operator, { reason: '再次' }));

      const ofArticle = await audit(`subject=${id}`);
      expect(ofArticle.map(({ action, keyName, detail }) => [action, keyName, detail['version']])).toEqual([
        ['article.withdraw', operator.name, undefined],
        ['article.correct', editor.name, 2],
        ['article.take', editor.name, 1],
      ]);
      const ofChannel = await audit(`subject=${channel}`);
      expect(ofChannel.map(({ action, detail }) => [action, detail])).toEqual([
        ['channel.delete', {}],
        ['channel.test', { outcome: expect.any(String) }],
        ['channel.resume', {}],
        ['channel.pause', { reason: '对方维护' }],
        ['channel.patch', { fields: ['name', 'settings.url', 'secrets.signingSecret'] }],
        ['channel.create', { name: '伙伴', type: 'webhook' }],
      ]);
      for (const row of ofChannel)
        expect(row).toMatchObject({
          keyId: operator.id,
          role: 'operator',
          subject: { kind: 'channel', id: channel },
          address: '127.0.0.1',
        });
      expect(JSON.stringify(ofChannel)).not.toContain('whsec_');
      expect((await audit(`subject=${editor.id}`)).map(({ action }) => action)).toEqual(['key.create']);
    });

    it('has one row for each new version of a page, and for each decision on it', async () => {
      const editor = await makeKey('editor');
      const page = { key: editor.key, body: readFileSync(SAMPLE_PAGE, 'utf8'), type: 'text/plain' };
      const path = `/api/v1/pages?source=${randomUUID().slice(0, 8)}`;
      interface Taken {
        articles: { id: string; state: string; repairs: { id: string; class: string }[] }[];
      }
      const { articles } = (await call<Taken>('POST', path, page)).body;
      expect((await call('POST', path, page)).status).toBe(200);
      expect(await audit(`key=${editor.id}&limit=500`)).toHaveLength(articles.length);
      const [held, other] = articles.filter(({ state }) => state === 'held');
      if (held === undefined || other === undefined) throw new Error('two articles of the page are held');
      const repairs = Object.fromEntries(
        held.repairs.filter((repair) => repair.class === 'propose').map((repair) => [repair.id, 'accept']),
      );
      for (let time = 0; time < 2; time += 1) {
        const approved = { key: editor.key, json: { version: 1, repairs } };
        expect((await call('POST', `/api/v1/articles/${held.id}/approve`, approved)).status).toBe(200);
        const discarded = { key: editor.key, json: { version: 1 } };
        expect((await call('POST', `/api/v1/articles/${other.id}/discard`, discarded)).status).toBe(200);
      }
      expect(
        (await audit(`key=${editor.id}&limit=2`)).map(({ action, subject }) => [action, subject.id]),
      ).toEqual([
        ['article.discard', other.id],
        ['article.approve', held.id],
      ]);
      const [approval] = await audit(`subject=${held.id}&action=article.approve`);
      expect(approval?.detail).toEqual({ version: 1, state: 'published', repairs });
    });

    it('keeps logins, key changes and a retry, and is read page by page within a window', async () => {
      const admin = await makeKey('admin', undefined, `admin ${randomUUID()}`);
      await logIn(admin.key);
      const made = await call<KeyAnswer>('POST', '/api/v1/keys', {
        key: admin.key,
        json: { name: randomUUID(), role: 'source', source: 'jngxq' },
      });
      await call('DELETE', `/api/v1/keys/${made.body.id}`, { key: admin.key });
      const rows = await audit(`key=${admin.id}`);
      expect(rows.map(({ action }) => action)).toEqual(['key.delete', 'key.create', 'session.open']);
      expect(JSON.stringify(rows)).not.toContain(made.body.key);
      const [last, middle, first] = rows;
      const page = await call<Page<AuditAnswer>>('GET', `/api/v1/audit?key=${admin.id}&limit=1`);
      const next = await call<Page<AuditAnswer>>(
        'GET',
        `/api/v1/audit?key=${admin.id}&limit=1&cursor=${String(page.body.nextCursor)}`,
      );
      expect([page.body.items, next.body.items]).toEqual([[last], [middle]]);
      const from = encodeURIComponent(String(first?.at));
      const to = encodeURIComponent(String(last?.at));
      expect((await audit(`key=${admin.id}&since=${from}`)).length).toBe(3);
      expect(await audit(`key=${admin.id}&until=${from}`)).toEqual([]);
      expect((await audit(`key=${admin.id}&until=${to}`)).map(({ id }) => id)).not.toContain(last?.id);

      const channel = `retry-${randomUUID()}`;
      const feed = { id: channel, type: 'feed', name: 'x', settings: { title: 't', description: 'd' } };
      expect((await call('POST', '/api/v1/channels', { json: feed })).status).toBe(201);
      const { id } = (await system.api.post(sampleArticle())).body;
      const delivered = await pollUntil(
        'the feed has the article',
        async () =>
          (await system.api.deliveriesOf(id)).find(
            (each) => each.channel === channel && each.state === 'delivered',
          ),
        { timeoutMs: 20_000 },
      );
      const path = `/api/v1/deliveries/${delivered.id}/retry`;
      expect((await call('POST', path, { key: admin.key })).status).toBe(202);
      expect(await audit(`subject=${delivered.id}`)).toMatchObject([
        { action: 'delivery.retry', keyId: admin.id, subject: { kind: 'delivery', id: delivered.id } },
      ]);
    }, 60_000);

    it.each([
      ['action=article.burn', 422],
      ['page=2', 422],
      ['since=yesterday', 422],
      ['cursor=x', 400],
      [
        `cursor=${Buffer.from('{"createdAt":"2025-01-01T00:00:00.000Z","id":"x"}').toString('base64url')}`,
        400,
      ],
      ['key=%00', 400],
    ])('is not asked with %s', async (query, status) => {
      expect((await call('GET', `/api/v1/audit?${query}`)).status).toBe(status);
    });
  });
});
