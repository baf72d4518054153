import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql, type RawBuilder } from 'kysely';
import type { RenditionReady } from '@newsrelay/contracts/events';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import {
  cancelWaitingOfDeleted,
  deleteChannel,
  lockChannel,
  pauseChannel,
  resumeChannel,
} from './channels.js';
import { readClaimCandidate } from './claim-candidates.js';
import type { Claim } from './claims.js';
import { createDeliveries, createManyDeliveries, requestRetry } from './deliveries.js';
import { openTestLedger, type TestLedger } from './ledger.fixture.js';
import { TestNewsroom, type Published } from './newsroom.fixture.js';
import { storeRenditions } from './routing.js';
import type { Settlement } from './settlements.js';
import { undistributedWithdrawals } from './undistributed.js';
import { overdueDeliveries } from './waiting-deliveries.js';

describe('deliveries in the ledger', () => {
  let test: TestLedger;
  let newsroom: TestNewsroom;
  let channels = 0;
  let channel: string;

  beforeAll(async () => {
    test = await openTestLedger();
    newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'webhook', render: () => ({}) });
  }, 90_000);
  afterAll(() => test.close());
  beforeEach(async () => {
    channel = `channel-${++channels}`;
    await newsroom.addChannel(channel, {});
  });

  const one = (ids: string[]): string => {
    if (ids[0] === undefined) throw new Error('no delivery is due');
    return ids[0];
  };
  const publish = async (version: Published) => one(await newsroom.deliver(version, [channel]));
  const candidate = async (id: string) => {
    const found = await readClaimCandidate(test.ledger, id);
    if (found === undefined) throw new Error('no such delivery');
    return found;
  };
  const claim = (id: string) => newsroom.claim(id);
  const settle = (id: string, claimed: Claim | null, came: Partial<Settlement> = {}) =>
    newsroom.settle(id, claimed, came);
  const send = async (id: string, came?: Partial<Settlement>) => settle(id, await claim(id), came);
  const unauthorised = {
    outcome: 'auth-expired',
    status: 401,
    state: 'queued',
    pauseReason: 'refused (401)',
  } as const;
  const row = (id: string) =>
    test.ledger.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const overdue = async () =>
    (await overdueDeliveries(test.ledger, 0, '', { perChannel: 100, total: 1_000 })).map(({ id }) => id);

  it('numbers a withdrawal after a restore so that it follows what the backup does not know', async () => {
    const first = await newsroom.release();
    const published = await publish(first);
    await sql`update articles set versions_skipped_through = 1001 where id = ${first.articleId}`.execute(
      test.ledger,
    );
    const ordered = await newsroom.withdraw(first.articleId);
    const withdrawal = one(await newsroom.deliverWithdrawal(ordered, [channel]));
    expect((await candidate(published)).sequence).toBe(1);
    expect((await candidate(withdrawal)).sequence).toBe(2002);
  });

  describe('a withdrawal that waits, and a version that comes after it', () => {
    let first: Published;
    let withdrawal: string;

    beforeEach(async () => {
      first = await newsroom.release();
      await send(await publish(first));
      const ordered = await newsroom.withdraw(first.articleId);
      withdrawal = one(await newsroom.deliverWithdrawal(ordered, [channel]));
    });

    it('goes out although the version cannot be rendered for the channel', async () => {
      const second = await newsroom.release({}, first.articleId);
      const refusal = { code: 'rendering-failed', message: 'no' } as const;
      const rendition = { id: `refused-${channel}`, channelType: 'webhook', content: null, refusal };
      await storeRenditions(test.ledger, second, 'publish', [rendition]);
      await createDeliveries(test.ledger, {
        ...second,
        renditionId: rendition.id,
        action: 'publish',
        channelIds: [channel],
      });
      expect(await newsroom.states(first.articleId, channel)).toEqual(['delivered', 'queued', 'dead']);
      expect(await send(withdrawal)).toBe('delivered');
    });

    it('goes out of a paused channel, and the version after it', async () => {
      await pauseChannel(test.ledger, channel, 'test');
      const second = await publish(await newsroom.release({}, first.articleId));
      expect(await candidate(second)).toMatchObject({ overtaken: false, behindWithdrawal: true });
      expect(await send(withdrawal)).toBe('delivered');
      expect(await candidate(second)).toMatchObject({ overtaken: false, behindWithdrawal: false });
    });

    it('keeps the version back until it is done, tried again or not', async () => {
      const second = await publish(await newsroom.release({}, first.articleId));
      expect(await claim(second)).toBeNull();
      expect(await overdue()).not.toContain(second);
      await send(withdrawal, { outcome: 'transient', state: 'retrying', nextAttemptInMs: 0 });
      expect(await claim(second)).toBeNull();
      await send(withdrawal);
      expect(await overdue()).toContain(second);
      expect(await send(second)).toBe('delivered');
    });

    it('made after a version that was given up, goes out all the same', async () => {
      await test.ledger.deleteFrom('deliveries').where('id', '=', withdrawal).execute();
      const second = await publish(await newsroom.release({}, first.articleId));
      await send(second, { outcome: 'rejected-content', status: 422, state: 'dead' });
      const lost = await undistributedWithdrawals(test.ledger, 0, 1_000);
      expect(lost).toContainEqual({ articleId: first.articleId, version: 1 });
      expect(await newsroom.deliverWithdrawal({ articleId: first.articleId, version: 1 }, [channel])).toEqual(
        [withdrawal],
      );
    });

    it('gives way to a version that is being sent, and comes back if that is given up', async () => {
      await test.ledger.deleteFrom('deliveries').where('id', '=', withdrawal).execute();
      const second = await publish(await newsroom.release({}, first.articleId));
      const claimed = await claim(second);
      await newsroom.deliverWithdrawal({ articleId: first.articleId, version: 1 }, [channel]);
      expect((await row(withdrawal)).state).toBe('superseded');
      await settle(second, claimed, { outcome: 'permanent', status: 404, state: 'dead' });
      expect(await row(withdrawal)).toMatchObject({ state: 'queued', attempts_in_round: 0 });
      expect(await send(withdrawal)).toBe('delivered');
    });

    it('comes back if the version that it gave way to is overtaken by one that waits', async () => {
      await test.ledger.deleteFrom('deliveries').where('id', '=', withdrawal).execute();
      const second = await publish(await newsroom.release({}, first.articleId));
      await send(second, { outcome: 'transient', status: 500, state: 'retrying', nextAttemptInMs: 0 });
      await newsroom.deliverWithdrawal({ articleId: first.articleId, version: 1 }, [channel]);
      expect((await row(withdrawal)).state).toBe('superseded');
      const third = await publish(await newsroom.release({}, first.articleId));
      expect((await row(withdrawal)).state).toBe('queued');
      expect(await claim(third)).toBeNull();
    });

    it('can be asked for again when it and the version after it were given up', async () => {
      await send(withdrawal, { outcome: 'permanent', status: 404, state: 'dead' });
      const second = await publish(await newsroom.release({}, first.articleId));
      await send(second, { outcome: 'permanent', status: 404, state: 'dead' });
      expect(await requestRetry(test.ledger, withdrawal, ['dead'])).toMatchObject({ verdict: 'queued' });
    });

    it('is looked for again when its delivery was never made, whatever waits behind it', async () => {
      await test.ledger.deleteFrom('deliveries').where('id', '=', withdrawal).execute();
      const second = await publish(await newsroom.release({}, first.articleId));
      const lost = () => undistributedWithdrawals(test.ledger, 0, 1_000);
      expect(await lost()).toContainEqual({ articleId: first.articleId, version: 1 });
      await send(second);
      expect(await lost()).not.toContainEqual({ articleId: first.articleId, version: 1 });
    });
  });

  it('a withdrawal carries no note of the text that it takes down', async () => {
    const noted = await newsroom.release({}, undefined, '误将甲写作乙，已更正');
    const published = await publish(noted);
    expect(await candidate(published)).toMatchObject({ note: '误将甲写作乙，已更正' });
    await send(published);
    const [id] = await newsroom.deliverWithdrawal(await newsroom.withdraw(noted.articleId), [channel]);
    expect(await candidate(id ?? '')).toMatchObject({ note: null });
  });

  it('a withdrawal that comes late never takes down a version that began to go out', async () => {
    const first = await newsroom.release();
    await send(await publish(first));
    const ordered = await newsroom.withdraw(first.articleId);
    const second = await publish(await newsroom.release({}, first.articleId));
    const claimed = await claim(second);
    expect(await newsroom.deliverWithdrawal(ordered, [channel])).toEqual([]);
    await settle(second, claimed);
    expect(await newsroom.states(first.articleId, channel)).toEqual(['delivered', 'superseded', 'delivered']);
  });

  it('a resume beside the answer that pauses the channel again leaves nothing waiting without a time', async () => {
    const [first, second] = [
      await publish(await newsroom.release()),
      await publish(await newsroom.release()),
    ];
    const [claimedFirst, claimedSecond] = [await claim(first), await claim(second)];
    await settle(first, claimedFirst, unauthorised);
    // A slow commit: a disk, a synchronous standby.
    await sql
      .raw(
        `create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(1); return null; end $$;
         create constraint trigger slow after update on deliveries deferrable initially deferred
           for each row when (new.id = '${second}' and new.state = 'queued') execute function slow()`,
      )
      .execute(test.ledger);
    const settling = settle(second, claimedSecond, unauthorised);
    await pollUntil(
      'the commit is under way',
      async () => {
        const { rows } = await sql`select from pg_stat_activity where wait_event = 'PgSleep'`.execute(
          test.ledger,
        );
        return rows.length > 0;
      },
      { timeoutMs: 10_000 },
    );
    await test.ledger.transaction().execute(async (tx) => {
      await lockChannel(tx, channel);
      await resumeChannel(tx, channel);
    });
    await settling;
    await sql.raw('drop function slow cascade').execute(test.ledger);
    expect((await row(first)).next_attempt_at).not.toBeNull();
    expect((await row(second)).next_attempt_at).not.toBeNull();
  }, 30_000);

  it('what waits for a pause is due once there is none', async () => {
    const id = await publish(await newsroom.release());
    await send(id, unauthorised);
    expect(await overdue()).not.toContain(id);
    // As an earlier build left it.
    await test.ledger.updateTable('channels').set({ paused_since: null }).where('id', '=', channel).execute();
    expect(await overdue()).toContain(id);
  });

  /** So many that wait for the channel as one does that was never tried; they are due since an hour ago. */
  const backlogOf = async (count: number) => {
    const id = await publish(await newsroom.release());
    await sql`insert into deliveries (id, article_id, version, channel_id, action, rendition_id, state, next_attempt_at,
                                      round_started_at, updated_at)
              select d.id || n, d.article_id, 1, d.channel_id, d.action, d.rendition_id, d.state, h.ago, h.ago, h.ago
              from deliveries d, generate_series(1, ${count}::int) n,
                   (select clock_timestamp() - interval '1 hour' as ago) h
              where d.id = ${id}`.execute(test.ledger);
    return id;
  };
  const countOf = async (condition: RawBuilder<boolean>) => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from deliveries where channel_id = ${channel} and ${condition}`.execute(
      test.ledger,
    );
    return rows[0]?.count;
  };
  const resume = () =>
    test.ledger.transaction().execute(async (tx) => {
      await lockChannel(tx, channel);
      await resumeChannel(tx, channel);
    });

  it('a resume makes due what is not, and leaves a backlog that is due as it lies', async () => {
    const untried = await backlogOf(2_000);
    const [later, kept] = [await publish(await newsroom.release()), await publish(await newsroom.release())];
    await send(later, { outcome: 'transient', state: 'retrying', nextAttemptInMs: 3_600_000 });
    await send(kept, unauthorised);
    await resume();
    const now = Date.now();
    for (const id of [later, kept]) {
      const resumed = await row(id);
      expect(resumed).toMatchObject({ attempts_in_round: 0, reason: null });
      expect(resumed.next_attempt_at?.getTime()).toBeLessThanOrEqual(now);
    }
    expect(await countOf(sql`updated_at < clock_timestamp() - interval '30 minutes'`)).toBe(2_000);
    expect(await row(untried)).toMatchObject({ state: 'queued', attempts_in_round: 0 });
  });

  it('a round begins with its first attempt, however long the delivery waited for it', async () => {
    await backlogOf(1);
    const { rows } = await sql<{ id: string }>`
      select id from deliveries where channel_id = ${channel} and updated_at < clock_timestamp() - interval '30 minutes'`.execute(
      test.ledger,
    );
    const waited = one(rows.map(({ id }) => id));
    await send(waited, { outcome: 'transient', state: 'retrying', nextAttemptInMs: 0 });
    const first = (await row(waited)).round_started_at.getTime();
    expect(first).toBeGreaterThan(Date.now() - 60_000);
    await send(waited, { outcome: 'transient', state: 'retrying', nextAttemptInMs: 0 });
    expect((await row(waited)).round_started_at.getTime()).toBe(first);
  });

  it('a channel with more than one statement can end is deleted at once, and its backlog ends after it', async () => {
    await backlogOf(5_500);
    expect(await deleteChannel(test.ledger, channel)).toBe(true);
    expect(await countOf(sql`state = 'queued'`)).toBe(501);
    const left = await sql<{ id: string }>`
      select id from deliveries where channel_id = ${channel} and state = 'queued' limit 1`.execute(
      test.ledger,
    );
    expect(await claim(one(left.rows.map(({ id }) => id)))).toBeNull();
    expect(await cancelWaitingOfDeleted(test.ledger)).toBe(501);
    expect(await countOf(sql`state = 'canceled'`)).toBe(5_501);
  });

  it('a deleted channel has nothing that waits, however the deletion and a result met', async () => {
    const [inFlight, made] = [
      await publish(await newsroom.release()),
      await publish(await newsroom.release()),
    ];
    const claimed = await claim(inFlight);
    await deleteChannel(test.ledger, channel);
    expect(await settle(inFlight, claimed, unauthorised)).toBe('canceled');
    expect(await row(inFlight)).toMatchObject({ reason: 'the channel was deleted' });
    await test.ledger.updateTable('deliveries').set({ state: 'retrying' }).where('id', '=', made).execute();
    expect(await cancelWaitingOfDeleted(test.ledger)).toBe(1);
    expect(await row(made)).toMatchObject({ state: 'canceled', reason: 'the channel was deleted' });
  });

  it('what we stopped ourselves costs none of the attempts of a round', async () => {
    const id = await publish(await newsroom.release());
    for (let time = 0; time < 3; time += 1) {
      await send(id, { outcome: 'aborted', status: null, state: 'retrying', nextAttemptInMs: 0 });
    }
    await send(id, { outcome: 'transient', status: 500, state: 'retrying', nextAttemptInMs: 0 });
    expect(await row(id)).toMatchObject({ attempt_count: 4, attempts_in_round: 1 });
  });

  it('an older version is never sent again after a newer one, asked for or not', async () => {
    const first = await newsroom.release();
    const old = await publish(first);
    await send(old, { outcome: 'permanent', state: 'dead' });
    await publish(await newsroom.release({}, first.articleId));
    expect(await requestRetry(test.ledger, old, ['dead'])).toMatchObject({ verdict: 'refused' });
  });

  describe('made together', () => {
    const rendered = async (version: Published): Promise<RenditionReady> => {
      const renditionId = `rendition of ${version.articleId}`;
      const rendition = { id: renditionId, channelType: 'webhook', content: {}, refusal: null };
      await storeRenditions(test.ledger, version, 'publish', [rendition]);
      return { ...version, action: 'publish', renditionId, channelIds: [channel] };
    };
    const made = async (...events: RenditionReady[]) => {
      const due = await createManyDeliveries(test.ledger, events);
      return events.map((event) => due.get(event)?.map(({ channelId }) => channelId));
    };
    const statesOf = ({ articleId }: RenditionReady) => newsroom.states(articleId, channel);

    it('are each as they would be alone', async () => {
      const [plain, again, withdrawn, second, unknown] = [
        await rendered(await newsroom.release()),
        await rendered(await newsroom.release()),
        await rendered(await newsroom.release()),
        await rendered(await newsroom.release({}, (await newsroom.release()).articleId)),
        { ...(await rendered(await newsroom.release())), renditionId: 'none' },
      ];
      await createDeliveries(test.ledger, again);
      await newsroom.withdraw(withdrawn.articleId);
      expect(second.version).toBe(2);
      expect(await made(plain, again, withdrawn, second, unknown)).toEqual([
        [channel],
        [channel],
        [],
        [channel],
        [],
      ]);
      expect(await Promise.all([plain, again, withdrawn, second, unknown].map(statesOf))).toEqual([
        ['queued'],
        ['queued'],
        ['canceled'],
        ['queued'],
        [],
      ]);
      expect(await made(plain)).toEqual([[channel]]);
    });

    it('do not keep each other from being made', async () => {
      const [one, other] = [
        await rendered(await newsroom.release()),
        await rendered(await newsroom.release()),
      ];
      const impossible = { ...other, articleId: 'no id' };
      expect(await made(one, impossible, other)).toEqual([[channel], undefined, [channel]]);
      await expect(createDeliveries(test.ledger, impossible)).rejects.toThrow('uuid');
    });
  });
});
