import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import type { ArticleAnswer, DeliveryAnswer } from './harness/newsrelay-api.js';
import { NewsrelaySystem } from './harness/newsrelay-system.js';
import { answering, Hanging, inTurn, PartnerPaths } from './harness/partner-paths.js';
import { accept, type Behaviour, type Push } from './harness/partner-receiver.js';
import { sampleArticle } from './harness/sample-article.js';

const SAMPLE = readFileSync(join(import.meta.dirname, '../../samples/pages/jining-gaoxin-857.txt'), 'utf8');
const WAIT = { timeoutMs: 15_000 };
const RACES = 50;

interface ArticleView {
  version: number;
  publishedVersion: number | null;
  state: string;
  holds: { code: string }[];
}

describe('withdrawal', () => {
  let system: NewsrelaySystem;
  let partner: PartnerPaths;

  beforeAll(async () => {
    partner = await PartnerPaths.start();
    system = await NewsrelaySystem.start({
      services: ['ingest', 'transform', 'publish', 'console'],
      retrySchedule: `0,${Array(40).fill('0.1').join(',')}`,
    });
  }, 120_000);

  afterAll(async () => {
    await system.stop();
    await partner.receiver.stop();
  }, 60_000);

  /** A channel of its own path and section, both named like it. */
  async function channel(behaviour: Behaviour = accept): Promise<string> {
    const id = `c-${randomUUID()}`;
    partner.set(`/${id}`, behaviour);
    const created = await system.api.createChannel({
      id,
      type: 'webhook',
      name: id,
      filter: { sections: [id] },
      settings: { url: partner.receiver.url(`/${id}`) },
    });
    expect(created.status).toBe(201);
    return id;
  }

  const at = (id: string): Push[] => partner.at(`/${id}`);
  const typesAt = (id: string) => at(id).map(({ event }) => event.type);

  async function take(fields: Record<string, unknown>): Promise<ArticleAnswer> {
    const taken = await system.api.post(sampleArticle(fields));
    expect({ status: taken.status, text: taken.text }).toEqual({ status: 202, text: expect.any(String) });
    return taken.body;
  }

  async function read(id: string): Promise<ArticleView> {
    return (await system.api.call<ArticleView>('ingest', 'GET', `/api/v1/articles/${id}`)).body;
  }

  async function delivery(
    id: string,
    channelId: string,
    action = 'publish',
  ): Promise<DeliveryAnswer | undefined> {
    return (await system.api.deliveriesOf(id)).find(
      (each) => each.channel === channelId && each.action === action,
    );
  }

  async function reaches(
    id: string,
    channelId: string,
    state: string,
    action = 'publish',
  ): Promise<DeliveryAnswer> {
    return pollUntil(
      `${action} ${state}`,
      async () => {
        const seen = await delivery(id, channelId, action);
        return seen?.state === state ? seen : undefined;
      },
      WAIT,
    );
  }

  it('reaches a channel that got the article, with nothing of what it said', async () => {
    const to = await channel();
    const { id } = await take({ sections: [to], headline: '将被撤回的标题', body: ['将被撤回的正文'] });
    await reaches(id, to, 'delivered');
    const answer = await system.api.withdraw(id, '事实有误');
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({ orderId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    await reaches(id, to, 'delivered', 'withdraw');
    const [published, withdrawn] = at(to);
    expect(at(to)).toHaveLength(2);
    expect(withdrawn?.event).toEqual({
      type: 'article.withdrawn',
      timestamp: expect.stringMatching(/\+08:00$/),
      data: {
        article: {
          uri: `urn:uuid:${id}`,
          version: '1',
          pubStatus: 'canceled',
          versionCreated: expect.stringMatching(/\+08:00$/),
        },
        version: 1,
        previousVersion: 1,
        sequence: expect.any(Number),
        note: null,
      },
    });
    expect(withdrawn?.event.data.sequence).toBeGreaterThan(published?.event.data.sequence ?? Infinity);
    expect(withdrawn?.webhookId).not.toBe(published?.webhookId);
    expect(withdrawn?.body).not.toMatch(/将被撤回|事实有误/);
    expect(await read(id)).toMatchObject({ state: 'withdrawn', publishedVersion: null });
    expect((await delivery(id, to))?.state).toBe('delivered');
  });

  it('ordered again answers 200 with the same id, also many times at once', async () => {
    const to = await channel();
    const { id } = await take({ sections: [to] });
    await reaches(id, to, 'delivered');
    const answers = await Promise.all(Array.from({ length: 6 }, () => system.api.withdraw(id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 202]);
    expect(new Set(answers.map(({ body }) => body.orderId)).size).toBe(1);
    const later = await system.api.withdraw(id, '另一个理由');
    expect([later.status, later.body]).toEqual([200, answers[0]?.body]);
    await reaches(id, to, 'delivered', 'withdraw');
    expect(typesAt(to)).toEqual(['article.published', 'article.withdrawn']);
  });

  it('asks for a reason', async () => {
    const { id } = await take({});
    for (const json of [{}, { reason: '' }, { reason: ' ' }, { reason: 5 }, { reason: 'x', force: true }]) {
      const answer = await system.api.call<{ errors: { path: string }[] }>(
        'ingest',
        'POST',
        `/api/v1/articles/${id}/withdraw`,
        { json },
      );
      expect(answer.status).toBe(422);
      expect(answer.body.errors[0]?.path).toBe('force' in json ? '/force' : '/reason');
    }
    expect((await read(id)).state).toBe('published');
  });

  describe('is possible', () => {
    async function expectWithdrawn(id: string): Promise<void> {
      expect((await system.api.withdraw(id)).status).toBe(202);
      expect(await read(id)).toMatchObject({ state: 'withdrawn', publishedVersion: null, holds: [] });
      expect((await system.api.withdraw(id)).status).toBe(200);
      const approved = await system.api.call('ingest', 'POST', `/api/v1/articles/${id}/approve`, {
        json: { version: 1 },
      });
      expect(approved.status).toBe(409);
    }

    it('of a held article', async () => {
      const page = await system.api.page<{ articles: ArticleAnswer[] }>(
        SAMPLE,
        `source=w-${randomUUID()}`.slice(0, 20),
      );
      const held = page.body.articles.find(({ state }) => state === 'held');
      await expectWithdrawn(held?.id ?? '');
    });

    it('of a scheduled one, which is never published', async () => {
      const to = await channel();
      const until = Date.now() + 800;
      const { id } = await take({ sections: [to], embargoUntil: new Date(until).toISOString() });
      await expectWithdrawn(id);
      await pollUntil('the embargo to be over', () => Date.now() > until + 2_000, WAIT);
      expect(await read(id)).toMatchObject({ state: 'withdrawn', publishedVersion: null });
      expect(at(to)).toEqual([]);
      expect(await system.api.deliveriesOf(id)).toEqual([]);
    });

    it('of a discarded one', async () => {
      const { id } = await take({ embargoUntil: '2099-01-01T00:00:00Z' });
      await system.api.call('ingest', 'POST', `/api/v1/articles/${id}/discard`, { json: { version: 1 } });
      await expectWithdrawn(id);
    });

    it('of a published one whose next version is scheduled: neither goes out again', async () => {
      const to = await channel();
      const article = sampleArticle({ sections: [to] });
      const { id } = (await system.api.post(article)).body;
      await reaches(id, to, 'delivered');
      const until = Date.now() + 800;
      await system.api.post({ ...article, headline: '第二版', embargoUntil: new Date(until).toISOString() });
      expect((await system.api.withdraw(id)).status).toBe(202);
      await reaches(id, to, 'delivered', 'withdraw');
      await pollUntil('the embargo to be over', () => Date.now() > until + 2_000, WAIT);
      expect(await read(id)).toMatchObject({ version: 2, state: 'withdrawn', publishedVersion: null });
      expect(typesAt(to)).toEqual(['article.published', 'article.withdrawn']);
    });
  });

  it('cancels what never began, and withdraws what began, on paused and disabled channels too', async () => {
    const section = `s-${randomUUID()}`;
    const ids = { began: '', paused: '', disabled: '', never: '', failing: '' };
    for (const name of Object.keys(ids) as (keyof typeof ids)[]) {
      const id = `c-${randomUUID()}`;
      ids[name] = id;
      partner.set(`/${id}`, name === 'failing' ? answering(500) : accept);
      await system.api.createChannel({
        id,
        type: 'webhook',
        name,
        filter: { sections: [section] },
        settings: { url: partner.receiver.url(`/${id}`) },
      });
    }
    const act = async (id: string, verb: string) => {
      const answer = await system.api.call('console', 'POST', `/api/v1/channels/${id}/${verb}`);
      expect(answer.status).toBe(200);
    };
    await act(ids.never, 'pause');
    const { id } = await take({ sections: [section] });
    for (const name of ['began', 'paused', 'disabled'] as const) await reaches(id, ids[name], 'delivered');
    await reaches(id, ids.never, 'queued');
    await reaches(id, ids.failing, 'retrying');
    await act(ids.paused, 'pause');
    const disabled = await system.api.call('console', 'PATCH', `/api/v1/channels/${ids.disabled}`, {
      json: { enabled: false },
    });
    expect(disabled.status).toBe(200);
    expect((await system.api.withdraw(id)).status).toBe(202);
    for (const name of ['began', 'paused', 'disabled'] as const) {
      await reaches(id, ids[name], 'delivered', 'withdraw');
      expect(typesAt(ids[name])).toEqual(['article.published', 'article.withdrawn']);
    }
    // It failed each time, and may have been kept all the same: it is told.
    await pollUntil(
      'the withdrawal at the failing one',
      () => typesAt(ids.failing).includes('article.withdrawn'),
      WAIT,
    );
    expect((await delivery(id, ids.failing))?.state).toBe('canceled');
    expect(await delivery(id, ids.never)).toMatchObject({ state: 'canceled', attempts: [] });
    expect(await delivery(id, ids.never, 'withdraw')).toBeUndefined();
    await act(ids.never, 'resume');
    partner.set(`/${ids.failing}`, accept);
    await reaches(id, ids.failing, 'delivered', 'withdraw');
    expect(at(ids.never)).toEqual([]);
    for (const { state, id: deliveryId, action } of await system.api.deliveriesOf(id)) {
      if (action === 'withdraw') continue;
      expect(['canceled', 'delivered']).toContain(state);
      const retried = await system.api.call('console', 'POST', `/api/v1/deliveries/${deliveryId}/retry`);
      expect(retried.status).toBe(409);
    }
  });

  it('goes on by schedule where the channel refuses us, and is not kept back by the pause', async () => {
    const to = await channel();
    const { id } = await take({ sections: [to] });
    await reaches(id, to, 'delivered');
    partner.set(`/${to}`, inTurn(answering(401), answering(403), answering(503), accept));
    expect((await system.api.withdraw(id)).status).toBe(202);
    const done = await reaches(id, to, 'delivered', 'withdraw');
    expect(done.attempts.map(({ status }) => status)).toEqual([401, 403, 503, 200]);
  });

  it('aborts the request that hangs at a partner, and answers then', async () => {
    const hanging = new Hanging();
    const to = await channel(inTurn(hanging.behaviour, hanging.behaviour, accept));
    const article = sampleArticle({ sections: [to] });
    const { id } = (await system.api.post(article)).body;
    await pollUntil('the push', () => hanging.responses.length === 1, WAIT);
    const closed = new Promise((resolve) => hanging.responses[0]?.once('close', resolve));
    const startedAt = performance.now();
    expect((await system.api.withdraw(id)).status).toBe(202);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await closed;
    const canceled = await delivery(id, to);
    expect(canceled).toMatchObject({ state: 'canceled', attempts: [{ outcome: 'aborted', status: null }] });
    // The withdrawal hangs as well: nothing of the article is in it, and nobody waits for it.
    await pollUntil('the withdrawal', () => hanging.responses.length === 2, WAIT);
    expect(typesAt(to)).toEqual(['article.published', 'article.withdrawn']);
    expect((await system.api.withdraw(id)).status).toBe(200);
    hanging.release();
    await reaches(id, to, 'delivered', 'withdraw');
  });

  it('of another article leaves a hanging request alone', async () => {
    const hanging = new Hanging();
    const to = await channel(hanging.behaviour);
    const first = await take({ sections: [to] });
    const second = await take({ sections: [to] });
    await pollUntil('both pushes', () => hanging.responses.length === 2, WAIT);
    expect((await system.api.withdraw(first.id)).status).toBe(202);
    expect((await delivery(second.id, to))?.state).toBe('sending');
    hanging.release();
    await reaches(second.id, to, 'delivered');
  });

  it('lets nothing with content start once it is answered, against retries that are due', async () => {
    // Each attempt fails at once and the next is due 100 ms later: the withdrawal falls anywhere between.
    const to = await channel(answering(500));
    const answeredAt = new Map<string, number>();
    for (let batch = 0; batch < RACES; batch += 10) {
      const articles = await Promise.all(Array.from({ length: 10 }, () => take({ sections: [to] })));
      await Promise.all(
        articles.map(async ({ id }, index) => {
          await pollUntil('a first attempt', () => partner.at(`/${to}`, id).length > 0, {
            ...WAIT,
            everyMs: 1,
          });
          const begun = performance.now();
          await pollUntil('its moment', () => performance.now() - begun >= index * 12, {
            ...WAIT,
            everyMs: 1,
          });
          const answer = await system.api.withdraw(id);
          answeredAt.set(id, performance.now());
          expect(answer.status).toBe(202);
        }),
      );
    }
    expect(answeredAt.size).toBe(RACES);
    partner.set(`/${to}`, accept);
    for (const id of answeredAt.keys()) await reaches(id, to, 'delivered', 'withdraw');
    for (const [id, at] of answeredAt) {
      const content = partner.at(`/${to}`, id).filter(({ event }) => event.type !== 'article.withdrawn');
      expect(content.length).toBeGreaterThan(0);
      // The first byte is before the answer; its arrival here is stamped at the last byte, a moment later.
      expect(content.filter((push) => push.at > at + 50)).toEqual([]);
      const order = partner.at(`/${to}`, id).map(({ event }) => event.type === 'article.withdrawn');
      expect(order).toEqual([...order].sort((a, b) => Number(a) - Number(b)));
      expect((await delivery(id, to))?.state).toBe('canceled');
    }
  }, 60_000);

  it('right after the POST lets out at most what was under way', async () => {
    const to = await channel();
    for (let round = 0; round < 20; round += 1) {
      const { id } = await take({ sections: [to] });
      expect((await system.api.withdraw(id)).status).toBe(202);
      const answeredAt = performance.now();
      // A later article of the same way has arrived: what was to come of the first has come.
      const later = await take({ sections: [to] });
      await reaches(later.id, to, 'delivered');
      const pushes = partner.at(`/${to}`, id);
      expect(
        pushes.filter(
          ({ at: moment, event }) => event.type !== 'article.withdrawn' && moment > answeredAt + 50,
        ),
      ).toEqual([]);
      const [published] = await system.api
        .deliveriesOf(id)
        .then((all) => all.filter(({ action }) => action === 'publish'));
      expect(['canceled', 'delivered', undefined]).toContain(published?.state);
      if (pushes.some(({ event }) => event.type === 'article.published'))
        await reaches(id, to, 'delivered', 'withdraw');
      else expect(pushes).toEqual([]);
    }
  });

  it('keeps the article back when it comes again, until an editor lets it out', async () => {
    const to = await channel();
    const article = sampleArticle({ sections: [to] });
    const { id } = (await system.api.post(article)).body;
    await reaches(id, to, 'delivered');
    expect((await system.api.withdraw(id)).status).toBe(202);
    await reaches(id, to, 'delivered', 'withdraw');
    const again = await system.api.post(article);
    expect(again.status).toBe(202);
    expect(again.body).toMatchObject({
      id,
      version: 2,
      state: 'held',
      holds: [{ code: 'withdrawn-before', message: expect.stringMatching(/\S/) }],
      duplicate: false,
    });
    const changed = await system.api.post({ ...article, headline: '改过的标题' });
    expect(changed.body).toMatchObject({ version: 3, state: 'held', holds: [{ code: 'withdrawn-before' }] });
    expect(await read(id)).toMatchObject({ version: 3, state: 'held', publishedVersion: null });
    const later = await take({ sections: [to] });
    await reaches(later.id, to, 'delivered');
    expect(partner.at(`/${to}`, id)).toHaveLength(2);
    const approved = await system.api.call<ArticleView>('ingest', 'POST', `/api/v1/articles/${id}/approve`, {
      json: { version: 3 },
    });
    expect(approved.body).toMatchObject({ state: 'published', publishedVersion: 3, holds: [] });
    await pollUntil('the new version', () => partner.at(`/${to}`, id).length === 3, WAIT);
    const [published, withdrawn, republished] = partner.at(`/${to}`, id);
    expect(republished?.event).toMatchObject({
      type: 'article.updated',
      data: { version: 3, previousVersion: 1, article: { pubStatus: 'usable' } },
    });
    const sequences = [published, withdrawn, republished].map((push) => push?.event.data.sequence ?? 0);
    expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
    // Let out once, it is an article like any other again.
    expect((await system.api.post({ ...article, headline: '再改' })).body).toMatchObject({
      version: 4,
      state: 'published',
    });
    const second = await system.api.withdraw(id);
    expect(second.status).toBe(202);
    await pollUntil(
      'the second withdrawal',
      () => typesAt(to).filter((type) => type === 'article.withdrawn').length === 2,
      WAIT,
    );
    expect(await read(id)).toMatchObject({ version: 4, state: 'withdrawn', publishedVersion: null });
  });

  it('of a page keeps its article back when the page comes again', async () => {
    const query = `source=w-${randomUUID().slice(0, 8)}`;
    const first = await system.api.page<{ articles: ArticleAnswer[] }>(SAMPLE, query);
    const id = first.body.articles[4]?.id ?? '';
    expect((await system.api.withdraw(id)).status).toBe(202);
    const second = await system.api.page<{ articles: ArticleAnswer[] }>(SAMPLE, query);
    expect(second.status).toBe(202);
    expect(second.body.articles[4]).toMatchObject({ id, version: 2, state: 'held', duplicate: false });
    expect(second.body.articles[4]?.holds.map(({ code }) => code)).toContain('withdrawn-before');
    expect(second.body.articles.filter(({ duplicate }) => duplicate)).toHaveLength(6);
  });
});
