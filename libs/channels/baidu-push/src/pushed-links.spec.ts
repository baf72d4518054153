import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeliveryAction } from '@newsrelay/contracts/delivery';
import { GuardedHttp } from '@newsrelay/outbound/guarded-http';
import { secondsUntilTomorrow } from './answers.js';
import { baiduPushConnector } from './connector.js';
import { baiduPushSettings } from './manifest.js';
import { LinkPlatform } from './platform.fixture.js';

/** 09:00:05 in Beijing. */
const NOW = new Date('2025-01-03T01:00:05Z');
const PAGE = 'https://news.example/articles/1';

describe('links pushed to Baidu', () => {
  const platform = new LinkPlatform();
  const client = new GuardedHttp({ allowTargets: ['127.0.0.0/8'] });

  beforeAll(() => platform.start());
  afterAll(async () => {
    await client.destroy();
    await platform.stop();
  });
  beforeEach(() => {
    platform.taken.length = 0;
    platform.takenDaily.length = 0;
    platform.complaints.length = 0;
    platform.remain = 100;
    platform.remainDaily = 10;
  });

  const io = () => ({
    now: NOW,
    http: client.bind({
      signal: new AbortController().signal,
      deadlineMs: 2_000,
      beforeFirstByte: () => undefined,
    }),
  });
  const target = (changes: Record<string, unknown> = {}, token = platform.token) => ({
    channelId: 'baidu',
    settings: baiduPushSettings.parse({ site: platform.site, endpoint: platform.endpoint, ...changes }),
    secrets: { token },
  });
  const push = (url = PAGE, to = target(), action: DeliveryAction = 'publish') =>
    baiduPushConnector.publisher.publish(
      { key: 'msg_1', action, body: JSON.stringify({ url }), remoteIds: [] },
      to,
      io(),
    );

  it('are taken for a publication and for a withdrawal alike, and nothing is to complain of', async () => {
    for (const action of ['publish', 'withdraw'] as const)
      expect(await push(PAGE, target(), action)).toMatchObject({ outcome: 'delivered', status: 200 });
    expect(platform.taken).toEqual([PAGE, PAGE]);
    expect(platform.complaints).toEqual([]);
  });

  it('go to the interface that the channel is set to', async () => {
    const result = await push(PAGE, target({ interface: 'daily' }));
    expect(result).toMatchObject({ outcome: 'delivered', status: 200, error: null });
    expect([platform.taken, platform.takenDaily]).toEqual([[], [PAGE]]);
  });

  it('wait for the next day in Beijing once the quota is used up', async () => {
    platform.remain = 0;
    const untilMidnight = 14 * 3600 + 59 * 60 + 55;
    expect(await push()).toMatchObject({
      outcome: 'rate-limited',
      status: 400,
      retryAfterSeconds: untilMidnight + 60,
    });
    platform.answersNext = { status: 200, body: { remain: 0, success: 0 } };
    expect(await push()).toMatchObject({ outcome: 'rate-limited', retryAfterSeconds: untilMidnight + 60 });
    expect(platform.taken).toEqual([]);
    expect(secondsUntilTomorrow(new Date('2025-01-02T15:59:59Z'))).toBe(61);
    expect(secondsUntilTomorrow(new Date('2025-01-02T16:00:00Z'))).toBe(86_460);
  });

  it('count as delivered with the last of the quota', async () => {
    platform.remain = 1;
    expect(await push()).toMatchObject({ outcome: 'delivered' });
    expect(platform.remain).toBe(0);
  });

  it('pause the channel where the token is wrong, or the site is not verified', async () => {
    const wrongToken = await push(PAGE, target({}, 'anotherTokenOfSomebody'));
    expect(wrongToken).toMatchObject({ outcome: 'auth-expired', status: 401 });
    expect(wrongToken.pauseReason).toContain('token is not valid');
    const site = 'https://other.example';
    const wrongSite = await push(`${site}/articles/1`, target({ site }));
    expect(wrongSite).toMatchObject({ outcome: 'auth-expired', status: 400 });
    expect(wrongSite.pauseReason).toContain('site error');
  });

  it.each([
    [400, 'empty content', 'permanent'],
    [400, 'only 2000 urls are allowed once', 'permanent'],
    [404, 'not found', 'permanent'],
    [500, 'internal error, please try later', 'transient'],
  ] as const)('answered %i "%s" are %s', async (error, message, outcome) => {
    platform.answersNext = { status: error, body: { error, message } };
    const result = await push();
    expect(result).toMatchObject({ outcome, status: error });
    expect(result.error).toContain(message);
    expect(result.pauseReason).toBeUndefined();
  });

  it.each([
    ['not_same_site', 'rejected-content'],
    ['not_valid', 'rejected-content'],
    ['something else', 'transient'],
  ] as const)('that are listed under %s are %s', async (list, outcome) => {
    platform.answersNext = { status: 200, body: { remain: 5, success: 0, [list]: [PAGE] } };
    expect(await push()).toMatchObject({ outcome, status: 200, error: expect.any(String) });
  });

  it('are not pushed where the article lives elsewhere', async () => {
    const result = await push('https://other.example/1');
    expect(result).toMatchObject({ outcome: 'delivered', status: null, error: null });
    expect(result.response).toContain('Nothing was sent');
    expect(platform.complaints).toEqual([]);
  });

  it('are tried at no cost by a test of the channel', async () => {
    const check = (to: ReturnType<typeof target>) => baiduPushConnector.publisher.check(to, io());
    expect(await check(target())).toMatchObject({ outcome: 'delivered', status: 200 });
    expect([platform.remain, platform.taken, platform.complaints]).toEqual([100, [], []]);
    expect(await check(target({}, 'anotherTokenOfSomebody'))).toMatchObject({ outcome: 'auth-expired' });
    platform.answersNext = { status: 200, body: { hello: 'world' } };
    expect(await check(target())).toMatchObject({ outcome: 'transient' });
  });

  it('say nothing of the token, whatever goes wrong', async () => {
    const { token } = platform;
    const nowhere = target({ endpoint: 'http://127.0.0.1:1/urls' });
    const refused = target({ endpoint: 'http://10.0.0.1/urls' });
    platform.answersNext = { status: 503, body: {} };
    const results = [await push(), await push(PAGE, nowhere), await push(PAGE, refused)];
    expect(results.map(({ outcome }) => outcome)).toEqual(['transient', 'transient', 'permanent']);
    expect(JSON.stringify(results)).not.toContain(token);
  });

  it('refuse a token that is none and an endpoint with a query, by name', () => {
    const { settings, secrets } = baiduPushConnector.manifest;
    const site = 'https://news.example';
    expect(secrets.safeParse({ token: 'a b' }).error?.issues[0]?.path).toEqual(['token']);
    expect(
      settings.safeParse({ site, endpoint: 'https://data.zz.baidu.com/urls?site=x' }).error?.issues[0]?.path,
    ).toEqual(['endpoint']);
  });
});
