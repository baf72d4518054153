import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { z } from 'zod';
import type { AttemptResult, Connector, ConnectorIo } from '@newsrelay/channel-kit/connector';
import type { RepeatSafety } from '@newsrelay/channel-kit/manifest';
import { CandidateReader, readClaimCandidate } from '@newsrelay/ledger/claim-candidates';
import { claimDeliveries, type ClaimRequest } from '@newsrelay/ledger/claims';
import { InBatches } from '@newsrelay/ledger/in-batches';
import { openTestLedger, type TestLedger } from '@newsrelay/ledger/ledger.fixture';
import { settlePlainArrivals, type Settlement } from '@newsrelay/ledger/settlements';
import { TestNewsroom } from '@newsrelay/ledger/newsroom.fixture';
import { dueOfChannels } from '@newsrelay/ledger/waiting-deliveries';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { createLogger } from '@newsrelay/telemetry/logger';
import { Metrics } from '@newsrelay/telemetry/metrics';
import { attemptDelivery, type AttemptParts, type OutboundBinder } from './attempt.js';
import { DeliveryEvents } from './events.js';
import { InFlight } from './in-flight.js';
import { MessageComposer } from './message-composer.js';

const TYPE = 'attempt-test';
const ANSWERED: AttemptResult = { outcome: 'delivered', status: 200, error: null, response: null };

describe('attemptDelivery', () => {
  let test: TestLedger;
  let newsroom: TestNewsroom;
  let channels = 0;
  let delivery: string;
  /** The outlet: what an attempt that reaches it comes to. */
  let outlet: (io: ConnectorIo) => Promise<AttemptResult>;
  /** Deadlines of the attempts that were bound, milliseconds. */
  let deadlines: number[];
  let parts: AttemptParts;

  let requestDeadlineMs: number;
  let repeat: RepeatSafety;
  const connector = (): Connector => ({
    manifest: {
      type: TYPE,
      title: { zh: '', en: '' },
      settings: z.strictObject({ url: z.string() }),
      secrets: z.strictObject({}),
      capabilities: { delivery: 'push', edits: true, deletes: true, repeat },
      limits: { headlineGraphemes: null, requestDeadlineMs, rate: null },
      instructions: { zh: '', en: '' },
      targets: (settings) => [{ path: '/url', url: String(settings['url']) }],
    },
    formatter: { shape: () => null, render: () => ({}), renderWithdrawal: () => ({}) },
    publisher: {
      compose: () => '{}',
      publish: (_message, _target, io) => outlet(io),
      check: () => Promise.resolve(ANSWERED),
    },
  });

  beforeAll(async () => {
    test = await openTestLedger();
    newsroom = new TestNewsroom({ ledger: test.ledger, channelType: TYPE, render: () => ({}) });
  }, 90_000);
  afterAll(() => test.close());

  beforeEach(async () => {
    const channel = `channel-${++channels}`;
    await newsroom.addChannel(channel, { url: 'https://outlet.example/push' });
    [delivery = ''] = await newsroom.deliver(await newsroom.release(), [channel]);
    outlet = () => Promise.resolve(ANSWERED);
    deadlines = [];
    requestDeadlineMs = 2_000;
    repeat = 'server-key';
    const outbound: OutboundBinder = {
      bind: ({ deadlineMs }) => {
        deadlines.push(deadlineMs);
        return { request: () => Promise.reject(new Error('the outlet of this spec takes no requests')) };
      },
    };
    const reader = new CandidateReader(test.ledger);
    parts = {
      ledger: test.ledger,
      candidates: new InBatches((ids: readonly string[]) => reader.read(ids)),
      claims: new InBatches((requests: readonly ClaimRequest[]) => claimDeliveries(test.ledger, requests)),
      arrivals: new InBatches((results: readonly Settlement[]) => settlePlainArrivals(test.ledger, results)),
      messages: new MessageComposer(),
      connectorOf: connector,
      unseal: () => ({}),
      outbound: { publish: outbound, withdraw: outbound },
      inFlight: new InFlight(),
      events: new DeliveryEvents(createLogger('spec', 'silent'), new Metrics('spec')),
      schedule: [0, 60],
      autoPause: { failures: 50, forMs: 3_600_000 },
      holder: 'spec',
    };
  });

  const turn = () => attemptDelivery(delivery, parts, new AbortController().signal);
  const stateOf = async () => (await readClaimCandidate(test.ledger, delivery))?.state;
  const attempts = () =>
    test.ledger
      .selectFrom('attempts')
      .select(['number', 'outcome', 'error'])
      .where('delivery_id', '=', delivery)
      .orderBy('number')
      .execute();

  /** The claim's commit takes so long: a disk, a synchronous standby, a lock. */
  async function slowClaim(seconds: number): Promise<void> {
    await sql
      .raw(
        `create or replace function slow_claim() returns trigger language plpgsql
           as $$ begin perform pg_sleep(${seconds}); return null; end $$;
         create constraint trigger slow_claim after update on deliveries deferrable initially deferred
           for each row when (new.id = '${delivery}' and new.state = 'sending') execute function slow_claim()`,
      )
      .execute(test.ledger);
  }
  const quickAgain = () => sql.raw('drop function slow_claim cascade').execute(test.ledger);

  it('sends, and writes what came of it', async () => {
    expect((await turn()).again).toBeNull();
    expect(await stateOf()).toBe('delivered');
    expect(deadlines).toEqual([requestDeadlineMs]);
  });

  it('writes no secret that the outlet repeats, not even why the channel is paused', async () => {
    parts.unseal = () => ({ token: 'secret-of-the-outlet' });
    const said = 'the outlet refuses secret-of-the-outlet (401)';
    outlet = () =>
      Promise.resolve({
        outcome: 'auth-expired',
        status: 401,
        error: said,
        response: said,
        pauseReason: said,
      });
    await turn();
    const { reason } = await test.ledger
      .selectFrom('deliveries')
      .select('reason')
      .where('id', '=', delivery)
      .executeTakeFirstOrThrow();
    const { pause_reason: paused } = await test.ledger
      .selectFrom('channels')
      .select('pause_reason')
      .where('id', '=', `channel-${channels}`)
      .executeTakeFirstOrThrow();
    expect(reason).toContain('(401)');
    expect(paused).toContain('(401)');
    expect(JSON.stringify([reason, paused, await attempts()])).not.toContain('secret-of-the-outlet');
  });

  it.each([
    ['server-key', 'transient', 'retrying'],
    ['find-first', 'unknown', 'retrying'],
    ['none', 'unknown', 'unknown'],
  ] as const)('a connector that throws may have sent: %s', async (declared, outcome, state) => {
    repeat = declared;
    outlet = () => Promise.reject(new Error('a bug'));
    await turn();
    expect(await attempts()).toMatchObject([{ outcome }]);
    expect(await stateOf()).toBe(state);
  });

  it('a slow claim leaves the request less time, so that it ends within the lease', async () => {
    requestDeadlineMs = 6_000;
    await slowClaim(4.5);
    await turn();
    await quickAgain();
    expect(await stateOf()).toBe('delivered');
    expect(deadlines).toHaveLength(1);
    expect(deadlines[0]).toBeLessThanOrEqual(requestDeadlineMs + 5_000 - 1_000 - 4_500);
  });

  it('a slow look at what was sent before leaves the request less time, too', async () => {
    requestDeadlineMs = 6_000;
    repeat = 'find-first';
    parts.ledger = test.ledger.withPlugin({
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        if (result.rows.some((found) => 'quiet_ms' in found)) await delay(4_500);
        return result;
      },
    });
    await turn();
    expect(await stateOf()).toBe('delivered');
    expect(deadlines).toHaveLength(1);
    expect(deadlines[0]).toBeLessThanOrEqual(requestDeadlineMs + 5_000 - 1_000 - 4_500);
  });

  it('after a claim that took most of the lease nothing is sent, at the cost of no attempt of the round', async () => {
    await slowClaim(5.5);
    expect((await turn()).again).toEqual({ action: 'publish', inMs: 0 });
    await quickAgain();
    expect(deadlines).toEqual([]);
    expect(await attempts()).toMatchObject([{ number: 1, outcome: 'aborted' }]);
    expect(await readClaimCandidate(test.ledger, delivery)).toMatchObject({
      state: 'retrying',
      attemptsInRound: 0,
    });
    expect((await turn()).again).toBeNull();
  });

  it('insists on writing a result while PostgreSQL takes none, and sends nothing again', async () => {
    requestDeadlineMs = 30_000;
    let requests = 0;
    outlet = async () => {
      requests += 1;
      await test.server.kill('SIGKILL');
      return ANSWERED;
    };
    const settled = turn();
    await pollUntil('the end of PostgreSQL', () => !test.server.running, { timeoutMs: 20_000 });
    await test.server.restart();
    expect((await settled).again).toBeNull();
    expect(requests).toBe(1);
    expect(await stateOf()).toBe('delivered');
    expect(await attempts()).toMatchObject([{ outcome: 'delivered' }]);
  });

  it('and while a statement takes longer than it may, for another holds the article', async () => {
    requestDeadlineMs = 30_000;
    outlet = () =>
      Promise.resolve({
        outcome: 'rate-limited',
        status: 503,
        error: 'later',
        response: null,
        retryAfterSeconds: 70,
      });
    const { articleId } = (await readClaimCandidate(test.ledger, delivery)) ?? { articleId: '' };
    const { promise: released, resolve: release } = Promise.withResolvers<undefined>();
    const { promise: held, resolve: hold } = Promise.withResolvers<undefined>();
    const holding = test.ledger.transaction().execute(async (tx) => {
      await sql`select from articles where id = ${articleId} for update`.execute(tx);
      hold(undefined);
      await released;
    });
    await held;
    const settled = turn();
    // The claim asks for no lock of the article; the result does, and is refused after the time of a statement.
    const waiting = () =>
      sql`select from pg_stat_activity where wait_event_type = 'Lock'`.execute(test.ledger);
    const isWaiting = async () => (await waiting()).rows.length > 0;
    await pollUntil('the result to wait', isWaiting, { timeoutMs: 10_000 });
    await pollUntil('the statement to be given up', async () => !(await isWaiting()), { timeoutMs: 20_000 });
    release(undefined);
    await holding;
    expect((await settled).again).toMatchObject({ action: 'publish' });
    expect(await readClaimCandidate(test.ledger, delivery)).toMatchObject({
      state: 'retrying',
      lastOutcome: 'rate-limited',
    });
  }, 60_000);

  describe('an outlet that fails and fails', () => {
    const failed: AttemptResult = { outcome: 'transient', status: 500, error: 'down', response: null };
    const another = async () => {
      const [id = ''] = await newsroom.deliver(await newsroom.release(), [`channel-${channels}`]);
      return id;
    };
    const turnOf = (id: string) => attemptDelivery(id, parts, new AbortController().signal);
    const breaker = () =>
      test.ledger
        .selectFrom('breakers')
        .selectAll()
        .where('channel_id', '=', `channel-${channels}`)
        .executeTakeFirst();

    it('is left alone after failures for half a minute, at the cost of no attempt, and catches up then', async () => {
      outlet = () => Promise.resolve(failed);
      const ids = [delivery];
      while (ids.length < 11) ids.push(await another());
      for (const id of ids.slice(0, 10)) await turnOf(id);
      // Many, and within a moment.
      expect(await breaker()).toMatchObject({ failures: 10, open_until: null });
      await sql`update breakers set failing_since = clock_timestamp() - interval '31 s', failures = 9
                where channel_id = ${`channel-${channels}`}`.execute(test.ledger);
      const [again = ''] = ids;
      await sql`update deliveries set next_attempt_at = clock_timestamp() where id = ${again}`.execute(
        test.ledger,
      );
      await turnOf(again);
      expect((await breaker())?.open_until?.getTime()).toBeGreaterThan(Date.now() + 2_000);
      const last = ids[10] ?? '';
      expect(await turnOf(last)).toMatchObject({ again: null, requestMs: null });
      expect(await readClaimCandidate(test.ledger, last)).toMatchObject({ state: 'queued', epoch: 0 });

      outlet = () => Promise.resolve(ANSWERED);
      await sql`update breakers set open_until = clock_timestamp() where channel_id = ${`channel-${channels}`}`.execute(
        test.ledger,
      );
      expect(await turnOf(last)).toMatchObject({ lookAgain: true });
      expect(await breaker()).toBeUndefined();
      // They waited for a minute; now they are due.
      const question = { channelId: `channel-${channels}`, except: [again] };
      const due = await dueOfChannels(test.ledger, 'publish', [question], 20);
      expect(due.get(question)?.toSorted()).toEqual(ids.slice(1, 10).toSorted());
    });

    it('lets one delivery try when its time is over, and no other beside it', async () => {
      await sql`insert into breakers values (${`channel-${channels}`}, 5, clock_timestamp(), clock_timestamp(), clock_timestamp())`.execute(
        test.ledger,
      );
      let requests = 0;
      outlet = () => {
        requests += 1;
        return Promise.resolve(failed);
      };
      await Promise.all([turnOf(delivery), turnOf(await another()), turnOf(await another())]);
      expect(requests).toBe(1);
      expect(await breaker()).toMatchObject({ failures: 6 });
    });

    it('is paused when it has done nothing else for long enough', async () => {
      parts.autoPause = { failures: 2, forMs: 1 };
      outlet = () => Promise.resolve(failed);
      await turnOf(delivery);
      await delay(5);
      await turnOf(await another());
      const { pause_reason: reason } = await test.ledger
        .selectFrom('channels')
        .select('pause_reason')
        .where('id', '=', `channel-${channels}`)
        .executeTakeFirstOrThrow();
      expect(reason).toContain('nothing but failures');
    });

    it('gets a withdrawal all the same', async () => {
      const published = await newsroom.release();
      await sql`insert into breakers values (${`channel-${channels}`}, 9, clock_timestamp(), clock_timestamp() + interval '1 hour', clock_timestamp())`.execute(
        test.ledger,
      );
      const withdrawn = await newsroom.withdraw(published.articleId);
      const [withdrawal = ''] = await newsroom.deliverWithdrawal(withdrawn, [`channel-${channels}`]);
      await turnOf(withdrawal);
      expect((await readClaimCandidate(test.ledger, withdrawal))?.state).toBe('delivered');
    });
  });

  describe('of a channel whose requests go one after the other', () => {
    let other: string;
    beforeEach(async () => {
      const oneAtATime = connector();
      oneAtATime.manifest.limits.oneAtATime = true;
      oneAtATime.manifest.subscribed = true;
      parts = { ...parts, connectorOf: () => oneAtATime };
      const channel = `one-${++channels}`;
      await newsroom.addChannel(channel, { url: 'https://outlet.example/push' });
      [delivery = ''] = await newsroom.deliver(await newsroom.release(), [channel]);
      [other = ''] = await newsroom.deliver(await newsroom.release(), [channel]);
    });
    const stateOfOther = async () => (await readClaimCandidate(test.ledger, other))?.state;
    const turnOfOther = () => attemptDelivery(other, parts, new AbortController().signal);

    it('lets no two be under way, whichever process sends', async () => {
      const { promise, resolve } = Promise.withResolvers<AttemptResult>();
      outlet = () => promise;
      const first = turn();
      await pollUntil('sending', async () => (await stateOf()) === 'sending', { timeoutMs: 5_000 });
      expect((await turnOfOther()).again).toMatchObject({ action: 'publish' });
      expect(await stateOfOther()).toBe('queued');
      resolve({ outcome: 'transient', status: 500, error: 'failed', response: null });
      await first;
      outlet = () => Promise.resolve(ANSWERED);
      await turnOfOther();
      expect(await stateOfOther()).toBe('delivered');
    });

    it('ends what waited when the turn of one that arrived began: it came along', async () => {
      // What is made in the same millisecond is left alone.
      await delay(5);
      const { endedOthers } = await turn();
      expect(endedOthers).toBe(true);
      expect([await stateOf(), await stateOfOther()]).toEqual(['delivered', 'superseded']);
    });

    it('ends nothing by one that failed, and nothing that came after the turn began', async () => {
      outlet = () => Promise.resolve({ outcome: 'transient', status: 500, error: 'failed', response: null });
      await turn();
      expect(await stateOfOther()).toBe('queued');
      let late = '';
      outlet = async () => {
        const candidate = await readClaimCandidate(test.ledger, other);
        [late = ''] = await newsroom.deliver(await newsroom.release(), [candidate?.channel.id ?? '']);
        return ANSWERED;
      };
      await delay(5);
      await turnOfOther();
      expect(await stateOf()).toBe('superseded');
      expect((await readClaimCandidate(test.ledger, late))?.state).toBe('queued');
    });

    it('tells operators of no failure, never pauses, and closes the channel where its outlet says so', async () => {
      const closed: string[] = [];
      parts = {
        ...parts,
        schedule: [0],
        autoPause: { failures: 1, forMs: 0 },
        closeChannel: (channelId, reason) => Promise.resolve(closed.push(`${channelId}: ${reason}`)),
      };
      outlet = () =>
        Promise.resolve({
          outcome: 'permanent',
          status: 410,
          error: 'gone',
          response: null,
          closeReason: 'gone',
        });
      await turn();
      const candidate = await readClaimCandidate(test.ledger, delivery);
      expect(candidate).toMatchObject({ state: 'dead', channel: { paused: null } });
      expect(closed).toEqual([`${candidate?.channel.id ?? ''}: gone`]);
      const events = await test.ledger
        .selectFrom('operator_events')
        .select('kind')
        .where('subject', 'in', [delivery, candidate?.channel.id ?? ''])
        .execute();
      expect(events).toEqual([]);
    });
  });
});
