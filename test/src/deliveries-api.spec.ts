import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { freePort } from '@newsrelay/local-servers/free-port';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import type { Answer, DeliveryAnswer, Page } from './harness/newsrelay-api.js';
import { NewsrelaySystem } from './harness/newsrelay-system.js';
import { answering, Hanging, inTurn, PartnerPaths } from './harness/partner-paths.js';
import { accept, type Behaviour, type Push } from './harness/partner-receiver.js';
import { sampleArticle } from './harness/sample-article.js';

const ATTEMPTS = 5;
const WAIT = { timeoutMs: 15_000 };

interface Delivery extends DeliveryAnswer {
  createdAt: string;
  nextAttemptAt: string | null;
  remoteUrl: string | null;
  attempts: (DeliveryAnswer['attempts'][number] & { startedAt: string; durationMs: number | null })[];
}
interface Channel {
  id: string;
  secret: string;
  path: string;
  section: string;
}
interface ChannelView {
  paused: { since: string; reason: string } | null;
  secrets: { signingSecret: string };
}

describe('deliveries by API and at the partner', () => {
  let system: NewsrelaySystem;
  let partner: PartnerPaths;

  beforeAll(async () => {
    partner = await PartnerPaths.start();
    system = await NewsrelaySystem.start({
      services: ['ingest', 'transform', 'publish', 'console'],
      retrySchedule: '0,0.2,0.2,0.2,0.2',
    });
  }, 120_000);

  afterAll(async () => {
    await system.stop();
    await partner.receiver.stop();
  }, 60_000);

  /** A channel of its own path, which gets the articles of its own section. */
  async function channel(behaviour: Behaviour = accept, url?: string): Promise<Channel> {
    const id = `c-${randomUUID()}`;
    partner.set(`/${id}`, behaviour);
    const created = await system.api.call<ChannelView>('console', 'POST', '/api/v1/channels', {
      json: {
        id,
        type: 'webhook',
        name: id,
        filter: { sections: [id], sources: [], keywords: [] },
        settings: { url: url ?? partner.receiver.url(`/${id}`) },
      },
    });
    expect(created.status).toBe(201);
    return { id, secret: created.body.secrets.signingSecret, path: `/${id}`, section: id };
  }

  async function publish(to: Channel, fields: Record<string, unknown> = {}): Promise<string> {
    const taken = await system.api.post(sampleArticle({ sections: [to.section], ...fields }));
    expect({ status: taken.status, text: taken.text }).toEqual({ status: 202, text: expect.any(String) });
    return taken.body.id;
  }

  const deliveriesOf = async (articleId: string) => (await system.api.deliveriesOf(articleId)) as Delivery[];

  async function delivery(articleId: string, version = 1, action = 'publish'): Promise<Delivery | undefined> {
    return (await deliveriesOf(articleId)).find((each) => each.version === version && each.action === action);
  }

  async function reaches(articleId: string, state: string, version = 1): Promise<Delivery> {
    let seen: Delivery | undefined;
    try {
      return await pollUntil(
        `version ${version} ${state}`,
        async () => {
          seen = await delivery(articleId, version);
          return seen?.state === state ? seen : undefined;
        },
        WAIT,
      );
    } catch (error) {
      throw new Error(`not ${state} but ${JSON.stringify(seen)}`, { cause: error });
    }
  }

  async function retry(id: string): Promise<Answer<Delivery>> {
    return system.api.call<Delivery>('console', 'POST', `/api/v1/deliveries/${id}/retry`);
  }

  async function channelView({ id }: Channel): Promise<ChannelView> {
    return (await system.api.call<ChannelView>('console', 'GET', `/api/v1/channels/${id}`)).body;
  }

  async function control({ id }: Channel, verb: 'pause' | 'resume'): Promise<void> {
    expect((await system.api.call('console', 'POST', `/api/v1/channels/${id}/${verb}`)).status).toBe(200);
  }

  function verified(push: Push, { secret }: Channel): void {
    const headers = Object.fromEntries(
      ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [
        name,
        String(push.headers[name]),
      ]),
    );
    expect(new Webhook(secret).verify(push.body, headers)).toEqual(push.event);
  }

  /** The same message again: key and bytes, with a signature of its own time. */
  function expectRepeats(pushes: readonly Push[], to: Channel): void {
    expect(new Set(pushes.map(({ webhookId }) => webhookId)).size).toBe(1);
    expect(new Set(pushes.map(({ body }) => body)).size).toBe(1);
    for (const push of pushes) verified(push, to);
  }

  describe('an attempt', () => {
    it('that is answered 2xx delivers, and keeps the first 4 KiB of the answer', async () => {
      const long = `${'答'.repeat(2000)}end`;
      const to = await channel(answering(202, { 'content-type': 'text/plain' }, long));
      const articleId = await publish(to);
      const done = await reaches(articleId, 'delivered');
      expect(done).toEqual({
        id: expect.any(String),
        articleId,
        version: 1,
        channel: to.id,
        action: 'publish',
        state: 'delivered',
        reason: null,
        createdAt: expect.stringMatching(/\+08:00$/),
        nextAttemptAt: null,
        remoteUrl: null,
        attempts: [
          {
            number: 1,
            startedAt: expect.stringMatching(/\+08:00$/),
            durationMs: expect.any(Number),
            outcome: 'delivered',
            status: 202,
            error: null,
            response: '答'.repeat(1365),
          },
        ],
      });
      const single = await system.api.call<Delivery>('console', 'GET', `/api/v1/deliveries/${done.id}`);
      expect(single.body).toEqual(done);
      expect(partner.at(to.path)).toHaveLength(1);
    });

    it('that fails is repeated with the same key and bytes until the schedule is over', async () => {
      const to = await channel(answering(500, {}, 'broken'));
      const articleId = await publish(to);
      const dead = await reaches(articleId, 'dead');
      expect(dead.reason).toEqual(expect.stringContaining('500'));
      expect(dead.nextAttemptAt).toBeNull();
      expect(
        dead.attempts.map(({ number, outcome, status, response }) => [number, outcome, status, response]),
      ).toEqual([1, 2, 3, 4, 5].map((number) => [number, 'transient', 500, 'broken']));
      const pushes = partner.at(to.path);
      expect(pushes).toHaveLength(ATTEMPTS);
      expectRepeats(pushes, to);
    });

    it('is verified by a library of others, also with a secret of the operator, and not with another', async () => {
      const secret = `whsec_${Buffer.from(randomUUID()).toString('base64')}`;
      const id = `c-${randomUUID()}`;
      const own: Channel = { id, secret, path: `/${id}`, section: id };
      const created = await system.api.createChannel({
        id,
        type: 'webhook',
        name: 'Own secret',
        filter: { sections: [id] },
        settings: { url: partner.receiver.url(own.path) },
        secrets: { signingSecret: secret },
      });
      expect(created.status).toBe(201);
      expect(created.text).not.toContain(secret);
      const articleId = await publish(own);
      await reaches(articleId, 'delivered');
      const [push] = partner.at(own.path);
      if (push === undefined) throw new Error('no push');
      verified(push, own);
      expect(() => {
        verified(push, { ...own, secret: `whsec_${Buffer.from(randomUUID()).toString('base64')}` });
      }).toThrow();
      expect(push.headers['content-type']).toMatch(/^application\/json/);
      expect(Math.abs(Number(push.headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(10);
    });

    it('that is redirected is not followed, and counts as a failure', async () => {
      const elsewhere = `/elsewhere-${randomUUID()}`;
      for (const status of [301, 302, 303, 307, 308]) {
        const to = await channel(answering(status, { location: partner.receiver.url(elsewhere) }));
        const dead = await reaches(await publish(to), 'dead');
        expect(dead.attempts.map((attempt) => attempt.status)).toEqual(Array(ATTEMPTS).fill(status));
        expect(dead.reason).toContain('redirect');
      }
      expect(partner.at(elsewhere)).toEqual([]);
    });

    it.each([400, 404, 405, 409, 413, 422, 451])(
      'that is refused with %i is final after one second look',
      async (status) => {
        const to = await channel(answering(status));
        const dead = await reaches(await publish(to), 'dead');
        expect(dead.attempts.map((attempt) => [attempt.outcome, attempt.status])).toEqual([
          ['permanent', status],
          ['permanent', status],
        ]);
        expect(partner.at(to.path)).toHaveLength(2);
        expect((await channelView(to)).paused).toBeNull();
      },
    );

    it('that is refused gets its second look also after failures of another kind', async () => {
      const to = await channel(inTurn(answering(502), answering(404), accept));
      const done = await reaches(await publish(to), 'delivered');
      expect(done.attempts.map((attempt) => attempt.status)).toEqual([502, 404, 200]);
    });

    it.each([408, 425, 500, 502, 504])('that is answered %i is repeated', async (status) => {
      const to = await channel(inTurn(answering(status), answering(status), answering(status), accept));
      const done = await reaches(await publish(to), 'delivered');
      expect(done.attempts.map((attempt) => attempt.outcome)).toEqual([
        'transient',
        'transient',
        'transient',
        'delivered',
      ]);
    });

    it('that finds nobody, or a broken answer, is repeated', async () => {
      const nobody = await channel(accept, `http://127.0.0.1:${await freePort()}/`);
      const dead = await reaches(await publish(nobody), 'dead');
      expect(dead.attempts.map(({ outcome, status, response }) => [outcome, status, response])).toEqual(
        Array(ATTEMPTS).fill(['transient', null, null]),
      );
      expect(dead.attempts[0]?.error).toEqual(expect.stringMatching(/\S/));
      const reset = await channel(inTurn((_push, response) => response.socket?.destroy(), accept));
      const done = await reaches(await publish(reset), 'delivered');
      expect(done.attempts.map((attempt) => attempt.outcome)).toEqual(['transient', 'delivered']);
      expectRepeats(partner.at(reset.path), reset);
    });

    it.each([
      ['429 in seconds', 429, () => '2', 'rate-limited'],
      ['503 in seconds', 503, () => '2', 'transient'],
      ['429 as a date', 429, () => new Date(Date.now() + 3_000).toUTCString(), 'rate-limited'],
    ])('obeys Retry-After: %s', async (_name, status, retryAfter, outcome) => {
      const to = await channel(
        inTurn((push, response) => {
          answering(status, { 'retry-after': retryAfter() })(push, response);
        }, accept),
      );
      const articleId = await publish(to);
      const waiting = await reaches(articleId, 'retrying');
      expect(waiting.attempts).toMatchObject([{ outcome, status }]);
      expect(Date.parse(waiting.nextAttemptAt ?? '')).toBeGreaterThan(Date.now() + 500);
      await reaches(articleId, 'delivered');
      const [first, second] = partner.at(to.path);
      expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1_990);
    });
  });

  describe('a channel that refuses us', () => {
    it.each([
      [401, 'auth-expired'],
      [403, 'auth-expired'],
      [410, 'permanent'],
    ])(
      'with %i is paused with the reason; what waits goes out in order once it is resumed',
      async (status, outcome) => {
        const to = await channel(answering(status));
        const first = await publish(to);
        const queued = await pollUntil(
          'the pause',
          async () => {
            const seen = await delivery(first);
            return seen?.state === 'queued' && seen.attempts[0]?.outcome != null ? seen : undefined;
          },
          WAIT,
        );
        expect(queued.attempts).toMatchObject([{ outcome, status }]);
        expect(queued.nextAttemptAt).toBeNull();
        const { paused } = await channelView(to);
        expect(paused?.reason).toContain(String(status));
        expect(Date.parse(paused?.since ?? '')).not.toBeNaN();
        const second = await publish(to);
        await reaches(second, 'queued');
        const other = await channel();
        await reaches(await publish(other), 'delivered');
        expect(partner.at(to.path)).toHaveLength(1);
        expect((await retry(queued.id)).status).toBe(409);
        partner.set(to.path, accept);
        await control(to, 'resume');
        expect((await channelView(to)).paused).toBeNull();
        await reaches(first, 'delivered');
        await reaches(second, 'delivered');
        expectRepeats(partner.at(to.path, first), to);
        expect(partner.at(to.path)).toHaveLength(3);
      },
    );
  });

  describe('retry', () => {
    it('sends a dead delivery again, with the same key and bytes', async () => {
      const to = await channel(answering(500));
      const articleId = await publish(to);
      const dead = await reaches(articleId, 'dead');
      partner.set(to.path, accept);
      const answer = await retry(dead.id);
      expect(answer.status).toBe(202);
      expect(answer.body.id).toBe(dead.id);
      const done = await reaches(articleId, 'delivered');
      expect(done.attempts.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
      expectRepeats(partner.at(to.path), to);
    });

    it('begins a round of its own', async () => {
      const to = await channel(answering(404));
      const dead = await reaches(await publish(to), 'dead');
      expect((await retry(dead.id)).status).toBe(202);
      await pollUntil(
        'two more attempts',
        async () => (await delivery(dead.articleId))?.attempts.length === 4,
        WAIT,
      );
      await reaches(dead.articleId, 'dead');
    });

    it('sends a delivered one again, once each time it is asked', async () => {
      const to = await channel();
      const articleId = await publish(to);
      const done = await reaches(articleId, 'delivered');
      for (let times = 2; times <= 6; times += 1) {
        expect((await retry(done.id)).status).toBe(202);
        await pollUntil('the repeat', () => partner.at(to.path).length === times, WAIT);
        await reaches(articleId, 'delivered');
      }
      expectRepeats(partner.at(to.path), to);
      expect((await delivery(articleId))?.attempts).toHaveLength(6);
      expect(await deliveriesOf(articleId)).toHaveLength(1);
    });

    it('takes a retrying one now instead of later', async () => {
      const to = await channel(inTurn(answering(429, { 'retry-after': '3600' }), accept));
      const articleId = await publish(to);
      const waiting = await reaches(articleId, 'retrying');
      expect((await retry(waiting.id)).status).toBe(202);
      await reaches(articleId, 'delivered');
      expectRepeats(partner.at(to.path), to);
    });

    it('takes retrying ones now also when it is asked for the moment they begin to wait', async () => {
      const to = await channel();
      for (let round = 0; round < 10; round += 1) {
        partner.set(to.path, inTurn(answering(429, { 'retry-after': '3600' }), accept));
        const articleId = await publish(to);
        const waiting = await pollUntil(
          'the wait',
          async () => {
            const seen = await delivery(articleId);
            return seen?.state === 'retrying' ? seen : undefined;
          },
          { ...WAIT, everyMs: 1 },
        );
        expect((await retry(waiting.id)).status).toBe(202);
        await reaches(articleId, 'delivered');
      }
    });

    it('is refused where nothing can be repeated', async () => {
      const to = await channel();
      await control(to, 'pause');
      const queued = await reaches(await publish(to), 'queued');
      expect((await retry(queued.id)).status).toBe(409);
      expect((await retry('dlv_unknown')).status).toBe(404);
      expect((await system.api.call('console', 'GET', '/api/v1/deliveries/dlv_unknown')).status).toBe(404);
      expect(partner.at(to.path)).toEqual([]);
    });

    it('is refused where a newer version came after it, or a withdrawal', async () => {
      const to = await channel();
      const article = sampleArticle({ sections: [to.section] });
      const { id } = (await system.api.post(article)).body;
      const first = await reaches(id, 'delivered');
      await system.api.post({ ...article, headline: '第二版' });
      const second = await reaches(id, 'delivered', 2);
      expect((await retry(first.id)).status).toBe(409);
      expect((await system.api.withdraw(id)).status).toBe(202);
      const answer = await retry(second.id);
      expect(answer.status).toBe(409);
      expect(answer.headers['content-type']).toMatch(/problem\+json/);
      const withdrawal = await pollUntil(
        'the withdrawal',
        async () =>
          (await deliveriesOf(id)).find(
            ({ action, state }) => action === 'withdraw' && state === 'delivered',
          ),
        WAIT,
      );
      expect((await retry(withdrawal.id)).status).toBe(202);
      await pollUntil('its repeat', () => partner.at(to.path).length === 4, WAIT);
      expectRepeats(partner.at(to.path).slice(2), to);
      expect(partner.at(to.path).map(({ event }) => event.type)).toEqual([
        'article.published',
        'article.updated',
        'article.withdrawn',
        'article.withdrawn',
      ]);
    });
  });

  describe('versions', () => {
    it('supersede a waiting older one, and say that it began to be sent', async () => {
      const to = await channel(answering(503, { 'retry-after': '3600' }));
      const article = sampleArticle({ sections: [to.section] });
      const { id } = (await system.api.post(article)).body;
      await reaches(id, 'retrying');
      partner.set(to.path, accept);
      await system.api.call('ingest', 'PUT', `/api/v1/articles/${id}`, {
        json: { ...article, headline: '第二版', note: '更正' },
      });
      await reaches(id, 'delivered', 2);
      expect(await delivery(id, 1)).toMatchObject({ state: 'superseded', nextAttemptAt: null });
      const [first, second] = partner.at(to.path);
      expect(first?.event).toMatchObject({
        type: 'article.published',
        data: { version: 1, previousVersion: null, note: null },
      });
      expect(second?.event).toMatchObject({
        type: 'article.updated',
        data: { version: 2, previousVersion: 1, note: '更正', article: { version: '2' } },
      });
      expect(second?.event.data.sequence).toBeGreaterThan(first?.event.data.sequence ?? Infinity);
      expect(second?.webhookId).not.toBe(first?.webhookId);
      expect((await retry((await delivery(id, 1))?.id ?? '')).status).toBe(409);
    });

    it('that overtake one which never began are published, not updated', async () => {
      const to = await channel();
      await control(to, 'pause');
      const article = sampleArticle({ sections: [to.section] });
      const { id } = (await system.api.post(article)).body;
      await reaches(id, 'queued');
      await system.api.post({ ...article, headline: '第二版' });
      await reaches(id, 'queued', 2);
      expect((await delivery(id, 1))?.state).toBe('superseded');
      await control(to, 'resume');
      await reaches(id, 'delivered', 2);
      expect(
        partner.at(to.path).map(({ event }) => [event.type, event.data.version, event.data.previousVersion]),
      ).toEqual([['article.published', 2, null]]);
    });

    it('wait for an older one that is being sent, and come after it', async () => {
      const hanging = new Hanging();
      const to = await channel(inTurn(hanging.behaviour, accept));
      const article = sampleArticle({ sections: [to.section] });
      const { id } = (await system.api.post(article)).body;
      await reaches(id, 'sending');
      await pollUntil('the push', () => hanging.responses.length === 1, WAIT);
      await system.api.post({ ...article, headline: '第二版' });
      await reaches(id, 'queued', 2);
      hanging.release();
      await reaches(id, 'delivered', 2);
      expect((await delivery(id, 1))?.state).toBe('delivered');
      expect(
        partner.at(to.path).map(({ event }) => [event.data.version, event.data.previousVersion]),
      ).toEqual([
        [1, null],
        [2, 1],
      ]);
    });

    it('arrive in order however fast they come, the newest last', async () => {
      let refusals = 0;
      const to = await channel((push, response) => {
        refusals += 1;
        answering(refusals % 3 === 0 ? 500 : 200)(push, response);
      });
      const articles = Array.from({ length: 10 }, () => sampleArticle({ sections: [to.section] }));
      const ids = await Promise.all(
        articles.map(async (article) => {
          let id = '';
          for (let version = 1; version <= 6; version += 1)
            id = (await system.api.post({ ...article, headline: `第${version}版` })).body.id;
          return id;
        }),
      );
      for (const id of ids) {
        await reaches(id, 'delivered', 6);
        const pushes = partner.at(to.path, id);
        const versions = pushes.map(({ event }) => event.data.version);
        expect(versions).toEqual([...versions].sort((a, b) => a - b));
        expect(versions.at(-1)).toBe(6);
        const distinct = [...new Set(versions)];
        for (const { event } of pushes) {
          const { version, previousVersion } = event.data;
          expect(previousVersion).toBe(distinct[distinct.indexOf(version) - 1] ?? null);
          expect(event.type).toBe(previousVersion === null ? 'article.published' : 'article.updated');
        }
        const states = (await deliveriesOf(id)).map(({ state }) => state);
        expect(states.filter((state) => state !== 'delivered' && state !== 'superseded')).toEqual([]);
      }
    }, 60_000);
  });

  describe('lists', () => {
    async function list(query: string): Promise<Page<Delivery>> {
      const answer = await system.api.call<Page<Delivery>>('console', 'GET', `/api/v1/deliveries?${query}`);
      expect({ query, status: answer.status }).toEqual({ query, status: 200 });
      return answer.body;
    }

    it('narrow by channel, article, state and time, and page without loss or repeat', async () => {
      const to = await channel();
      const ids = await Promise.all(Array.from({ length: 12 }, () => publish(to)));
      for (const id of ids) await reaches(id, 'delivered');
      for (const limit of [1, 5, 12]) {
        const seen: Delivery[] = [];
        let cursor: string | null = null;
        do {
          const page: Page<Delivery> = await list(
            `channel=${to.id}&limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`,
          );
          seen.push(...page.items);
          cursor = page.nextCursor;
        } while (cursor !== null);
        expect(seen.map(({ articleId }) => articleId).sort()).toEqual([...ids].sort());
        const times = seen.map(({ createdAt }) => Date.parse(createdAt));
        expect(times).toEqual([...times].sort((a, b) => b - a));
      }
      const [first = ''] = ids;
      const byArticle = await list(`article=${first}`);
      expect(byArticle.items.map(({ articleId }) => articleId)).toEqual([first]);
      expect((await list(`channel=${to.id}&state=dead`)).items).toEqual([]);
      expect((await list(`channel=${to.id}&state=delivered`)).items).toHaveLength(12);
      const at = byArticle.items[0]?.createdAt ?? '';
      const later = new Date(Date.parse(at) + 1).toISOString();
      const window = async (query: string) => (await list(`article=${first}&${query}`)).items.length;
      expect(await window(`since=${encodeURIComponent(at)}`)).toBe(1);
      expect(await window(`until=${encodeURIComponent(at)}`)).toBe(0);
      expect(await window(`until=${encodeURIComponent(later)}`)).toBe(1);
      expect(await window(`since=${encodeURIComponent(later)}`)).toBe(0);
    });
  });
});
