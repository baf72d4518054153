import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { deleteChannel } from './channels.js';
import type { Ledger } from './database.js';
import {
  channelsToShelve,
  endServed,
  findShelvedChannel,
  readRenditions,
  readShelf,
  shelveAccepted,
} from './feed-shelf.js';
import { openTestLedger, type TestLedger } from './ledger.fixture.js';
import { TestNewsroom } from './newsroom.fixture.js';
import { findPublicArticle } from './public-article.js';

const TYPE = 'shelf-test';

describe('the shelf of served channels', () => {
  let test: TestLedger;
  let ledger: Ledger;
  let newsroom: TestNewsroom;
  let channels = 0;
  let channel: string;

  beforeAll(async () => {
    test = await openTestLedger();
    ledger = test.ledger;
    newsroom = new TestNewsroom({
      ledger,
      channelType: TYPE,
      render: ({ content }) => ({ headline: content.headline }),
    });
  }, 90_000);

  afterAll(() => test.close());

  beforeEach(async () => {
    channel = `shelf-${++channels}`;
    await newsroom.addChannel(channel, { title: 'T' });
  });

  const shelve = () => shelveAccepted(ledger, TYPE, channel, 100);
  const serve = async () => endServed(ledger, await shelve());
  const shelf = async () => (await readShelf(ledger, channel, 50)).entries;
  const versions = async () => (await shelf()).map(({ articleId, version }) => [articleId, version]);

  it('finds the channels of its type that have something to be shelved', async () => {
    const other = `other-${channels}`;
    await newsroom.addChannel(other, {}, 'another-type');
    await newsroom.publish([channel, other]);
    const found = await channelsToShelve(ledger, TYPE);
    expect(found).toContain(channel);
    expect(found).not.toContain(other);
    expect(await shelveAccepted(ledger, TYPE, other, 100)).toEqual([]);
    await serve();
    expect(await channelsToShelve(ledger, TYPE)).not.toContain(channel);
  });

  it('shelves what is accepted, newest release first, and ends it only when it is served', async () => {
    const first = await newsroom.publish([channel], { headline: '一' });
    const second = await newsroom.publish([channel], { headline: '二' });
    const queued = await newsroom.release();
    await newsroom.deliver(queued, [channel]);
    const ids = await shelve();
    expect(await versions()).toEqual([
      [second.articleId, 1],
      [first.articleId, 1],
    ]);
    expect(await newsroom.states(first.articleId, channel)).toEqual(['accepted']);
    expect((await endServed(ledger, ids)).map(({ state }) => state)).toEqual(['delivered', 'delivered']);
    expect(await newsroom.states(first.articleId, channel)).toEqual(['delivered']);
    expect(await newsroom.states(queued.articleId, channel)).toEqual(['queued']);
    const [entry] = await shelf();
    const contents = await readRenditions(ledger, [entry?.renditionId ?? '', 'none']);
    expect([...contents.values()]).toEqual([{ headline: '二' }]);
  });

  it('keeps the place of the first version when a correction comes, and moves the change', async () => {
    const first = await newsroom.publish([channel]);
    const second = await newsroom.publish([channel]);
    await serve();
    const before = (await shelf())[1];
    await newsroom.publish([channel], { headline: '更正' }, first.articleId, '更正。');
    await serve();
    expect(await versions()).toEqual([
      [second.articleId, 1],
      [first.articleId, 2],
    ]);
    const after = (await shelf())[1];
    expect(after?.releaseOrder).toBe(before?.releaseOrder);
    expect(after?.changedAt.getTime()).toBeGreaterThan(before?.changedAt.getTime() ?? Infinity);
    expect(after?.releasedAt.getTime()).toBeGreaterThan(before?.releasedAt.getTime() ?? Infinity);
  });

  it('gives an article the place of the first version that this channel got', async () => {
    const old = await newsroom.release();
    const other = await newsroom.publish([channel]);
    await newsroom.publish([channel], {}, old.articleId);
    await serve();
    expect(await versions()).toEqual([
      [old.articleId, 2],
      [other.articleId, 1],
    ]);
  });

  it('shows a notice here alone where a version left the filter of this channel, and the article when it comes back', async () => {
    const other = `elsewhere-${channels}`;
    await newsroom.addChannel(other, {});
    const first = await newsroom.publish([channel, other]);
    await shelveAccepted(ledger, TYPE, other, 100);
    await serve();
    const out = await newsroom.publish([other], { headline: '二' }, first.articleId);
    await newsroom.accept(await newsroom.deliverWithdrawal(out, [channel]));
    const before = new Date();
    expect((await serve()).map(({ state, action }) => [state, action])).toEqual([['delivered', 'withdraw']]);
    const [notice] = await shelf();
    expect(notice).toMatchObject({ articleId: first.articleId, version: 1, withdrawnAt: notice?.changedAt });
    expect(notice?.withdrawnAt?.getTime()).toBeGreaterThanOrEqual(before.getTime() - 1);
    await shelveAccepted(ledger, TYPE, other, 100);
    expect((await readShelf(ledger, other, 50)).entries).toMatchObject([{ version: 2, withdrawnAt: null }]);
    await newsroom.publish([channel], {}, first.articleId);
    await serve();
    expect(await shelf()).toMatchObject([
      { version: 3, withdrawnAt: null, releaseOrder: notice?.releaseOrder },
    ]);
  });

  it('never replaces a newer version by an older one, in whatever order they are taken', async () => {
    const first = await newsroom.release({ headline: '旧' });
    const [older] = await newsroom.deliver(first, [channel]);
    const between = await newsroom.publish([channel]);
    await newsroom.accept([older ?? '']);
    await newsroom.publish([channel], { headline: '新' }, first.articleId);
    const states = await serve();
    expect(states.map(({ state }) => state).sort()).toEqual(['delivered', 'delivered', 'superseded']);
    expect(await newsroom.states(first.articleId, channel)).toEqual(['superseded', 'delivered']);
    expect(await versions()).toEqual([
      [between.articleId, 1],
      [first.articleId, 2],
    ]);
    // An operator's retry of the older one changes nothing.
    await newsroom.accept([older ?? '']);
    expect((await serve()).map(({ state }) => state)).toEqual(['superseded']);
    expect((await versions())[1]).toEqual([first.articleId, 2]);
  });

  it('may be run again after a crash between any two steps, and by many at once', async () => {
    const all = [];
    for (let at = 0; at < 20; at += 1) all.push(await newsroom.publish([channel]));
    await shelve();
    const before = await shelf();
    const ended = (await Promise.all(Array.from({ length: 8 }, serve))).flat();
    expect(ended).toHaveLength(20);
    expect(new Set(ended.map(({ id }) => id)).size).toBe(20);
    expect(await shelf()).toEqual(before);
  });

  it('says that a version is withdrawn whatever the shelf holds, and forgets nothing of its place', async () => {
    const { articleId } = await newsroom.publish([channel]);
    await serve();
    const before = (await shelf())[0];
    const withdrawal = await newsroom.withdraw(articleId);
    const marked = (await shelf())[0];
    expect(marked?.withdrawnAt).toBeInstanceOf(Date);
    expect(marked).toMatchObject({ version: 1, releaseOrder: before?.releaseOrder });
    await newsroom.accept(await newsroom.deliverWithdrawal(withdrawal, [channel]));
    expect((await serve()).map(({ state }) => state)).toEqual(['delivered']);
    const delivered = (await shelf())[0];
    expect(delivered?.renditionId).not.toBe(before?.renditionId);
    expect(delivered).toMatchObject({
      version: 1,
      withdrawnAt: marked?.withdrawnAt,
      publishedAt: before?.publishedAt,
    });
    await newsroom.publish([channel], { headline: '重发' }, articleId);
    await serve();
    expect((await shelf())[0]).toMatchObject({
      version: 2,
      withdrawnAt: null,
      releaseOrder: before?.releaseOrder,
    });
  });

  it('never shelves what was withdrawn before, and shows no notice of what was never there', async () => {
    const published = await newsroom.release();
    await newsroom.accept(await newsroom.deliver(published, [channel]));
    const withdrawal = await newsroom.withdraw(published.articleId);
    await newsroom.accept(await newsroom.deliverWithdrawal(withdrawal, [channel]));
    await serve();
    expect(await shelf()).toEqual([]);
    expect(await newsroom.states(published.articleId, channel)).toEqual(['canceled', 'delivered']);
  });

  it('cancels what waits for the shelf of a deleted channel', async () => {
    const { articleId } = await newsroom.publish([channel]);
    expect(await findShelvedChannel(ledger, channel)).toMatchObject({ type: TYPE, deleted: false });
    await deleteChannel(ledger, channel);
    await serve();
    expect(await newsroom.states(articleId, channel)).toEqual(['canceled']);
    expect(await shelf()).toEqual([]);
    expect(await findShelvedChannel(ledger, channel)).toMatchObject({ deleted: true });
    expect(await findShelvedChannel(ledger, 'never-was')).toBeUndefined();
  });

  it('finds the public version of an article', async () => {
    const { articleId } = await newsroom.release({ headline: '公开' });
    expect(await findPublicArticle(ledger, articleId)).toMatchObject({
      version: 1,
      withdrawnAt: null,
      content: { headline: '公开' },
    });
    await newsroom.withdraw(articleId);
    expect((await findPublicArticle(ledger, articleId))?.withdrawnAt).toBeInstanceOf(Date);
    expect(await findPublicArticle(ledger, '019400aa-0000-7000-8000-000000000000')).toBeUndefined();
  });
});
