import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { UncertainSend } from '@newsrelay/channel-kit/connector';
import { MastodonStandIn } from '@newsrelay/mastodon-stand-in/stand-in';
import { GuardedHttp } from '@newsrelay/outbound/guarded-http';
import { mastodonPublisher } from './publisher.js';

const ACCOUNT = { username: 'news', displayName: '高新区报', token: 'token-of-news' };
const now = new Date('2026-01-03T01:00:00Z');
const text = (number: number) =>
  `标题${number}\n\n正文 <b>&amp; “引号”。\n第二行\n\nhttps://news.example/${number}`;
const bodyOf = (number: number) =>
  JSON.stringify({ status: text(number), language: 'zh', visibility: 'public' });

describe('statuses of an account', () => {
  let server: MastodonStandIn;
  const client = new GuardedHttp({ allowTargets: ['127.0.0.0/8'] });
  const io = () => ({
    now,
    http: client.bind({
      signal: new AbortController().signal,
      deadlineMs: 5_000,
      beforeFirstByte: () => undefined,
    }),
  });
  const targetOf = (baseUrl: string) => ({
    channelId: 'm',
    settings: { baseUrl, visibility: 'public' as const },
    secrets: { accessToken: ACCOUNT.token },
  });
  const target = () => targetOf(server.url);
  const sent = (number: number, since = new Date(Date.now() - 60_000)): UncertainSend => ({
    key: `msg_${number}`,
    body: bodyOf(number),
    since,
  });
  const publish = (number: number, remoteIds: string[] = []) =>
    mastodonPublisher.publish(
      { key: `msg_${number}`, action: 'publish', body: bodyOf(number), remoteIds },
      target(),
      io(),
    );
  const withdraw = (remoteIds: string[], at = target()) =>
    mastodonPublisher.publish({ key: 'msg_w', action: 'withdraw', body: '{}', remoteIds }, at, io());
  const find = (...all: UncertainSend[]) => mastodonPublisher.find?.(all, target(), io());

  beforeAll(async () => {
    server = await MastodonStandIn.start({
      accounts: [ACCOUNT],
      rateLimits: { account: { requests: 10_000, windowMs: 300_000 } },
    });
  });
  beforeEach(() => {
    for (const { id } of server.statusesOf('news')) server.deleteByHand(id);
    server.forgetKeys();
    server.faults.clear();
    server.seen.length = 0;
  });
  afterAll(async () => {
    await client.destroy();
    await server.stop();
  });

  it('are posted under the key: a repeat is the same one', async () => {
    const first = await publish(1);
    expect(first).toMatchObject({
      outcome: 'delivered',
      status: 200,
      remoteUrl: `${server.url}/@news/${first.remoteId ?? ''}`,
    });
    expect((await publish(1)).remoteId).toBe(first.remoteId);
    expect(server.statusesOf('news').map((status) => status.text)).toEqual([text(1)]);
  });

  it('are found by their very text, behind those that came after', async () => {
    const { remoteId } = await publish(1);
    for (let number = 100; number < 190; number += 1) server.postByHand('news', text(number));
    expect(await find(sent(1), sent(2))).toEqual({
      found: [{ key: 'msg_1', remoteId, remoteUrl: `${server.url}/@news/${remoteId ?? ''}` }],
    });
    // Three pages that have any, and an empty one: a page may be short without being the last.
    expect(server.seen.filter(({ path }) => path.includes('/statuses?'))).toHaveLength(4);
  });

  it('are not ours where the text differs, or is older than what was sent', async () => {
    server.postByHand('news', `看这篇 https://news.example/1`);
    expect(await find(sent(1))).toEqual({ found: [] });
    await publish(1);
    expect(await find(sent(1, new Date(Date.now() + 3_600_000)))).toEqual({ found: [] });
  });

  it('that are too many to look through are for a person', async () => {
    for (let number = 0; number < 401; number += 1) server.postByHand('news', text(1000 + number));
    expect(await find(sent(1))).toMatchObject({
      failed: { outcome: 'unknown', error: expect.stringContaining('400 statuses') },
    });
  });

  it('are edited; one that is not there is posted anew', async () => {
    const first = await publish(1);
    expect(await publish(2, [first.remoteId ?? ''])).toMatchObject({ remoteId: first.remoteId });
    expect(server.statusesOf('news')[0]?.history.map((edit) => edit.text)).toEqual([text(1), text(2)]);
    server.deleteByHand(first.remoteId ?? '');
    const third = await publish(3, [first.remoteId ?? '']);
    expect(third.outcome).toBe('delivered');
    expect(third.remoteId).not.toBe(first.remoteId);
    expect(server.statusesOf('news')).toHaveLength(1);
  });

  it('are all deleted; what is gone was asked for', async () => {
    const ids = [await publish(1), await publish(2)].map(({ remoteId }) => remoteId ?? '');
    server.deleteByHand(ids[0] ?? '');
    expect(await withdraw(ids)).toMatchObject({ outcome: 'delivered' });
    expect(server.statusesOf('news')).toEqual([]);
    expect(await withdraw([])).toMatchObject({ outcome: 'delivered', status: null });
  });

  it('that are refused say why in the words of the server', async () => {
    server.setMaxCharacters(60);
    const long = {
      ...sent(1),
      body: JSON.stringify({ status: '长'.repeat(61), language: 'zh', visibility: 'public' }),
    };
    const result = await mastodonPublisher.publish(
      { ...long, action: 'publish', remoteIds: [] },
      target(),
      io(),
    );
    server.setMaxCharacters(500);
    expect(result).toMatchObject({
      outcome: 'rejected-content',
      status: 422,
      error: expect.stringContaining('Text character limit of 60 exceeded'),
    });
  });

  const json = (error: string) => JSON.stringify({ error });
  it.each([
    [
      422,
      json('Cannot attach files that have not finished processing. Try again in a moment!'),
      {},
      { outcome: 'transient' },
    ],
    [422, json('Validation failed: Text is odd'), {}, { outcome: 'rejected-content' }],
    [
      429,
      json('Too many requests'),
      { 'x-ratelimit-reset': '2026-01-03T01:05:00.000000Z' },
      { outcome: 'rate-limited', retryAfterSeconds: 300 },
    ],
    [429, '', { 'x-ratelimit-reset': 'soon' }, { outcome: 'rate-limited' }],
    [
      403,
      json('This action is outside the authorized scopes'),
      {},
      { outcome: 'auth-expired', pauseReason: expect.stringContaining('scopes') },
    ],
    [200, '<html>Welcome</html>', {}, { outcome: 'unknown' }],
    [200, '{"id":"1"}', {}, { outcome: 'unknown' }],
    [503, '<html>', { 'retry-after': '7' }, { outcome: 'transient', retryAfterSeconds: 7 }],
  ])('an answer %i %s', async (status, body, headers, expected) => {
    server.faults.next({ kind: { status, body, headers: { ...headers } } });
    expect(await publish(1)).toMatchObject(expected);
    expect(server.statusesOf('news')).toEqual([]);
  });

  it('are not gone because a proxy says 404', async () => {
    const { remoteId } = await publish(1);
    server.faults.next({ kind: { status: 404, body: '<html>nginx</html>' }, method: 'DELETE' });
    expect(await withdraw([remoteId ?? ''])).toMatchObject({ outcome: 'permanent' });
    server.faults.next({ kind: { status: 404, body: '<html>nginx</html>' }, method: 'PUT' });
    expect(await publish(2, [remoteId ?? ''])).toMatchObject({ outcome: 'permanent' });
    expect(server.seen.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  describe('of a hostile server', () => {
    let answer: (path: string, response: ServerResponse) => void;
    const hostile = createServer((request, response) => {
      request.resume();
      answer(request.url ?? '', response);
    });
    const asked: string[] = [];
    let url: string;
    beforeAll(async () => {
      hostile.listen(0, '127.0.0.1');
      await once(hostile, 'listening');
      url = `http://127.0.0.1:${(hostile.address() as AddressInfo).port}`;
    });
    afterAll(() => {
      hostile.closeAllConnections();
      hostile.close();
    });
    const status = {
      id: '1',
      url: 'https://a.example/1',
      content: '',
      created_at: '2026-01-03T01:00:00.000Z',
    };
    const post = (changes: object) => {
      answer = (_path, response) => response.end(JSON.stringify({ ...status, ...changes }));
      const message = { key: 'k', action: 'publish' as const, body: bodyOf(1), remoteIds: [] };
      return mastodonPublisher.publish(message, targetOf(url), io());
    };

    it('whose ids would lead elsewhere are none', async () => {
      for (const id of ['../../oauth/revoke', '1/reblog', '1?x=', '', 'a'.repeat(65), 7])
        expect(await post({ id })).toMatchObject({ outcome: 'unknown' });
    });

    it('whose address is none has none', async () => {
      for (const address of ['javascript:alert(1)', 'data:text/html,x', 'nonsense', null]) {
        const result = await post({ url: address });
        expect(result).toMatchObject({ outcome: 'delivered', remoteId: '1' });
        expect(result).not.toHaveProperty('remoteUrl');
      }
    });

    it('are looked for at no address that it makes up', async () => {
      asked.length = 0;
      answer = (path, response) => {
        asked.push(path);
        response.end(JSON.stringify({ id: '../../admin', username: 'x' }));
      };
      expect(await mastodonPublisher.find?.([sent(1)], targetOf(url), io())).toMatchObject({
        failed: { outcome: 'transient' },
      });
      expect(asked).toEqual(['/api/v1/accounts/verify_credentials']);
    });
  });
});
