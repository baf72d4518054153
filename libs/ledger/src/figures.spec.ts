import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { pauseChannel } from './channels.js';
import {
  channelFigures,
  deliveriesByState,
  estimateFinished,
  oldestDueSeconds,
  openDeliveries,
  openWithdrawals,
  outboxFigures,
  readFigures,
  waitingArticles,
} from './figures.js';
import type { LedgerTransaction } from './database.js';
import { openTestLedger, type TestLedger } from './ledger.fixture.js';
import { TestNewsroom } from './newsroom.fixture.js';

describe('figures', () => {
  let test: TestLedger;
  let newsroom: TestNewsroom;

  beforeAll(async () => {
    test = await openTestLedger();
    newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'push-test', render: () => ({}) });
  }, 90_000);
  afterAll(() => test.close());

  beforeEach(async () => {
    await sql`truncate articles, channels, deliveries, attempts, outbox cascade`.execute(test.ledger);
    for (const id of ['a', 'b', 'c']) await newsroom.addChannel(id, {});
  });

  const read = <T>(figure: (tx: LedgerTransaction) => Promise<T>) => readFigures(test.ledger, figure);
  const set = (deliveryId: string | undefined, columns: string) =>
    sql`update deliveries set ${sql.raw(columns)} where id = ${deliveryId}`.execute(test.ledger);

  it('counts what is open by channel, and every state', async () => {
    const [a, b, c] = await newsroom.deliver(await newsroom.release(), ['a', 'b', 'c']);
    await set(a, `state = 'delivered'`);
    await set(b, `state = 'dead'`);
    const open = await read(openDeliveries);
    expect(open.sort((one, other) => one.channel.localeCompare(other.channel))).toEqual([
      { channel: 'b', state: 'dead', count: 1 },
      { channel: 'c', state: 'queued', count: 1 },
    ]);
    const states = await read((tx) => deliveriesByState(tx, open));
    expect(Object.fromEntries(states)).toMatchObject({ delivered: 1, dead: 1, queued: 1, retrying: 0 });
    expect(states.size).toBe(10);
    expect(c).toBeDefined();
  });

  it('estimates finished deliveries from statistics', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 10; n += 1)
      ids.push(...(await newsroom.deliver(await newsroom.release(), ['a', 'b'])));
    for (const id of ids) await set(id, `state = 'delivered'`);
    await sql`analyze deliveries`.execute(test.ledger);
    expect((await read(estimateFinished)).get('delivered')).toBe(20);
  });

  it('tells how long what may be sent has been due, by action', async () => {
    const released = await newsroom.release();
    const [a, b] = await newsroom.deliver(released, ['a', 'b']);
    await set(a, `next_attempt_at = clock_timestamp() - interval '50 s'`);
    await set(b, `next_attempt_at = clock_timestamp() - interval '20 s'`);
    expect((await read(oldestDueSeconds)).publish).toBeCloseTo(50, 0);
    await test.ledger.transaction().execute((tx) => pauseChannel(tx, 'a', 'by an operator'));
    expect((await read(oldestDueSeconds)).publish).toBeCloseTo(20, 0);
    expect((await read(oldestDueSeconds)).withdraw).toBe(0);
  });

  it('tells of each channel its state and when something arrived last, of the first ones only', async () => {
    const [a, , c] = await newsroom.deliver(await newsroom.release(), ['a', 'b', 'c']);
    for (const id of [a, c])
      await set(id, `state = 'delivered', updated_at = clock_timestamp() - interval '40 s'`);
    await test.ledger.transaction().execute((tx) => pauseChannel(tx, 'b', 'by an operator'));
    expect(await read((tx) => channelFigures(tx, 2))).toEqual([
      { id: 'a', type: 'push-test', state: 'active', lastSuccessAgeSeconds: expect.closeTo(40, 0) },
      { id: 'b', type: 'push-test', state: 'paused', lastSuccessAgeSeconds: expect.closeTo(0, 0) },
      { id: 'c', type: 'push-test', state: 'active', lastSuccessAgeSeconds: null },
    ]);
  });

  it('tells of the outbox', async () => {
    expect(await read(outboxFigures)).toEqual({ count: 0, oldestAgeSeconds: null });
    await newsroom.release();
    await sql`update outbox set created_at = clock_timestamp() - interval '9 s'`.execute(test.ledger);
    await newsroom.release();
    expect(await read(outboxFigures)).toEqual({ count: 2, oldestAgeSeconds: expect.closeTo(9, 0) });
  });

  it('counts articles whose newest version waits', async () => {
    const { articleId } = await newsroom.release();
    await newsroom.release();
    await sql`update article_versions set state = 'held', created_at = clock_timestamp() - interval '30 s'
              where article_id = ${articleId}`.execute(test.ledger);
    expect(await read(waitingArticles)).toEqual({
      held: 1,
      scheduled: 0,
      oldestHeldAgeSeconds: expect.closeTo(30, 0),
    });
    // A newer version that is not held: the older one waits for nobody.
    await newsroom.release({}, articleId);
    expect(await read(waitingArticles)).toMatchObject({ held: 0, oldestHeldAgeSeconds: null });
  });

  it('knows a withdrawal as open until every delivery of it is done', async () => {
    const { articleId, version } = await newsroom.publish(['a', 'b']);
    const order = await newsroom.withdraw(articleId);
    await sql`update withdrawals set ordered_at = clock_timestamp() - interval '90 s'`.execute(test.ledger);
    // Not distributed yet: nobody knows whom it must reach.
    expect(await read(openWithdrawals)).toEqual({ overdue: 1, oldestAgeSeconds: expect.closeTo(90, 0) });
    expect(order.version).toBe(version);
    const [a, b] = await newsroom.deliverWithdrawal(order, ['a', 'b']);
    await sql`update withdrawals set distributed_at = clock_timestamp()`.execute(test.ledger);
    await set(a, `state = 'delivered'`);
    expect(await read(openWithdrawals)).toMatchObject({ overdue: 1 });
    await set(b, `state = 'dead'`);
    expect(await read(openWithdrawals)).toMatchObject({ overdue: 1 });
    await set(b, `state = 'delivered'`);
    expect(await read(openWithdrawals)).toEqual({ overdue: 0, oldestAgeSeconds: null });
  });

  it('asks by indexes of what is open', async () => {
    const planOf = async (query: string) => {
      const rows = await test.ledger.transaction().execute(async (tx) => {
        // Ten rows are scanned faster than looked up; what counts is that the index can be used.
        await sql`set local enable_seqscan = off`.execute(tx);
        return (await sql.raw<{ 'QUERY PLAN': string }>(`explain ${query}`).execute(tx)).rows;
      });
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    };
    const open = `d.state not in ('delivered', 'superseded', 'canceled')`;
    expect(await planOf(`select d.state, count(*) from deliveries d where ${open} group by 1`)).toContain(
      'deliveries_open',
    );
    expect(
      await planOf(`select d.article_id from deliveries d where d.action = 'withdraw' and ${open}`),
    ).toContain('using deliveries_open');
    expect(
      await planOf(
        `select d.updated_at from deliveries d where d.channel_id = 'a' and d.state = 'delivered'
         order by d.updated_at desc limit 1`,
      ),
    ).toContain('deliveries_delivered');
    expect(await planOf(`select v.created_at from article_versions v where v.state = 'held'`)).toContain(
      'versions_held',
    );
  });
});
