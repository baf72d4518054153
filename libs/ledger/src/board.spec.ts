import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { DeliveryState } from '@newsrelay/contracts/delivery';
import { boardCounts, boardSections, listBoard, type BoardArticle, type BoardQuery } from './board.js';
import { deleteChannel, pauseChannel, resumeChannel } from './channels.js';
import { openTestLedger, type TestLedger } from './ledger.fixture.js';
import { TestNewsroom, type Published } from './newsroom.fixture.js';

describe('the board', () => {
  let test: TestLedger;
  let newsroom: TestNewsroom;
  beforeAll(async () => {
    test = await openTestLedger();
    newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'webhook', render: () => ({}) });
    for (const id of ['one', 'two', 'three'])
      await newsroom.addChannel(id, { url: 'https://partner.example/' });
  }, 90_000);
  afterAll(async () => {
    await test.close();
  });

  async function ask(query: Partial<BoardQuery>): Promise<BoardArticle[]> {
    const rows = await listBoard(test.ledger, { view: 'all', limit: 50, after: null, ...query });
    return rows.map(({ article }) => article);
  }

  /** The article in a view, if it is there. */
  async function inView(view: BoardQuery['view'], id: string, query: Partial<BoardQuery> = {}) {
    return (await ask({ ...query, view })).find((article) => article.id === id);
  }

  async function setState(id: string | undefined, state: DeliveryState, reason: string | null = null) {
    await test.ledger
      .updateTable('deliveries')
      .set({ state, reason, attempt_count: 2, begun_at: sql`clock_timestamp()`, next_attempt_at: null })
      .where('id', '=', id ?? '')
      .execute();
  }

  async function delivered(channels = ['one', 'two', 'three']): Promise<Published & { ids: string[] }> {
    const published = await newsroom.release();
    const ids = await newsroom.deliver(published, channels);
    for (const id of ids) await setState(id, 'delivered');
    return { ...published, ids };
  }

  it('says 2 of 3, and why', async () => {
    const { articleId, ids } = await delivered();
    await setState(ids[1], 'dead', 'the outlet refuses the request (422)');
    const article = await inView('problem', articleId);
    expect(article).toMatchObject({ done: 2, total: 3, state: 'published', version: 1 });
    const dead = article?.cells.find(({ delivery }) => delivery === ids[1]);
    expect(dead).toMatchObject({
      standing: 'problem',
      attempts: 2,
      reason: 'the outlet refuses the request (422)',
    });
    await setState(ids[1], 'delivered');
    expect(await inView('problem', articleId)).toBeUndefined();
    expect(await inView('all', articleId)).toMatchObject({ done: 3, total: 3 });
  });

  it('shows the newest delivery of each outlet, and which version is there meanwhile', async () => {
    const { articleId } = await delivered(['one', 'two']);
    const second = await newsroom.release({ headline: '第二版' }, articleId);
    const [one, two] = await newsroom.deliver(second, ['one', 'two']);
    await setState(one, 'delivered');
    await setState(two, 'retrying', 'the outlet failed (500)');
    const article = await inView('problem', articleId);
    expect(article).toMatchObject({ headline: '第二版', version: 2, done: 1, total: 2 });
    expect(article?.cells).toHaveLength(2);
    expect(article?.cells.find(({ channel }) => channel === 'two')).toMatchObject({ version: 2, has: 1 });
    expect(article?.cells.find(({ channel }) => channel === 'one')).not.toHaveProperty('has');
  });

  it('a failure that a newer version overcame is no problem any more', async () => {
    const { articleId, ids } = await delivered(['one']);
    await setState(ids[0], 'dead');
    const second = await newsroom.release({}, articleId);
    const [next] = await newsroom.deliver(second, ['one']);
    await setState(next, 'delivered');
    expect(await inView('problem', articleId)).toBeUndefined();
  });

  it('what a pause holds back is a problem, at that channel', async () => {
    const published = await newsroom.release();
    await newsroom.deliver(published, ['one', 'three']);
    expect(await inView('problem', published.articleId)).toBeUndefined();
    expect(await inView('active', published.articleId)).toBeDefined();
    await pauseChannel(test.ledger, 'three', '维护');
    expect(await inView('problem', published.articleId)).toBeDefined();
    expect(await inView('problem', published.articleId, { channel: 'three' })).toBeDefined();
    expect(await inView('problem', published.articleId, { channel: 'one' })).toBeUndefined();
    await test.ledger.transaction().execute(async (tx) => resumeChannel(tx, 'three'));
    expect(await inView('problem', published.articleId)).toBeUndefined();
  });

  it('of a withdrawn article it counts what is taken down, and what never went out counts for nothing', async () => {
    const published = await newsroom.release();
    const [one, two] = await newsroom.deliver(published, ['one', 'two', 'three']);
    await setState(one, 'delivered');
    await setState(two, 'delivered');
    const withdrawn = await newsroom.withdraw(published.articleId);
    // Nothing is taken down yet, and nobody is told that it is.
    expect(await inView('active', published.articleId)).toMatchObject({
      distributing: true,
      done: 0,
      total: 2,
    });
    const [first, second] = await newsroom.deliverWithdrawal(withdrawn, ['one', 'two']);
    expect(await inView('withdrawn', published.articleId)).toMatchObject({
      state: 'withdrawn',
      publishedVersion: null,
      done: 0,
      total: 2,
      distributing: false,
    });
    await setState(first, 'delivered');
    await setState(second, 'dead', 'the outlet failed (500)');
    expect(await inView('problem', published.articleId)).toMatchObject({ done: 1, total: 2 });
    await setState(second, 'delivered');
    expect(await inView('problem', published.articleId)).toBeUndefined();
    expect(await inView('withdrawn', published.articleId)).toMatchObject({ done: 2, total: 2 });
  });

  it('forgets the cells of deleted channels', async () => {
    await newsroom.addChannel('gone', { url: 'https://partner.example/' });
    const { articleId, ids } = await delivered(['one', 'gone']);
    await setState(ids[1], 'dead');
    await deleteChannel(test.ledger, 'gone');
    expect(await inView('problem', articleId)).toBeUndefined();
    expect(await inView('all', articleId)).toMatchObject({ done: 1, total: 1 });
  });

  it('finds text of Chinese headlines, ids, and no more than was asked for', async () => {
    const id = randomUUID();
    await newsroom.release({ headline: '橙香连鲁渝 共谱振兴曲', sections: ['民生'] }, id);
    const rare = await newsroom.release({ headline: '增长100%的背后', sections: ['经济'] });
    const idsOf = async (query: Partial<BoardQuery>) => (await ask(query)).map((article) => article.id);
    expect(await idsOf({ q: '鲁渝' })).toEqual([id]);
    expect(await idsOf({ q: id })).toEqual([id]);
    expect(await idsOf({ q: id.toUpperCase() })).toEqual([id]);
    expect(await idsOf({ q: '0%的' })).toEqual([rare.articleId]);
    expect(await idsOf({ q: '%' })).toEqual([rare.articleId]);
    expect(await idsOf({ q: '_渝' })).toEqual([]);
    expect(await idsOf({ section: '民生' })).toEqual([id]);
    expect(await idsOf({ section: '民', q: '鲁渝' })).toEqual([]);
    expect(await idsOf({ q: "'; drop table articles; --" })).toEqual([]);
    expect(await boardSections(test.ledger)).toEqual(expect.arrayContaining(['民生', '经济']));
  });

  it('is paged newest first without a gap or a repeat', async () => {
    const all = await ask({});
    const seen: string[] = [];
    let after: BoardQuery['after'] = null;
    for (;;) {
      const rows = await listBoard(test.ledger, { view: 'all', limit: 3, after });
      const page = rows.slice(0, 3);
      seen.push(...page.map(({ article }) => article.id));
      const last = page.at(-1);
      if (rows.length <= 3 || last === undefined) break;
      after = { createdAt: last.createdAt.toISOString(), id: last.article.id };
    }
    expect(seen).toEqual(all.map(({ id }) => id));
  });

  it('counts each view as it lists it', async () => {
    const counts = await boardCounts(test.ledger);
    for (const view of ['held', 'problem', 'active', 'all', 'withdrawn'] as const)
      expect({ view, count: counts[view] }).toEqual({ view, count: (await ask({ view })).length });
  });
});
