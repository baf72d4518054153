import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deleteChannel } from './channels.js';
import { openTestLedger, type TestLedger } from './ledger.fixture.js';
import { TestNewsroom } from './newsroom.fixture.js';
import { recordRoutes } from './routing.js';
import { undistributedVersions } from './undistributed.js';

describe('the search for what lacks deliveries', () => {
  let test: TestLedger;
  let newsroom: TestNewsroom;
  beforeAll(async () => {
    test = await openTestLedger();
    newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'webhook', render: () => ({}) });
    for (const id of ['a', 'b']) await newsroom.addChannel(id, {});
  }, 90_000);
  afterAll(() => test.close());

  const lacking = () => undistributedVersions(test.ledger, 0, 100);
  const route = ({ articleId, version }: { articleId: string; version: number }, channelIds: string[]) =>
    test.ledger.transaction().execute((tx) => recordRoutes(tx, articleId, version, channelIds));
  const unmarked = async () => {
    const rows = await test.ledger
      .selectFrom('article_versions')
      .select('article_id')
      .where('distributed_at', 'is', null)
      .execute();
    return rows.map((row) => row.article_id);
  };

  it('finds what was not routed, or lacks one of its deliveries, oldest first, until it has them', async () => {
    const [unrouted, half] = [await newsroom.release(), await newsroom.release()];
    await route(half, ['a', 'b']);
    await newsroom.deliver(half, ['a']);
    expect(await lacking()).toEqual([unrouted, half]);
    expect(await undistributedVersions(test.ledger, 3600, 100)).toEqual([]);
    await newsroom.deliver(half, ['b']);
    await route(unrouted, []);
    expect(await lacking()).toEqual([]);
  });

  it('never asks again about what has them all', async () => {
    const { articleId, version } = await newsroom.release();
    await route({ articleId, version }, ['a']);
    await newsroom.deliver({ articleId, version }, ['a']);
    expect(await unmarked()).toContain(articleId);
    await lacking();
    expect(await unmarked()).not.toContain(articleId);
  });

  it('waits for no delivery of a deleted channel', async () => {
    await newsroom.addChannel('gone', {});
    const published = await newsroom.release();
    await route(published, ['gone']);
    expect(await lacking()).toEqual([published]);
    await deleteChannel(test.ledger, 'gone');
    expect(await lacking()).toEqual([]);
  });

  it('finds what lies behind very many that are complete, and marks those', async () => {
    const complete = [];
    for (let count = 0; count < 60; count += 1) {
      const published = await newsroom.release();
      await route(published, ['a', 'b']);
      await newsroom.deliver(published, ['a', 'b']);
      complete.push(published.articleId);
    }
    const behind = await newsroom.release();
    expect(await lacking()).toEqual([behind]);
    const left = await unmarked();
    expect(complete.filter((id) => left.includes(id))).toEqual([]);
    await route(behind, []);
  }, 30_000);
});
