import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { openTestLedger, type TestLedger } from './ledger.fixture.js';
import { TestNewsroom } from './newsroom.fixture.js';
import { recordRoutes, routableChannels, routedChannels } from './routing.js';

describe('routes', () => {
  let test: TestLedger;
  let newsroom: TestNewsroom;
  beforeAll(async () => {
    test = await openTestLedger();
    newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'webhook', render: () => ({}) });
  }, 90_000);
  afterAll(() => test.close());

  const route = ({ articleId, version }: { articleId: string; version: number }, channelIds: string[]) =>
    test.ledger.transaction().execute((tx) => recordRoutes(tx, articleId, version, channelIds));

  it('a channel that is disabled waits for no re-release of what was withdrawn there', async () => {
    await newsroom.addChannel('disabled', {});
    const first = await newsroom.release();
    await route(first, ['disabled']);
    await newsroom.accept(await newsroom.deliver(first, ['disabled']));
    const disable = (enabled: boolean) =>
      test.ledger.updateTable('channels').set({ enabled }).where('id', '=', 'disabled').execute();
    await disable(false);
    const routedTo = async (published: { articleId: string; version: number }) => {
      const version = await newsroom.released(published);
      const channels = await test.ledger.transaction().execute((tx) => routableChannels(tx, version));
      return channels.map(({ id }) => id).includes('disabled');
    };
    expect(await routedTo(await newsroom.release({}, first.articleId))).toBe(true);
    await newsroom.withdraw(first.articleId);
    expect(await routedTo(await newsroom.release({}, first.articleId))).toBe(false);
    await disable(true);
    expect(await routedTo(await newsroom.release({}, first.articleId))).toBe(true);
  });

  it('routes are recorded for as many channels as there are', async () => {
    await sql`insert into channels (id, type, name, enabled, filter, settings, sealed_secrets)
              select 'many-' || n, 'webhook', '', true, '{}', '{}', '' from generate_series(1, 70000) n`.execute(
      test.ledger,
    );
    const published = await newsroom.release();
    await route(
      published,
      Array.from({ length: 70_000 }, (_, index) => `many-${index + 1}`),
    );
    expect(await routedChannels(test.ledger, published.articleId, published.version)).toHaveLength(70_000);
  }, 60_000);
});
