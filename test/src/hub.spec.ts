import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import type { Answer, Page } from './harness/newsrelay-api.js';
import { NewsrelaySystem } from './harness/newsrelay-system.js';
import { sampleArticle } from './harness/sample-article.js';
import { confirm, Subscriber } from './harness/subscriber.js';

interface Subscription {
  id: string;
  topic: string;
  callback: string;
  host: string;
  feed: string;
  state: 'pending' | 'active' | 'ended';
  leaseSeconds: number;
  verifiedAt: string | null;
  expiresAt: string | null;
  endReason: string | null;
}

const WAIT = { timeoutMs: 15_000 };
/** Long enough for what must not come: a push, or a question, takes some hundredths of a second. */
const QUIET_MS = 700;

describe('the WebSub hub, as subscribers see it', () => {
  let system: NewsrelaySystem;
  let subscriber: Subscriber;

  beforeAll(async () => {
    subscriber = await Subscriber.start();
    system = await NewsrelaySystem.start({ retrySchedule: '0,0.3,0.3,0.3,0.3,0.3' });
  }, 120_000);
  afterAll(async () => {
    await system.stop();
    await subscriber.stop();
  }, 60_000);

  async function feed(settings: Record<string, unknown> = {}): Promise<string> {
    const id = `f-${randomUUID().slice(0, 8)}`;
    const made = await system.api.createChannel({
      id,
      type: 'feed',
      name: id,
      filter: { sections: [id] },
      settings: { title: '要闻', ...settings },
    });
    expect(made.status).toBe(201);
    return id;
  }

  const topicOf = (id: string, format = 'atom') => `${system.urlOf('feeds')}/feeds/${id}.${format}`;

  async function hub(fields: Record<string, string> | string, type?: string): Promise<Answer> {
    return system.api.call('feeds', 'POST', '/hub', {
      key: null,
      body: typeof fields === 'string' ? fields : new URLSearchParams(fields).toString(),
      type: type ?? 'application/x-www-form-urlencoded',
    });
  }

  const asking = (mode: string, topic: string, path: string, more: Record<string, string> = {}) =>
    hub({ 'hub.mode': mode, 'hub.topic': topic, 'hub.callback': subscriber.url(path), ...more });

  async function subscriptions(query: string): Promise<Subscription[]> {
    const answer = await system.api.call<Page<Subscription>>(
      'console',
      'GET',
      `/api/v1/hub/subscriptions?limit=500&${query}`,
    );
    expect(answer.status).toBe(200);
    return answer.body.items;
  }

  async function subscriptionIn(topic: string, state: Subscription['state']): Promise<Subscription> {
    return pollUntil(
      `a subscription of ${topic} that is ${state}`,
      async () => (await subscriptions(`topic=${encodeURIComponent(topic)}&state=${state}`))[0],
      WAIT,
    );
  }

  /** Subscribes, and waits until the subscription stands. */
  async function subscribed(topic: string, path: string, more: Record<string, string> = {}) {
    const answer = await asking('subscribe', topic, path, more);
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 202, text: '' });
    return subscriptionIn(topic, 'active');
  }

  async function publish(section: string, headline: string): Promise<string> {
    const taken = await system.api.post(sampleArticle({ sections: [section], headline }));
    expect(taken.status).toBe(202);
    return taken.body.id;
  }

  const newPath = () => `/callback-${randomUUID().slice(0, 8)}`;

  async function served(topic: string): Promise<{ bytes: Buffer; type: string | null; link: string | null }> {
    const answer = await fetch(topic);
    return {
      bytes: Buffer.from(await answer.arrayBuffer()),
      type: answer.headers.get('content-type'),
      link: answer.headers.get('link'),
    };
  }

  describe('what is announced', () => {
    it.each(['rss', 'atom', 'json'])('is in the headers of %s, on 200, 304 and HEAD', async (format) => {
      const topic = topicOf(await feed(), format);
      const link = `<${system.urlOf('feeds')}/hub>; rel="hub", <${topic}>; rel="self"`;
      const first = await fetch(topic);
      const etag = first.headers.get('etag') ?? '';
      const again = await fetch(topic, { headers: { 'if-none-match': etag } });
      const head = await fetch(topic, { method: 'HEAD' });
      expect([first.status, again.status, head.status]).toEqual([200, 304, 200]);
      for (const answer of [first, again, head]) expect(answer.headers.get('link')).toBe(link);
    });

    it('is in the documents', async () => {
      const id = await feed();
      const hubUrl = `${system.urlOf('feeds')}/hub`;
      expect((await served(topicOf(id, 'rss'))).bytes.toString()).toContain(
        `<atom:link href="${hubUrl}" rel="hub"/>`,
      );
      expect((await served(topicOf(id, 'atom'))).bytes.toString()).toContain(
        `<link rel="hub" href="${hubUrl}"/>`,
      );
      expect(JSON.parse((await served(topicOf(id, 'json'))).bytes.toString())).toMatchObject({
        hubs: [{ type: 'WebSub', url: hubUrl }],
      });
    });
  });

  describe('a subscription', () => {
    it('is answered 202, verified afterwards, and gets what is published', async () => {
      const id = await feed();
      const topic = topicOf(id);
      const path = newPath();
      const subscription = await subscribed(topic, path, { 'hub.lease_seconds': '3600', foo: 'ignored' });
      const [question, ...more] = subscriber.questionsAt(path);
      expect(more).toEqual([]);
      expect(Object.fromEntries(question?.query ?? [])).toEqual({
        'hub.mode': 'subscribe',
        'hub.topic': topic,
        'hub.challenge': expect.stringMatching(/^[\w-]{20,}$/),
        'hub.lease_seconds': '3600',
      });
      expect(subscription).toMatchObject({ leaseSeconds: 3600, feed: id, host: '127.0.0.1' });

      await publish(id, '第一条新闻');
      const push = await subscriber.pushWith(path, '第一条新闻');
      const now = await served(topic);
      expect(push.body.equals(now.bytes)).toBe(true);
      expect(push.headers['content-type']).toBe(now.type);
      expect(push.headers['link']).toBe(now.link);
      expect(push.headers['x-hub-signature']).toBeUndefined();
    });

    it.each(['rss', 'json'])('of %s is pushed the bytes and the media type of a GET', async (format) => {
      const id = await feed();
      const topic = topicOf(id, format);
      const path = newPath();
      await subscribed(topic, path);
      await publish(id, `以 ${format} 推送`);
      const push = await subscriber.pushWith(path, `以 ${format} 推送`);
      const now = await served(topic);
      expect(push.body.equals(now.bytes)).toBe(true);
      expect(push.headers['content-type']).toBe(now.type);
    });

    it('has the lease of ten days if it asks for none, and thirty days at most', async () => {
      const [one, other] = [topicOf(await feed()), topicOf(await feed())];
      await subscribed(one, newPath());
      await subscribed(other, newPath(), { 'hub.lease_seconds': '999999999999' });
      expect(await subscriptionIn(one, 'active')).toMatchObject({ leaseSeconds: 864_000 });
      expect(await subscriptionIn(other, 'active')).toMatchObject({ leaseSeconds: 2_592_000 });
    });

    it('keeps the query of its callback', async () => {
      const topic = topicOf(await feed());
      const path = newPath();
      const answer = await asking('subscribe', topic, `${path}?token=a%20b&x`);
      expect(answer.status).toBe(202);
      const subscription = await subscriptionIn(topic, 'active');
      const [question] = subscriber.questionsAt(path);
      expect(question?.query.get('token')).toBe('a b');
      expect(question?.query.get('x')).toBe('');
      expect(question?.query.get('hub.mode')).toBe('subscribe');
      // What may be a secret of the subscriber's is not shown to operators.
      expect(subscription.callback).toContain(`${path}?token=`);
      expect(subscription.callback).not.toContain('a%20b');
    });

    it.each([
      ['is not confirmed by 404', 404, (challenge: string) => challenge],
      ['is not confirmed by a redirect', 302, (challenge: string) => challenge],
      ['is not confirmed by another body', 200, () => 'nonsense'],
      [
        'is not confirmed by a body with more than the challenge',
        200,
        (challenge: string) => `${challenge}\n`,
      ],
    ])('%s', async (_name, status, body) => {
      const topic = topicOf(await feed());
      const path = newPath();
      subscriber.answers(path, (response, { query }) => {
        response.writeHead(status, status === 302 ? { location: '/' } : {});
        response.end(body(query.get('hub.challenge') ?? ''));
      });
      expect((await asking('subscribe', topic, path)).status).toBe(202);
      await pollUntil('asked', () => Promise.resolve(subscriber.questionsAt(path)[0]), WAIT);
      await pollUntil(
        'refused',
        async () => (await subscriptions(`topic=${encodeURIComponent(topic)}`)).length === 0,
        WAIT,
      );
      expect(subscriber.questionsAt(path)).toHaveLength(1);
    });

    it('that fails to be verified anew stands as it was', async () => {
      const id = await feed();
      const topic = topicOf(id);
      const path = newPath();
      await subscribed(topic, path, { 'hub.secret': 'first', 'hub.lease_seconds': '1000' });
      subscriber.answers(path, (response) => response.writeHead(404).end());
      await asking('subscribe', topic, path, { 'hub.secret': 'second', 'hub.lease_seconds': '2000' });
      await pollUntil('asked', () => Promise.resolve(subscriber.questionsAt(path)[1]), WAIT);
      await asking('unsubscribe', topic, path);
      await pollUntil('asked', () => Promise.resolve(subscriber.questionsAt(path, 'unsubscribe')[0]), WAIT);
      await publish(id, '旧订阅仍然有效');
      const push = await subscriber.pushWith(path, '旧订阅仍然有效');
      expect(push.headers['x-hub-signature']).toBe(signature('sha256', 'first', push.body));
      expect(await subscriptionIn(topic, 'active')).toMatchObject({ leaseSeconds: 1000 });
    });

    it('that is made again has one notification, with the new secret and the new lease', async () => {
      const id = await feed();
      const topic = topicOf(id);
      const path = newPath();
      const first = await subscribed(topic, path, { 'hub.secret': 'first', 'hub.lease_seconds': '1000' });
      await asking('subscribe', topic, path, { 'hub.secret': 'second', 'hub.lease_seconds': '2000' });
      const again = await pollUntil(
        'renewed',
        async () => {
          const found = await subscriptionIn(topic, 'active');
          return found.leaseSeconds === 2000 ? found : undefined;
        },
        WAIT,
      );
      expect(again.id).toBe(first.id);
      await publish(id, '只来一次');
      const push = await subscriber.pushWith(path, '只来一次');
      await delay(QUIET_MS);
      expect(subscriber.pushesAt(path)).toHaveLength(1);
      expect(push.headers['x-hub-signature']).toBe(signature('sha256', 'second', push.body));
    });

    it('ends when its subscriber says so, and confirms it', async () => {
      const id = await feed();
      const topic = topicOf(id);
      const path = newPath();
      await subscribed(topic, path);
      expect((await asking('unsubscribe', topic, path)).status).toBe(202);
      expect(await subscriptionIn(topic, 'ended')).toMatchObject({ endReason: 'unsubscribed' });
      const [question] = subscriber.questionsAt(path, 'unsubscribe');
      expect(question?.query.get('hub.topic')).toBe(topic);
      await publish(id, '无人收取');
      await delay(QUIET_MS);
      expect(subscriber.pushesAt(path)).toEqual([]);
      // And may come again.
      await subscribed(topic, path);
      await publish(id, '重新订阅');
      await subscriber.pushWith(path, '重新订阅');
    });

    it('ends with its lease', async () => {
      const id = await feed();
      const topic = topicOf(id);
      const path = newPath();
      await subscribed(topic, path, { 'hub.lease_seconds': '2' });
      expect(await subscriptionIn(topic, 'ended')).toMatchObject({ endReason: 'the lease is over' });
      await publish(id, '租约已过');
      await delay(QUIET_MS);
      expect(subscriber.pushesAt(path)).toEqual([]);
    });

    it('is ended by an operator: its subscriber is told why, and the audit who did it', async () => {
      const id = await feed();
      const topic = topicOf(id);
      const path = newPath();
      const { id: subscription } = await subscribed(topic, path);
      const revoked = await system.api.call('console', 'DELETE', `/api/v1/hub/subscriptions/${subscription}`);
      expect(revoked.status).toBe(204);
      const denied = await pollUntil(
        'denied',
        () => Promise.resolve(subscriber.questionsAt(path, 'denied')[0]),
        WAIT,
      );
      expect(Object.fromEntries(denied.query)).toEqual({
        'hub.mode': 'denied',
        'hub.topic': topic,
        'hub.reason': 'the publisher ended the subscription',
      });
      const audit = await system.api.call<Page<{ action: string }>>(
        'console',
        'GET',
        `/api/v1/audit?subject=${subscription}`,
      );
      expect(audit.body.items).toMatchObject([{ action: 'hub.revoke' }]);
      const again = await system.api.call('console', 'DELETE', `/api/v1/hub/subscriptions/${subscription}`);
      expect(again.status).toBe(404);
      await publish(id, '已被撤销');
      await delay(QUIET_MS);
      expect(subscriber.pushesAt(path)).toEqual([]);
    });

    it('ends with its feed, and its subscriber is told', async () => {
      const id = await feed();
      const path = newPath();
      await subscribed(topicOf(id), path);
      await system.api.call('console', 'DELETE', `/api/v1/channels/${id}`);
      const denied = await pollUntil(
        'denied',
        () => Promise.resolve(subscriber.questionsAt(path, 'denied')[0]),
        WAIT,
      );
      expect(denied.query.get('hub.reason')).toBe('the feed was closed');
      expect((await asking('subscribe', topicOf(id), path)).status).toBe(410);
    });

    it('of a protected feed needs a token of it, and ends when that is revoked', async () => {
      const id = await feed({ access: 'token' });
      const topic = topicOf(id);
      const path = newPath();
      const tokens = `/api/v1/channels/${id}/tokens`;
      const made = await system.api.call<{ id: string; token: string }>('console', 'POST', tokens, {
        json: { name: '合作方' },
      });
      expect(made.status).toBe(201);
      const ask = (key: string | null) =>
        system.api.call('feeds', 'POST', '/hub', {
          key,
          body: new URLSearchParams({
            'hub.mode': 'subscribe',
            'hub.topic': topic,
            'hub.callback': subscriber.url(path),
          }).toString(),
          type: 'application/x-www-form-urlencoded',
        });
      for (const key of [null, 'nrf_wrong', system.adminKey]) expect((await ask(key)).status).toBe(403);
      expect((await ask(made.body.token)).status).toBe(202);
      await subscriptionIn(topic, 'active');
      await publish(id, '只给合作方');
      await subscriber.pushWith(path, '只给合作方');

      await system.api.call('console', 'DELETE', `${tokens}/${made.body.id}`);
      await publish(id, '令牌撤销之后');
      const denied = await pollUntil(
        'denied',
        () => Promise.resolve(subscriber.questionsAt(path, 'denied')[0]),
        WAIT,
      );
      expect(denied.query.get('hub.reason')).toBe('the feed may not be read with this token any more');
      await delay(QUIET_MS);
      expect(subscriber.pushesAt(path).some(({ body }) => body.includes('令牌撤销之后'))).toBe(false);
    });
  });

  describe('what is refused, as plain text that says why', () => {
    const good = () => ({
      'hub.mode': 'subscribe',
      'hub.topic': `${system.urlOf('feeds')}/feeds/none.atom`,
      'hub.callback': subscriber.url('/refused'),
    });

    it.each([
      ['no mode', { 'hub.mode': '' }, 400, /hub\.mode/],
      ['another mode', { 'hub.mode': 'dance' }, 400, /hub\.mode/],
      ['no topic', { 'hub.topic': '' }, 400, /hub\.topic is missing/],
      ['no callback', { 'hub.callback': '' }, 400, /hub\.callback is missing/],
      ['a callback that is no URL', { 'hub.callback': 'not a url' }, 400, /hub\.callback/],
      ['a callback of another scheme', { 'hub.callback': 'ftp://a.example/' }, 400, /hub\.callback/],
      ['a callback with a fragment', { 'hub.callback': 'http://127.0.0.1/#x' }, 400, /fragment/],
      ['a callback with credentials', { 'hub.callback': 'http://a:b@127.0.0.1/' }, 400, /credentials/],
      ['a callback in a private network', { 'hub.callback': 'https://10.0.0.1/' }, 400, /private/],
      [
        'a callback that is too long',
        { 'hub.callback': `http://127.0.0.1/${'x'.repeat(2048)}` },
        400,
        /2048/,
      ],
      ['a secret of 200 bytes', { 'hub.secret': 'x'.repeat(200) }, 400, /hub\.secret/],
      ['a secret of 67 characters in 201 bytes', { 'hub.secret': '密'.repeat(67) }, 400, /hub\.secret/],
      ['a lease of nothing', { 'hub.lease_seconds': '0' }, 400, /hub\.lease_seconds/],
      ['a lease that is negative', { 'hub.lease_seconds': '-5' }, 400, /hub\.lease_seconds/],
      ['a lease that is no number', { 'hub.lease_seconds': '1h' }, 400, /hub\.lease_seconds/],
      ['a topic of another site', { 'hub.topic': 'https://other.example/feed' }, 404, /no feed of this hub/],
      ['a feed that is not there', {}, 404, /no feed of this hub/],
    ])('%s', async (_name, fields, status, says) => {
      const answer = await hub({ ...good(), ...fields });
      expect({ status: answer.status, text: answer.text }).toEqual({
        status,
        text: expect.stringMatching(says),
      });
      expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    });

    it('a body that is no form, too large, or no UTF-8', async () => {
      const json = await hub(JSON.stringify({ 'hub.mode': 'subscribe' }), 'application/json');
      const large = await hub({ ...good(), more: 'x'.repeat(20_000) });
      const broken = await system.api.call('feeds', 'POST', '/hub', {
        key: null,
        body: Buffer.from('hub.mode=\xff', 'latin1'),
        type: 'application/x-www-form-urlencoded',
      });
      expect([json.status, large.status, broken.status]).toEqual([415, 413, 400]);
      for (const { headers } of [json, large, broken])
        expect(headers['content-type']).toBe('text/plain; charset=utf-8');
      const get = await system.api.call('feeds', 'GET', '/hub', { key: null });
      expect([get.status, get.headers['allow']]).toEqual([405, 'POST']);
      expect(subscriber.questionsAt('/refused')).toEqual([]);
    });

    it('a parameter that is there twice', async () => {
      const body = new URLSearchParams(good());
      body.append('hub.callback', subscriber.url('/other'));
      expect(await hub(body.toString())).toMatchObject({
        status: 400,
        text: expect.stringMatching(/more than once/),
      });
    });

    it('takes a secret of 199 bytes', async () => {
      const topic = topicOf(await feed());
      await subscribed(topic, newPath(), { 'hub.secret': 'x'.repeat(199) });
    });

    it('a channel of the type by the API: subscribers come by themselves', async () => {
      const made = await system.api.createChannel({
        id: 'by-hand',
        type: 'websub',
        name: 'by hand',
        settings: { callback: subscriber.url('/x'), topic: topicOf('x') },
      });
      expect(made.status).toBe(422);
      const list = await system.api.call<Page<{ type: string }>>(
        'console',
        'GET',
        '/api/v1/channels?limit=500',
      );
      expect(list.body.items.filter(({ type }) => type === 'websub')).toEqual([]);
      const asked = await system.api.call<Page<{ type: string }>>(
        'console',
        'GET',
        '/api/v1/channels?limit=500&type=websub',
      );
      expect(asked.body.items.length).toBeGreaterThan(0);
    });
  });

  describe('a publisher’s ping', () => {
    it('is taken for topics of ours, by either name', async () => {
      const topic = topicOf(await feed());
      expect((await hub({ 'hub.mode': 'publish', 'hub.topic': topic })).status).toBe(202);
      expect((await hub({ 'hub.mode': 'publish', 'hub.url': topic })).status).toBe(202);
    });
    it('is refused for others', async () => {
      expect((await hub({ 'hub.mode': 'publish', 'hub.topic': 'https://other.example/feed' })).status).toBe(
        404,
      );
      expect((await hub({ 'hub.mode': 'publish' })).status).toBe(400);
    });
  });

  function signature(method: string, secret: string, body: Buffer): string {
    return `${method}=${createHmac(method, secret).update(body).digest('hex')}`;
  }

  describe('a push', () => {
    it.each(['sha1', 'sha256', 'sha384', 'sha512'])(
      'is signed by %s where its feed says so',
      async (method) => {
        const id = await feed({ hubSignature: method });
        const path = newPath();
        await subscribed(topicOf(id), path, { 'hub.secret': '口令' });
        await publish(id, `以 ${method} 签名`);
        const push = await subscriber.pushWith(path, `以 ${method} 签名`);
        expect(push.headers['x-hub-signature']).toBe(signature(method, '口令', push.body));
      },
    );

    it('that fails or is redirected comes again, with what the feed shows then', async () => {
      const id = await feed();
      const topic = topicOf(id);
      const path = newPath();
      await subscribed(topic, path);
      const statuses = [500, 302, 403, 404];
      subscriber.takes(path, (response) => {
        const status = statuses.shift() ?? 204;
        response.writeHead(status, status === 302 ? { location: subscriber.url('/elsewhere') } : {}).end();
      });
      await publish(id, '终会送达');
      await pollUntil('five', () => Promise.resolve(subscriber.pushesAt(path).length >= 5), WAIT);
      expect(subscriber.pushesAt('/elsewhere')).toEqual([]);
      expect(
        subscriber
          .pushesAt(path)
          .at(-1)
          ?.body.equals((await served(topic)).bytes),
      ).toBe(true);
      const subscription = await subscriptionIn(topic, 'active');
      const channel = await system.api.call<{ paused: unknown }>(
        'console',
        'GET',
        `/api/v1/channels/${subscription.id}`,
      );
      expect(channel.body.paused).toBeNull();
      const [delivery] = await pollUntil(
        'delivered',
        async () => {
          const all = await system.api.allDeliveries(`&channel=${subscription.id}`);
          return all.every(({ state }) => state === 'delivered') ? all : undefined;
        },
        WAIT,
      );
      expect(delivery?.attempts.map(({ status }) => status)).toEqual([500, 302, 403, 404, 204]);
    });

    it('that is answered 410 ends the subscription', async () => {
      const id = await feed();
      const topic = topicOf(id);
      const path = newPath();
      await subscribed(topic, path);
      subscriber.takes(path, (response) => response.writeHead(410).end());
      await publish(id, '地址已撤销');
      expect(await subscriptionIn(topic, 'ended')).toMatchObject({ endReason: expect.stringMatching(/410/) });
      await publish(id, '再无推送');
      await delay(QUIET_MS);
      expect(subscriber.pushesAt(path)).toHaveLength(1);
    });

    it('never comes before the feed shows what it holds', async () => {
      const id = await feed();
      const topic = topicOf(id);
      const path = newPath();
      await subscribed(topic, path);
      const seen: boolean[] = [];
      subscriber.takes(path, (response, push) => {
        void served(topic).then(({ bytes }) => {
          seen.push(bytes.equals(push.body));
          response.writeHead(204).end();
        });
      });
      for (let number = 1; number <= 5; number += 1) {
        await publish(id, `依次见报 ${number}`);
        await subscriber.pushWith(path, `依次见报 ${number}`);
      }
      await pollUntil('all compared', () => Promise.resolve(seen.length >= 5), WAIT);
      expect(seen).toEqual(seen.map(() => true));
    });

    it('brings along what came meanwhile: fifty articles are a few pushes, never older after newer', async () => {
      const id = await feed();
      const topic = topicOf(id, 'json');
      const path = newPath();
      const subscription = await subscribed(topic, path);
      await Promise.all(
        Array.from({ length: 50 }, (_, number) => publish(id, `集中发稿 ${String(number).padStart(2, '0')}`)),
      );
      const deliveries = await pollUntil(
        'all over',
        async () => {
          const all = await system.api.allDeliveries(`&channel=${subscription.id}`);
          return all.length === 50 && all.every(({ state }) => ['delivered', 'superseded'].includes(state))
            ? all
            : undefined;
        },
        { timeoutMs: 30_000 },
      );
      const pushes = subscriber.pushesAt(path);
      expect(pushes.length).toBeLessThan(15);
      expect(deliveries.filter(({ state }) => state === 'superseded').length).toBeGreaterThan(30);
      expect(deliveries.find(({ state }) => state === 'superseded')?.reason).toMatch(/^came with dlv_/);
      expect(pushes.at(-1)?.body.equals((await served(topic)).bytes)).toBe(true);
      const sizes = pushes.map(
        ({ body }) => (JSON.parse(body.toString()) as { items: unknown[] }).items.length,
      );
      expect(sizes).toEqual(sizes.toSorted((one, other) => one - other));
    });

    it('tells of a withdrawal within two seconds, and so does one whose own article came along with another', async () => {
      const id = await feed();
      const topic = topicOf(id);
      const path = newPath();
      await subscribed(topic, path);
      const articles = await Promise.all([1, 2, 3].map((number) => publish(id, `将被撤回的 ${number}`)));
      await pollUntil(
        'all three are there',
        () => {
          const last = subscriber.pushesAt(path).at(-1)?.body.toString() ?? '';
          return Promise.resolve([1, 2, 3].every((number) => last.includes(`将被撤回的 ${number}`)));
        },
        WAIT,
      );
      await delay(6_000);
      for (const [index, article] of articles.entries()) {
        const withdrawn = await system.api.withdraw(article);
        const answered = performance.now();
        expect(withdrawn.status).toBe(202);
        const push = await pollUntil(
          'the notice',
          () =>
            Promise.resolve(
              subscriber.pushesAt(path).find(({ body }) => body.includes(`ref="urn:uuid:${article}"`)),
            ),
          WAIT,
        );
        expect(push.at - answered).toBeLessThan(2_000);
        expect(push.body.toString()).not.toContain(`将被撤回的 ${index + 1}`);
      }
      expect(
        subscriber
          .pushesAt(path)
          .at(-1)
          ?.body.equals((await served(topic)).bytes),
      ).toBe(true);
    });

    it('of another article in flight is stopped by a withdrawal of one that it holds', async () => {
      const id = await feed();
      const topic = topicOf(id);
      const path = newPath();
      const [withdrawn] = [await publish(id, '随后撤回')];
      await pollUntil('served', async () => (await served(topic)).bytes.includes('随后撤回'), WAIT);
      await subscribed(topic, path);
      const held: (() => void)[] = [];
      subscriber.takes(path, (response) => {
        held.push(() => {
          if (!response.destroyed) response.writeHead(204).end();
        });
      });
      await publish(id, '另有一条');
      await subscriber.pushWith(path, '随后撤回');
      subscriber.takes(path, (response) => response.writeHead(204).end());
      const answered = await system.api.withdraw(withdrawn);
      expect(answered.status).toBe(202);
      const at = performance.now();
      await pollUntil(
        'pushed again',
        () => Promise.resolve(subscriber.pushesAt(path).some((push) => push.at > at)),
        WAIT,
      );
      const after = subscriber.pushesAt(path).filter((push) => push.at > at);
      for (const { body } of after) expect(body.toString()).not.toContain('随后撤回');
      expect(after.at(-1)?.body.toString()).toContain('另有一条');
      for (const release of held) release();
    });
  });

  describe('what it survives', () => {
    it('the end of the process that pushes and verifies: nothing is lost', async () => {
      const id = await feed();
      const topic = topicOf(id);
      const [stands, comes] = [newPath(), newPath()];
      await subscribed(topic, stands);
      await system.killService('publish');
      expect((await asking('subscribe', topic, comes)).status).toBe(202);
      await publish(id, '停机期间');
      expect((await subscriptions(`topic=${encodeURIComponent(topic)}&state=pending`)).length).toBe(1);
      system.spawnService('publish');
      await system.ready(['publish']);
      await subscriber.pushWith(stands, '停机期间', 30_000);
      await pollUntil('verified', () => Promise.resolve(subscriber.questionsAt(comes)[0]), {
        timeoutMs: 30_000,
      });
      await publish(id, '恢复之后');
      await subscriber.pushWith(comes, '恢复之后');
      await subscriber.pushWith(stands, '恢复之后');
      await pollUntil(
        'nothing waits',
        async () => {
          const all = await system.api.allDeliveries(`&since=2000-01-01T00:00:00Z`);
          return all.every(({ state }) => !['queued', 'sending', 'retrying'].includes(state));
        },
        WAIT,
      );
    }, 90_000);
  });

  it('confirms what it is asked twice at once with one question more at most', async () => {
    const topic = topicOf(await feed());
    const path = newPath();
    subscriber.answers(path, (response, question) => {
      setTimeout(() => {
        confirm(response, question);
      }, 100);
    });
    await Promise.all([1, 2, 3, 4].map(() => asking('subscribe', topic, path)));
    await subscriptionIn(topic, 'active');
    await delay(QUIET_MS);
    expect(subscriber.questionsAt(path).length).toBeLessThanOrEqual(2);
    expect(await subscriptions(`topic=${encodeURIComponent(topic)}`)).toHaveLength(1);
  });
});
