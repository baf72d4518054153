import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import type { Answer, ArticleAnswer } from './harness/newsrelay-api.js';
import { NewsrelaySystem } from './harness/newsrelay-system.js';
import { PartnerReceiver } from './harness/partner-receiver.js';
import { sampleArticle } from './harness/sample-article.js';

const SAMPLE = readFileSync(join(import.meta.dirname, '../../samples/pages/jining-gaoxin-857.txt'), 'utf8');
/** The contract's two seconds. */
const EMBARGO_MS = 2_000;

interface Repair {
  id: string;
  class: 'auto' | 'propose' | 'flag';
  field: string;
  before: string;
  after: string;
  decision: string | null;
}
interface ArticleView {
  id: string;
  version: number;
  publishedVersion: number | null;
  state: string;
  headline: string;
  body: string[];
  holds: { code: string; message: string }[];
  repairs: Repair[];
}
type Problem = ArticleView & { errors?: { path: string; message: string }[] };

describe('review and embargo', () => {
  let system: NewsrelaySystem;
  let partner: PartnerReceiver;

  beforeAll(async () => {
    partner = await PartnerReceiver.start();
    system = await NewsrelaySystem.start({ services: ['ingest', 'transform', 'publish', 'console'] });
    const created = await system.api.createChannel({
      id: 'partner',
      type: 'webhook',
      name: 'Partner',
      settings: { url: partner.url() },
    });
    expect(created.status).toBe(201);
  }, 120_000);

  afterAll(async () => {
    await system.stop();
    await partner.stop();
  }, 60_000);

  async function read(id: string, version?: number): Promise<ArticleView> {
    const path = `/api/v1/articles/${id}${version === undefined ? '' : `/versions/${version}`}`;
    const answer = await system.api.call<ArticleView>('ingest', 'GET', path);
    expect(answer.status).toBe(200);
    return answer.body;
  }

  async function act(id: string, action: 'approve' | 'discard', body: object): Promise<Answer<Problem>> {
    return system.api.call<Problem>('ingest', 'POST', `/api/v1/articles/${id}/${action}`, { json: body });
  }

  async function take(article: object): Promise<ArticleAnswer> {
    const answer = await system.api.post(article);
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 202, text: expect.any(String) });
    return answer.body;
  }

  /** The held articles of the sample page, taken in under a source of their own. */
  async function heldArticles(): Promise<ArticleView[]> {
    const source = `review-${randomUUID().slice(0, 8)}`;
    const taken = await system.api.page<{ articles: ArticleAnswer[] }>(SAMPLE, `source=${source}`);
    expect(taken.status).toBe(202);
    const held = taken.body.articles.filter(({ state }) => state === 'held');
    return Promise.all(held.map(({ id }) => read(id)));
  }

  const proposalsOf = (article: ArticleView) =>
    article.repairs.filter((repair) => repair.class === 'propose');
  const decide = (article: ArticleView, verdict: 'accept' | 'reject') =>
    Object.fromEntries(proposalsOf(article).map(({ id }) => [id, verdict]));

  /** The newest delivery of an article goes out after all that were released before: no push of `id` came by then. */
  async function expectNoPushOf(id: string): Promise<void> {
    const later = await take(sampleArticle());
    await pollUntil('a later article at the partner', () => partner.of(later.id).length > 0, {
      timeoutMs: 10_000,
    });
    expect(partner.of(id)).toEqual([]);
    expect(await system.api.deliveriesOf(id)).toEqual([]);
  }

  async function pushesOf(id: string, versions: readonly number[]): Promise<void> {
    await pollUntil(
      `versions ${versions.join(', ')} of ${id} at the partner`,
      () => partner.of(id).length >= versions.length,
      { timeoutMs: 10_000 },
    );
    expect(partner.of(id).map((push) => push.event.data.version)).toEqual(versions);
  }

  describe('approving', () => {
    it('asks for a decision on every proposal, by its path', async () => {
      const [article] = await heldArticles();
      if (article === undefined) throw new Error('nothing held');
      const proposals = proposalsOf(article);
      expect(proposals.length).toBeGreaterThan(0);
      expect(article.holds.length).toBeGreaterThan(0);
      const paths = proposals
        .map(({ id }) => `/repairs/${id.replaceAll('~', '~0').replaceAll('/', '~1')}`)
        .sort();
      for (const repairs of [undefined, {}]) {
        const answer = await act(article.id, 'approve', { version: 1, repairs });
        expect(answer.status).toBe(422);
        expect(answer.body.errors?.map(({ path }) => path).sort()).toEqual(paths);
      }
      const unknown = await act(article.id, 'approve', {
        version: 1,
        repairs: { ...decide(article, 'accept'), 'no/such~repair': 'accept' },
      });
      expect(unknown.status).toBe(422);
      expect(unknown.body.errors?.map(({ path }) => path)).toEqual(['/repairs/no~1such~0repair']);
      for (const repair of article.repairs.filter((each) => each.class !== 'propose').slice(0, 2)) {
        const answer = await act(article.id, 'approve', {
          version: 1,
          repairs: { ...decide(article, 'accept'), [repair.id]: 'reject' },
        });
        expect(answer.status).toBe(422);
      }
      const wrong = await act(article.id, 'approve', {
        version: 1,
        repairs: Object.fromEntries(proposals.map(({ id }) => [id, 'maybe'])),
      });
      expect(wrong.status).toBe(422);
      expect(await read(article.id)).toEqual(article);
      await expectNoPushOf(article.id);
    });

    it('changes the text where a proposal is accepted and leaves it where it is rejected', async () => {
      for (const verdict of ['accept', 'reject'] as const) {
        for (const article of await heldArticles()) {
          const answer = await act(article.id, 'approve', { version: 1, repairs: decide(article, verdict) });
          expect(answer.status).toBe(200);
          expect(answer.body).toMatchObject({ state: 'published', publishedVersion: 1, holds: [] });
          expect(answer.body).toEqual(await read(article.id));
          expect(proposalsOf(answer.body).map(({ decision }) => decision)).toEqual(
            proposalsOf(article).map(() => verdict),
          );
          if (verdict === 'reject') expect(answer.body.body).toEqual(article.body);
          else
            expect([answer.body.headline, ...answer.body.body]).not.toEqual([
              article.headline,
              ...article.body,
            ]);
          await pushesOf(article.id, [1]);
          expect(partner.of(article.id)[0]?.event.type).toBe('article.published');
        }
      }
    });

    it('answers a repeat 200 with the same article, and publishes once', async () => {
      const [, article] = await heldArticles();
      if (article === undefined) throw new Error('nothing held');
      const decision = { version: 1, repairs: decide(article, 'accept') };
      const answers = await Promise.all([1, 2, 3].map(() => act(article.id, 'approve', decision)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      const later = await act(article.id, 'approve', decision);
      expect(later.status).toBe(200);
      expect(later.body).toEqual(answers[0]?.body);
      await pushesOf(article.id, [1]);
      expect(await system.api.deliveriesOf(article.id)).toHaveLength(1);
    });

    it('answers 409 to another version and 422 to none', async () => {
      const [article] = await heldArticles();
      if (article === undefined) throw new Error('nothing held');
      const repairs = decide(article, 'accept');
      for (const version of [2, 99])
        expect((await act(article.id, 'approve', { version, repairs })).status).toBe(409);
      for (const version of [0, -1, 1.5, '1', null])
        expect((await act(article.id, 'approve', { version, repairs })).status).toBe(422);
      expect((await act(article.id, 'approve', { repairs })).body.errors).toMatchObject([
        { path: '/version' },
      ]);
      expect(
        (await act(article.id, 'approve', { version: 1, repairs, publish: true })).body.errors,
      ).toMatchObject([{ path: '/publish' }]);
      expect((await read(article.id)).state).toBe('held');
      expect((await act(article.id, 'approve', { version: 1, repairs })).status).toBe(200);
      await take(sampleArticle({ ...(await identityOf(article.id)), headline: '第二版' }));
      expect((await act(article.id, 'approve', { version: 1, repairs })).status).toBe(409);
    });

    async function identityOf(id: string): Promise<{ source: string; sourceId: string }> {
      const answer = await system.api.call<{ source: string; sourceId: string }>(
        'ingest',
        'GET',
        `/api/v1/articles/${id}`,
      );
      const { source, sourceId } = answer.body;
      return { source, sourceId };
    }

    it('schedules where the embargo is ahead, and then it is published by itself', async () => {
      const article = sampleArticle();
      const { id } = await take(article);
      await pushesOf(id, [1]);
      expect((await system.api.withdraw(id)).status).toBe(202);
      const until = new Date(Date.now() + 1_500);
      const again = await take({ ...article, embargoUntil: until.toISOString() });
      expect(again).toMatchObject({ version: 2, state: 'held', holds: [{ code: 'withdrawn-before' }] });
      const approved = await act(id, 'approve', { version: 2 });
      expect(approved.status).toBe(200);
      expect(approved.body).toMatchObject({ state: 'scheduled', publishedVersion: null, holds: [] });
      expect((await act(id, 'approve', { version: 2 })).body.state).toBe('scheduled');
      await pollUntil('the release', async () => (await read(id)).state === 'published', {
        timeoutMs: 5_000,
      });
      expect(Date.now() - until.getTime()).toBeGreaterThanOrEqual(0);
      expect(Date.now() - until.getTime()).toBeLessThan(EMBARGO_MS);
    });
  });

  describe('discarding', () => {
    it('ends a held version for good', async () => {
      const [article] = await heldArticles();
      if (article === undefined) throw new Error('nothing held');
      expect((await act(article.id, 'discard', { version: 2 })).status).toBe(409);
      const answer = await act(article.id, 'discard', { version: 1 });
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ state: 'discarded', publishedVersion: null, holds: [] });
      expect((await act(article.id, 'discard', { version: 1 })).status).toBe(200);
      expect(
        (await act(article.id, 'approve', { version: 1, repairs: decide(article, 'accept') })).status,
      ).toBe(409);
      await expectNoPushOf(article.id);
    });

    it('ends a scheduled version, which is not published at its time', async () => {
      const until = Date.now() + 1_000;
      const { id } = await take(sampleArticle({ embargoUntil: new Date(until).toISOString() }));
      expect((await act(id, 'discard', { version: 1 })).body.state).toBe('discarded');
      await pollUntil('the embargo to be over by its margin', () => Date.now() > until + EMBARGO_MS, {
        timeoutMs: 5_000,
      });
      expect(await read(id)).toMatchObject({ state: 'discarded', publishedVersion: null });
      await expectNoPushOf(id);
    });

    it('is refused for a published version', async () => {
      const { id } = await take(sampleArticle());
      expect((await act(id, 'discard', { version: 1 })).status).toBe(409);
      expect((await read(id)).state).toBe('published');
    });
  });

  describe('embargo', () => {
    it('holds an article back everywhere until its instant, then it goes out by itself', async () => {
      const until = Date.now() + 2_500;
      const secret = `秘密${randomUUID()}`;
      const taken = await take(
        sampleArticle({ headline: secret, embargoUntil: new Date(until).toISOString() }),
      );
      expect(taken).toMatchObject({ state: 'scheduled', holds: [] });
      expect(await read(taken.id)).toMatchObject({ state: 'scheduled', publishedVersion: null });
      await expectNoPushOf(taken.id);
      expect(Date.now()).toBeLessThan(until);
      await pollUntil('the push', () => partner.of(taken.id).length > 0, { timeoutMs: 10_000, everyMs: 5 });
      expect(Date.now()).toBeGreaterThanOrEqual(until);
      expect(Date.now() - until).toBeLessThan(EMBARGO_MS);
      expect(await read(taken.id)).toMatchObject({ state: 'published', publishedVersion: 1 });
      expect(partner.pushes.filter((push) => push.body.includes(secret))).toHaveLength(1);
    });

    it('that is over holds nothing back', async () => {
      const taken = await take(sampleArticle({ embargoUntil: '2025-01-01T00:00:00Z' }));
      expect(taken.state).toBe('published');
    });

    it('releases many at one instant', async () => {
      const until = new Date(Date.now() + 1_500).toISOString();
      const taken = await Promise.all(
        Array.from({ length: 120 }, () => take(sampleArticle({ embargoUntil: until }))),
      );
      await pollUntil('all at the partner', () => taken.every(({ id }) => partner.of(id).length === 1), {
        timeoutMs: 15_000,
      });
    }, 30_000);

    it('is what a time of publication ahead needs', async () => {
      const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
      const ahead = await system.api.post(sampleArticle({ publishedAt: inMinutes(6) }));
      expect(ahead.status).toBe(422);
      expect(ahead.body).toMatchObject({ errors: [{ path: '/publishedAt' }] });
      const past = await system.api.post(
        sampleArticle({ publishedAt: inMinutes(6), embargoUntil: '2025-01-01T00:00:00Z' }),
      );
      expect(past.status).toBe(422);
      expect((await take(sampleArticle({ publishedAt: inMinutes(4) }))).state).toBe('published');
      expect(
        (await take(sampleArticle({ publishedAt: inMinutes(60), embargoUntil: inMinutes(60) }))).state,
      ).toBe('scheduled');
    });

    it('keeps version 1 public while version 2 is scheduled', async () => {
      const article = sampleArticle();
      const { id } = await take(article);
      await pushesOf(id, [1]);
      const until = Date.now() + 2_000;
      const second = { ...article, headline: '第二版', embargoUntil: new Date(until).toISOString() };
      expect(await take(second)).toMatchObject({ version: 2, state: 'scheduled' });
      expect(await read(id)).toMatchObject({ version: 2, state: 'scheduled', publishedVersion: 1 });
      expect(await read(id, 1)).toMatchObject({ state: 'published', headline: article['headline'] });
      expect((await system.api.post(second)).body).toMatchObject({ version: 2, duplicate: true });
      await pushesOf(id, [1, 2]);
      expect(Date.now()).toBeGreaterThanOrEqual(until);
      expect(partner.of(id)[1]?.event).toMatchObject({
        type: 'article.updated',
        data: { previousVersion: 1 },
      });
      expect(await read(id)).toMatchObject({ state: 'published', publishedVersion: 2 });
    });

    it('of lower versions is discarded when a version is published', async () => {
      const article = sampleArticle();
      const until = Date.now() + 1_500;
      const embargoUntil = new Date(until).toISOString();
      const { id } = await take({ ...article, embargoUntil });
      await take({ ...article, headline: '第二版', embargoUntil });
      expect(await take({ ...article, headline: '第三版' })).toMatchObject({
        version: 3,
        state: 'published',
      });
      expect((await read(id, 1)).state).toBe('discarded');
      expect((await read(id, 2)).state).toBe('discarded');
      await pollUntil('the embargo to be over by its margin', () => Date.now() > until + EMBARGO_MS, {
        timeoutMs: 5_000,
      });
      expect(await read(id)).toMatchObject({ version: 3, publishedVersion: 3 });
      await pushesOf(id, [3]);
      expect((await system.api.deliveriesOf(id)).map(({ version }) => version)).toEqual([3]);
    });

    it('of a version below a later, longer one ends on its own time', async () => {
      const article = sampleArticle();
      const { id } = await take({ ...article, embargoUntil: new Date(Date.now() + 800).toISOString() });
      await take({
        ...article,
        headline: '第二版',
        embargoUntil: new Date(Date.now() + 3_600_000).toISOString(),
      });
      await pushesOf(id, [1]);
      expect(await read(id)).toMatchObject({ version: 2, state: 'scheduled', publishedVersion: 1 });
    });
  });

  it('keeps version 1 public while version 2 is held, and publishing version 2 sends a correction', async () => {
    const query = `source=held-${randomUUID().slice(0, 8)}`;
    const first = await system.api.page<{ articles: ArticleAnswer[] }>(SAMPLE, query);
    const sentence = '济宁高新区提报的3篇新闻作品获奖';
    const damaged = SAMPLE.replace(sentence, `${sentence},新设备投人使用`);
    expect(damaged).not.toBe(SAMPLE);
    const again = await system.api.page<{ articles: ArticleAnswer[] }>(damaged, query);
    const second = again.body.articles.find(({ duplicate }) => !duplicate);
    if (second === undefined) throw new Error('the damaged page changed nothing');
    const { id } = second;
    expect(first.body.articles.find((article) => article.id === id)?.state).toBe('published');
    expect(second).toMatchObject({ version: 2, state: 'held' });
    const held = await read(id);
    expect(held).toMatchObject({ version: 2, state: 'held', publishedVersion: 1 });
    const later = await take(sampleArticle());
    await pollUntil('a later article at the partner', () => partner.of(later.id).length > 0, {
      timeoutMs: 10_000,
    });
    await pushesOf(id, [1]);
    const approved = await act(id, 'approve', { version: 2, repairs: decide(held, 'accept') });
    expect(approved.body).toMatchObject({ state: 'published', publishedVersion: 2 });
    expect(approved.body.body.join('')).toContain('投入使用');
    await pushesOf(id, [1, 2]);
  });
});
