import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AttemptResult, TopicDocument } from '@newsrelay/channel-kit/connector';
import { GuardedHttp } from '@newsrelay/outbound/guarded-http';
import { websubConnector } from './connector.js';
import { hubSignature, SIGNATURE_METHODS } from './signature.js';

const TOPIC = 'https://news.example/feeds/yaowen.atom';
const DOCUMENT: TopicDocument = {
  body: '<feed>济宁高新区 🙂</feed>\n',
  contentType: 'application/atom+xml; charset=utf-8',
  hub: 'https://news.example/hub',
  signature: 'sha256',
};

describe('a push to a subscriber', () => {
  let server: Server;
  let http: GuardedHttp;
  let seen: { request: IncomingMessage; body: Buffer }[];
  let status: number;

  beforeAll(async () => {
    http = new GuardedHttp({ allowTargets: ['127.0.0.0/8'] });
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.push({ request, body: Buffer.concat(chunks) });
        response.writeHead(status, { location: '/elsewhere', 'retry-after': '7' }).end('said');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    await http.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  beforeEach(() => {
    seen = [];
    status = 204;
  });

  function push(secret?: string, document: TopicDocument | null = DOCUMENT): Promise<AttemptResult> {
    const callback = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?a=b%20c`;
    return websubConnector.publisher.publish(
      { key: 'msg_1', action: 'publish', body: '{}', remoteIds: [] },
      {
        channelId: 'hub-1',
        settings: { callback, topic: TOPIC },
        secrets: secret === undefined ? {} : { secret },
      },
      {
        http: http.bind({
          signal: new AbortController().signal,
          deadlineMs: 5_000,
          beforeFirstByte: () => undefined,
        }),
        now: new Date(),
        topics: { read: (topic) => Promise.resolve(topic === TOPIC ? document : null) },
      },
    );
  }

  it('is the document with its media type, the hub and the topic', async () => {
    expect(await push()).toMatchObject({ outcome: 'delivered', status: 204 });
    const [got] = seen;
    expect(got?.request).toMatchObject({ method: 'POST', url: '/hook?a=b%20c' });
    expect(got?.request.headers).toMatchObject({
      'content-type': DOCUMENT.contentType,
      link: `<${DOCUMENT.hub}>; rel="hub", <${TOPIC}>; rel="self"`,
    });
    expect(got?.request.headers['x-hub-signature']).toBeUndefined();
    expect(got?.body.toString()).toBe(DOCUMENT.body);
  });

  it.each(SIGNATURE_METHODS)('is signed by %s over its bytes', async (method) => {
    await push('口令', { ...DOCUMENT, signature: method });
    const [got] = seen;
    const expected = createHmac(method, '口令')
      .update(got?.body ?? '')
      .digest('hex');
    expect(got?.request.headers['x-hub-signature']).toBe(`${method}=${expected}`);
  });

  it('is signed as the Recommendation shows it', () => {
    // RFC 2202, test case 2 of HMAC-SHA-1; RFC 4231, test case 2.
    expect(hubSignature('sha1', 'Jefe', 'what do ya want for nothing?')).toBe(
      'sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79',
    );
    expect(hubSignature('sha256', 'Jefe', 'what do ya want for nothing?')).toBe(
      'sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
    expect(() => hubSignature('md5', 'k', 'b')).toThrow(/md5/);
  });

  it.each([
    [200, 'delivered'],
    [301, 'transient'],
    [307, 'transient'],
    [401, 'transient'],
    [403, 'transient'],
    [404, 'transient'],
    [429, 'rate-limited'],
    [500, 'transient'],
    [503, 'transient'],
  ])('that is answered %i is %s, pauses nothing and ends nothing', async (answered, outcome) => {
    status = answered;
    const result = await push();
    expect(result).toMatchObject({ outcome, status: answered });
    expect(result.pauseReason).toBeUndefined();
    expect(result.closeReason).toBeUndefined();
    expect(seen).toHaveLength(1);
  });

  it('that is answered 410 ends the subscription', async () => {
    status = 410;
    expect(await push()).toMatchObject({ status: 410, closeReason: expect.stringMatching(/410/) });
  });

  it('is not sent where there is nothing under the topic any more', async () => {
    expect(await push(undefined, null)).toMatchObject({ outcome: 'permanent', status: null });
    expect(seen).toEqual([]);
  });

  it('has ids alone for what is frozen: its body is what the feed shows when it goes out', () => {
    const facts = {
      articleId: 'a',
      version: 2,
      action: 'publish' as const,
      previousVersion: 1,
      sequence: 3,
      eventAt: new Date(),
      note: null,
    };
    expect(JSON.parse(websubConnector.publisher.compose({ title: 'x' }, facts))).toEqual({
      article: 'a',
      version: 2,
      action: 'publish',
    });
  });
});
