import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { addPolls } from '@newsrelay/ledger/feed-polls';
import { createFeedToken } from '@newsrelay/ledger/feed-tokens';
import { openTestLedger, type TestLedger } from '@newsrelay/ledger/ledger.fixture';
import type { LedgerStart } from '@newsrelay/ledger/ledger.module';
import { TestNewsroom } from '@newsrelay/ledger/newsroom.fixture';
import { listOperatorEvents } from '@newsrelay/ledger/operator-events';
import { beat, leave } from '@newsrelay/ledger/service-status';
import { pauseChannel } from '@newsrelay/ledger/channels';
import { createLogger } from '@newsrelay/telemetry/logger';
import { AlarmWatch } from './alarm-watch.js';
import type { WatchLimits } from './conditions.js';

describe('the watch', () => {
  let test: TestLedger;
  let newsroom: TestNewsroom;
  let number = 0;
  beforeAll(async () => {
    test = await openTestLedger();
    newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'webhook', render: () => ({}) });
  }, 60_000);
  afterAll(async () => {
    await test.close();
  });
  beforeEach(async () => {
    await sql`truncate operator_events, outbox, service_heartbeats, withdrawals cascade`.execute(test.ledger);
    await sql`update deliveries set state = 'canceled', next_attempt_at = null`.execute(test.ledger);
    number += 1;
  });

  function watch(limits: Partial<WatchLimits> = {}): AlarmWatch {
    const start = { migrated: () => Promise.resolve(true) } as unknown as LedgerStart;
    const logger = createLogger('spec', 'fatal');
    return new AlarmWatch(test.ledger, start, logger, { stuckSeconds: 300, quietSources: [], ...limits });
  }
  /** What was raised, and whether it is over. */
  const raised = async () =>
    (await listOperatorEvents(test.ledger, { limit: 50, after: null })).map(
      ({ event, endedAt }) => `${event.kind} ${event.subject}${endedAt === null ? '' : ' over'}`,
    );
  const looks = async (watching: AlarmWatch, times: number) => {
    for (let look = 0; look < times; look += 1) await watching.look();
  };
  const waiting = async (channel: string) => {
    await newsroom.addChannel(channel, {});
    const [id = ''] = await newsroom.deliver(await newsroom.release(), [channel]);
    await sql`update deliveries set next_attempt_at = clock_timestamp() - interval '400 seconds' where id = ${id}`.execute(
      test.ledger,
    );
    // Its event is no business of this spec.
    await test.ledger.deleteFrom('outbox').execute();
    return id;
  };

  it('finds a queue that stands still, by its second look, and its end', async () => {
    const id = await waiting(`stuck-${number}`);
    const watching = watch();
    await looks(watching, 1);
    expect(await raised()).toEqual([]);
    await looks(watching, 3);
    expect(await raised()).toEqual(['queue.stuck publish']);
    await sql`update deliveries set state = 'delivered', next_attempt_at = null where id = ${id}`.execute(
      test.ledger,
    );
    await looks(watching, 2);
    expect(await raised()).toEqual(['queue.stuck publish over']);
  });

  it('takes what waits at a paused channel, and what is done between two looks, for no alarm', async () => {
    await waiting(`paused-${number}`);
    await pauseChannel(test.ledger, `paused-${number}`, 'x');
    await test.ledger.deleteFrom('operator_events').execute();
    const watching = watch();
    await looks(watching, 3);
    const id = await waiting(`short-${number}`);
    await looks(watching, 1);
    await sql`update deliveries set state = 'delivered', next_attempt_at = null where id = ${id}`.execute(
      test.ledger,
    );
    await looks(watching, 2);
    expect(await raised()).toEqual([]);
  });

  it('goes on where another one left off', async () => {
    await waiting(`handed-${number}`);
    await looks(watch(), 2);
    await looks(watch(), 3);
    expect(await raised()).toEqual(['queue.stuck publish']);
  });

  it('finds withdrawals that are overdue, and an outbox that stands still', async () => {
    const article = await newsroom.release();
    await newsroom.withdraw(article.articleId);
    await sql`update withdrawals set ordered_at = ordered_at - interval '2 minutes'`.execute(test.ledger);
    await sql`update outbox set created_at = created_at - interval '10 minutes'`.execute(test.ledger);
    const watching = watch();
    await looks(watching, 2);
    expect((await raised()).sort()).toEqual(['outbox.stuck outbox', 'withdrawal.overdue withdrawals']);
    const [event] = await listOperatorEvents(test.ledger, {
      limit: 1,
      after: null,
      kind: 'withdrawal.overdue',
    });
    expect(event).toMatchObject({ severity: 'critical', event: { detail: { count: 1 } } });
    await test.ledger.deleteFrom('outbox').execute();
    await sql`update withdrawals set distributed_at = clock_timestamp()`.execute(test.ledger);
    await looks(watching, 1);
    expect((await raised()).sort()).toEqual([
      'outbox.stuck outbox over',
      'withdrawal.overdue withdrawals over',
    ]);
  });

  it('finds sources that are silent for longer than usual, and hears them again', async () => {
    await newsroom.release();
    await test.ledger.deleteFrom('outbox').execute();
    const { source } = await test.ledger
      .selectFrom('articles')
      .select('source')
      .limit(1)
      .executeTakeFirstOrThrow();
    const watching = watch({
      quietSources: [
        { source, seconds: 3_600 },
        { source: 'never', seconds: 60 },
      ],
    });
    await looks(watching, 2);
    expect(await raised()).toEqual(['source.quiet never']);
    await sql`update articles set updated_at = updated_at - interval '2 hours', created_at = created_at - interval '2 hours'`.execute(
      test.ledger,
    );
    await looks(watching, 2);
    expect(await raised()).toEqual([`source.quiet ${source}`, 'source.quiet never']);
    const [event] = await listOperatorEvents(test.ledger, { limit: 1, after: null });
    expect(event?.event.detail).toMatchObject({ lastAt: expect.stringContaining('+08:00') as unknown });
    await newsroom.release();
    await test.ledger.deleteFrom('outbox').execute();
    await looks(watching, 1);
    expect(await raised()).toEqual([`source.quiet ${source} over`, 'source.quiet never']);
  });

  it('finds services of which no instance is heard, and not those that ended in good order', async () => {
    const instance = (service: string, name: string) => ({ service, instance: name, pid: 1, version: '1' });
    await beat(test.ledger, instance('transform', 'one'));
    await beat(test.ledger, instance('ingest', 'one'));
    await beat(test.ledger, instance('ingest', 'two'));
    await beat(test.ledger, instance('feeds', 'one'));
    await leave(test.ledger, instance('feeds', 'one'));
    await sql`update service_heartbeats set seen_at = seen_at - interval '1 minute' where instance = 'one'`.execute(
      test.ledger,
    );
    const watching = watch();
    await looks(watching, 2);
    expect(await raised()).toEqual(['service.down transform']);
    // Forgotten is not up.
    await sql`delete from service_heartbeats where service = 'transform'`.execute(test.ledger);
    await looks(watching, 2);
    expect(await raised()).toEqual(['service.down transform']);
    await beat(test.ledger, instance('transform', 'three'));
    await looks(watching, 1);
    expect(await raised()).toEqual(['service.down transform over']);
  });

  it('finds partners that do not read their feed any more, and those that read it too often', async () => {
    const channel = `feed-${number}`;
    const feeds = new TestNewsroom({ ledger: test.ledger, channelType: 'feed', render: () => ({}) });
    await feeds.addChannel(channel, { title: 'T', access: 'token' });
    const id = randomUUID();
    const made = { id, channelId: channel, name: '合作日报', token: `nrf_${id}`, expiresAt: null };
    await test.ledger
      .transaction()
      .execute((tx) => createFeedToken(tx, { ...made, createdBy: { id: 'k', name: 'k' } }));
    const poll = (ok: number) =>
      addPolls(test.ledger, [
        {
          channelId: channel,
          token: { id, name: '合作日报' },
          reader: 'reader/1',
          ok,
          notModified: 0,
          other: 0,
          lastAt: Date.now(),
          servedAt: Date.now(),
          replacedAt: null,
        },
      ]);
    await poll(1);
    const watching = watch();
    await looks(watching, 2);
    expect(await raised()).toEqual([]);
    await sql`update feed_tokens set last_used_at = last_used_at - interval '25 hours'`.execute(test.ledger);
    await looks(watching, 3);
    expect(await raised()).toEqual([`feed.silent ${channel}/合作日报`]);
    const [event] = await listOperatorEvents(test.ledger, { limit: 1, after: null });
    expect(event).toMatchObject({
      severity: 'warning',
      event: { detail: { channel, token: '合作日报', lastAt: expect.stringContaining('+08:00') as unknown } },
    });
    await poll(200);
    await looks(watching, 2);
    expect(await raised()).toEqual([
      `feed.overpolled ${channel}/合作日报`,
      `feed.silent ${channel}/合作日报 over`,
    ]);
    await sql`update feed_tokens set hour = hour - interval '2 hours'`.execute(test.ledger);
    await looks(watching, 1);
    expect(await raised()).toEqual([
      `feed.overpolled ${channel}/合作日报 over`,
      `feed.silent ${channel}/合作日报 over`,
    ]);
  });
});
