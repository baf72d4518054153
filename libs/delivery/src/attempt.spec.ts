import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { z } from 'zod';
import type { AttemptResult, Connector, ConnectorIo } from '@newsrelay/channel-kit/connector';
import type { RepeatSafety } from '@newsrelay/channel-kit/manifest';
import { readClaimCandidate, readClaimCandidates } from '@newsrelay/ledger/deliveries';
import { InBatches } from '@newsrelay/ledger/in-batches';
import { openTestLedger, type TestLedger } from '@newsrelay/ledger/ledger.fixture';
import { TestNewsroom } from '@newsrelay/ledger/newsroom.fixture';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { createLogger } from '@newsrelay/telemetry/logger';
import { Metrics } from '@newsrelay/telemetry/metrics';
import { attemptDelivery, type AttemptParts, type Lane } from './attempt.js';
import { DestinationSlots } from './destination-slots.js';
import { DeliveryEvents } from './events.js';
import { InFlight } from './in-flight.js';

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
      limits: { headlineGraphemes: null, requestDeadlineMs },
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
    const lane = (): Lane => ({
      outbound: {
        bind: ({ deadlineMs }) => {
          deadlines.push(deadlineMs);
          return { request: () => Promise.reject(new Error('the outlet of this spec takes no requests')) };
        },
      },
      slots: new DestinationSlots(1),
    });
    parts = {
      ledger: test.ledger,
      candidates: new InBatches((ids: readonly string[]) => readClaimCandidates(test.ledger, ids)),
      connectorOf: connector,
      unseal: () => ({}),
      lanes: { publish: lane(), withdraw: lane() },
      inFlight: new InFlight(),
      events: new DeliveryEvents(createLogger('spec', 'silent'), new Metrics('spec')),
      schedule: [0, 60],
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
         create constraint trigger slow_claim after insert on attempts deferrable initially deferred
           for each row when (new.delivery_id = '${delivery}') execute function slow_claim()`,
      )
      .execute(test.ledger);
  }
  const quickAgain = () => sql.raw('drop function slow_claim cascade').execute(test.ledger);

  it('sends, and writes what came of it', async () => {
    expect(await turn()).toEqual({ done: true });
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
    expect(await turn()).toEqual({ done: false, againInMs: 0 });
    await quickAgain();
    expect(deadlines).toEqual([]);
    expect(await attempts()).toMatchObject([{ number: 1, outcome: 'aborted' }]);
    expect(await readClaimCandidate(test.ledger, delivery)).toMatchObject({
      state: 'retrying',
      attemptsInRound: 0,
    });
    expect(await turn()).toEqual({ done: true });
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
    expect(await settled).toEqual({ done: true });
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
    expect((await settled).done).toBe(false);
    expect(await readClaimCandidate(test.ledger, delivery)).toMatchObject({
      state: 'retrying',
      lastOutcome: 'rate-limited',
    });
  }, 60_000);

  it('a turn for which the destination has no slot claims nothing; a withdrawal has slots of its own', async () => {
    const { promise: answer, resolve: answerNow } = Promise.withResolvers<AttemptResult>();
    const { promise: reached, resolve: reach } = Promise.withResolvers<undefined>();
    outlet = () => {
      reach(undefined);
      return answer;
    };
    const first = turn();
    await reached;
    const published = await newsroom.release();
    const [other = ''] = await newsroom.deliver(published, [`channel-${channels}`]);
    const putOff = await attemptDelivery(other, parts, new AbortController().signal);
    expect(putOff.done).toBe(false);
    expect(await readClaimCandidate(test.ledger, other)).toMatchObject({ state: 'queued', epoch: 0 });

    outlet = () => Promise.resolve(ANSWERED);
    const [withdrawal = ''] = await newsroom.deliverWithdrawal(await newsroom.withdraw(published.articleId), [
      `channel-${channels}`,
    ]);
    expect(await attemptDelivery(withdrawal, parts, new AbortController().signal)).toEqual({ done: true });
    expect((await readClaimCandidate(test.ledger, withdrawal))?.state).toBe('delivered');

    answerNow(ANSWERED);
    expect(await first).toEqual({ done: true });
  });
});
