import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { countedLength, entitiesOf } from './entities.js';
import { MastodonStandIn, type StandInOptions } from './stand-in.js';

const NEWS = { username: 'news', displayName: '高新区报 <b>', note: '要闻', token: 'token-news' };
const OTHER = { username: 'other', displayName: '别人', token: 'token-other' };
const READER = { username: 'reader', displayName: '读者', token: 'token-reader', scopes: ['read'] };

interface Json {
  id: string;
  error: string;
  content: string;
  text: string;
  edited_at: string | null;
  [name: string]: unknown;
}

describe('the stand-in', () => {
  let server: MastodonStandIn;
  let folder: string;
  const options: StandInOptions = { accounts: [NEWS, OTHER, READER] };
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stand-in-'));
    server = await MastodonStandIn.start(options);
  });
  afterEach(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  async function api(
    method: string,
    path: string,
    json?: unknown,
    {
      token = NEWS.token,
      key,
      type = 'application/json',
    }: { token?: string | null; key?: string; type?: string } = {},
  ) {
    const answer = await fetch(`${server.url}/api${path}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(json === undefined ? {} : { 'content-type': type }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(json === undefined ? {} : { body: typeof json === 'string' ? json : JSON.stringify(json) }),
    });
    return { status: answer.status, headers: answer.headers, json: (await answer.json()) as Json };
  }
  const post = (status: string, more: Parameters<typeof api>[3] = {}) =>
    api('POST', '/v1/statuses', { status }, more);

  it('asks for a token, its scope and an account in order', async () => {
    expect(await post('x', { token: null })).toMatchObject({ status: 401 });
    expect(await post('x', { token: 'wrong' })).toMatchObject({ status: 401 });
    expect(await post('x', { token: READER.token })).toMatchObject({ status: 403 });
    server.revoke(NEWS.token);
    expect((await post('x')).json.error).toContain('revoked');
    server.restore(NEWS.token);
    server.suspend('news');
    expect(await post('x')).toMatchObject({ status: 403 });
    expect(server.statusesOf('news')).toEqual([]);
  });

  it('takes a key once an account', async () => {
    const first = await post('一', { key: 'k' });
    expect((await post('二', { key: 'k' })).json).toMatchObject({ id: first.json.id, content: '<p>一</p>' });
    expect((await post('一', { key: 'k', token: OTHER.token })).json.id).not.toBe(first.json.id);
    server.forgetKeys();
    expect((await post('一', { key: 'k' })).json.id).not.toBe(first.json.id);
  });

  it.each([
    [{}, 422],
    [{ status: ' ' }, 422],
    [{ status: 7 }, 422],
    [{ status: 'x', visibility: 'world' }, 422],
    [{ status: 'x', nonsense: 1 }, 422],
    [{ status: '字'.repeat(501) }, 422],
    [{ status: '字'.repeat(500) }, 200],
    ['{"status":', 400],
    ['[1]', 400],
  ])('answers %j as Mastodon would', async (json, status) => {
    expect(await api('POST', '/v1/statuses', json)).toMatchObject({ status });
  });

  it('reads forms, and nothing that is neither', async () => {
    const type = 'application/x-www-form-urlencoded';
    expect((await api('POST', '/v1/statuses', 'status=%E7%A8%BF', { type })).json.content).toBe('<p>稿</p>');
    expect(await api('POST', '/v1/statuses', 'x', { type: 'text/plain' })).toMatchObject({ status: 415 });
  });

  it('edits with a history, deletes, and is the owner’s alone', async () => {
    const { id } = (await post('一')).json;
    expect(await api('PUT', `/v1/statuses/${id}`, { status: 'x' }, { token: OTHER.token })).toMatchObject({
      status: 404,
    });
    expect(await api('DELETE', `/v1/statuses/${id}`, undefined, { token: OTHER.token })).toMatchObject({
      status: 404,
    });
    expect((await api('PUT', `/v1/statuses/${id}`, { status: '一' })).json.edited_at).toBeNull();
    expect((await api('PUT', `/v1/statuses/${id}`, { status: '二' })).json.edited_at).not.toBeNull();
    expect(await api('PUT', `/v1/statuses/${id}`, { status: '二', visibility: 'private' })).toMatchObject({
      status: 422,
    });
    expect((await api('GET', `/v1/statuses/${id}/history`)).json).toMatchObject([
      { content: '<p>一</p>' },
      { content: '<p>二</p>' },
    ]);
    expect((await api('GET', `/v1/statuses/${id}/source`)).json.text).toBe('二');
    expect((await api('DELETE', `/v1/statuses/${id}`)).json.text).toBe('二');
    expect(await api('DELETE', `/v1/statuses/${id}`)).toMatchObject({
      status: 404,
      json: { error: 'Record not found' },
    });
  });

  it('gives an account’s statuses page by page, hidden ones to their owner alone', async () => {
    for (let number = 0; number < 45; number += 1) server.postByHand('news', `第${number}条`);
    await api('POST', '/v1/statuses', { status: '私', visibility: 'private' });
    const me = (await api('GET', '/v1/accounts/verify_credentials')).json.id;
    const page = async (query: string, token = NEWS.token) => {
      const answer = await api('GET', `/v1/accounts/${me}/statuses?${query}`, undefined, { token });
      const ids = (answer.json as unknown as Json[]).map(({ id }) => id);
      return { ids, link: answer.headers.get('link') };
    };
    const first = await page('limit=400');
    expect(first.ids).toHaveLength(40);
    expect(first.link).toContain(`max_id=${first.ids.at(-1) ?? ''}`);
    const second = await page(`limit=40&max_id=${first.ids.at(-1) ?? ''}`);
    expect(second.ids).toHaveLength(6);
    expect(second.link).toBeNull();
    expect(new Set([...first.ids, ...second.ids]).size).toBe(46);
    expect((await page('', OTHER.token)).ids).toHaveLength(20);
    expect((await page('limit=40', OTHER.token)).ids).not.toContain(first.ids[0]);
  });

  it('limits what one may ask, and says until when', async () => {
    await server.stop();
    const limit = { requests: 2, windowMs: 3_600_000 };
    server = await MastodonStandIn.start({ ...options, rateLimits: { deletions: limit } });
    for (let number = 0; number < 3; number += 1) server.postByHand('news', `${number}`);
    const answers = await Promise.all(
      server.statusesOf('news').map(({ id }) => api('DELETE', `/v1/statuses/${id}`)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(Date.parse(refused?.headers.get('x-ratelimit-reset') ?? '')).toBeGreaterThan(Date.now());
    expect(refused?.headers.get('x-ratelimit-remaining')).toBe('0');
  });

  it('keeps its statuses and keys in a file', async () => {
    await server.stop();
    const kept = { ...options, stateFile: join(folder, 'state.json') };
    server = await MastodonStandIn.start(kept);
    const { id } = (await post('一', { key: 'k' })).json;
    await server.stop();
    server = await MastodonStandIn.start(kept);
    expect((await post('一', { key: 'k' })).json.id).toBe(id);
    expect(BigInt((await post('二')).json.id)).toBeGreaterThan(BigInt(id));
  });

  it('fails as it is told, and in no other way', async () => {
    server.faults.next({ kind: 'answer-lost', method: 'POST' });
    await expect(post('已收')).rejects.toThrow();
    server.faults.next({ kind: 'dropped', path: /statuses$/ });
    await expect(post('未收')).rejects.toThrow();
    server.faults.next({ kind: { status: 503, headers: { 'retry-after': '5' } }, times: 2 });
    for (let time = 0; time < 2; time += 1) {
      const answer = await fetch(`${server.url}/api/v2/instance`);
      expect({ status: answer.status, after: answer.headers.get('retry-after') }).toEqual({
        status: 503,
        after: '5',
      });
    }
    server.faults.next({ kind: 'late', delayMs: 20 });
    await post('迟到');
    expect(server.statusesOf('news').map(({ text }) => text)).toEqual(['迟到', '已收']);
  });

  it('shows time-lines and statuses as pages in which nothing runs', async () => {
    const hostile = '<script>alert(1)</script>"\'&\n第二行\n\nhttp://127.0.0.1:1/a?b=1&c=2 完';
    const { id } = server.postByHand('news', hostile);
    await api('PUT', `/v1/statuses/${id}`, { status: `${hostile}改` });
    await api('POST', '/v1/statuses', { status: '只给关注者', visibility: 'private' });
    for (const path of ['/@news', `/@news/${id}`]) {
      const answer = await fetch(server.url + path);
      const html = await answer.text();
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;<br>第二行');
      expect(html).toContain('<a href="http://127.0.0.1:1/a?b=1&amp;c=2"');
      expect(html).toContain('高新区报 &lt;b&gt;');
      expect(html).not.toMatch(/<script|<b>|只给关注者/);
    }
    expect(await (await fetch(`${server.url}/@news/${id}`)).text()).toContain('的版本</summary>');
    for (const path of ['/@nobody', '/@news/1', '/@other/' + id, '/x'])
      expect((await fetch(server.url + path)).status).toBe(404);
    expect((await fetch(server.url)).url).toBe(server.timelineUrl('news'));
  });
});

describe('what Mastodon takes for what', () => {
  it.each([
    ['@news 你好', ['mention @news']],
    ['你好@news', []],
    ['（@news@a.example）', ['mention @news@a.example']],
    ['a@b.example', []],
    ['#话题 与 ＃全角', ['hashtag #话题', 'hashtag ＃全角']],
    ['#123 C#语言', []],
    ['https://a.example/b#c。', ['link https://a.example/b#c。']],
    ['见https://a.example/b, 又', ['link https://a.example/b']],
    ['http://127.0.0.1/a http://localhost/a', []],
  ])('%s', (text, entities) => {
    expect(entitiesOf(text).map(({ kind, text: found }) => `${kind} ${found}`)).toEqual(entities);
  });

  it('counts graphemes, links as one size, mentions without their domain', () => {
    expect(countedLength('👨‍👩‍👧‍👦e\u0301字', 23)).toBe(3);
    expect(countedLength(`a https://a.example/${'b'.repeat(100)} c`, 23)).toBe(27);
    expect(countedLength('@news@a.example', 23)).toBe(5);
  });
});
