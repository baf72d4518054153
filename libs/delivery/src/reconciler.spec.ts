import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { sql } from 'kysely';
import { jobId, laterJobId } from '@newsrelay/contracts/keys';
import { readClaimCandidate } from '@newsrelay/ledger/claim-candidates';
import { Leader } from '@newsrelay/ledger/leader';
import { holdBacklogs } from '@newsrelay/ledger/backlogs';
import { openTestLedger, type TestLedger } from '@newsrelay/ledger/ledger.fixture';
import { TestNewsroom } from '@newsrelay/ledger/newsroom.fixture';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { startRedis } from '@newsrelay/local-servers/redis';
import type { LocalServer } from '@newsrelay/local-servers/server-process';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { createLogger } from '@newsrelay/telemetry/logger';
import { Metrics } from '@newsrelay/telemetry/metrics';
import { DeliveryEvents } from './events.js';
import { DeliveryQueue, producerConnection } from './queue.js';
import { Reconciler } from './reconciler.js';

const WAIT = { timeoutMs: 20_000 };

describe('the reconciler', () => {
  let data: TemporaryDataDir;
  let test: TestLedger;
  let redisServer: LocalServer;
  let redis: Redis;
  let queue: DeliveryQueue;
  let newsroom: TestNewsroom;
  let reconciler: Reconciler;
  const logger = createLogger('spec', 'silent');

  beforeAll(async () => {
    data = temporaryDataDir();
    test = await openTestLedger();
    redisServer = await startRedis({ dataDir: data.path });
    redis = producerConnection(redisServer.url);
    await pollUntil('Redis', () => redis.status === 'ready', WAIT);
    queue = new DeliveryQueue(redis);
    newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'known', render: () => ({}) });
    await newsroom.addChannel('good', {});
    await newsroom.addChannel('odd', {}, 'of-another-build');
    reconciler = new Reconciler({
      ledger: test.ledger,
      byKeys: test.ledger,
      leader: new Leader(test.ledger, { name: 'reconciler' }),
      queue,
      connectorOf: () => undefined,
      schedule: [0, 60],
      events: new DeliveryEvents(logger, new Metrics('spec')),
      logger,
    });
    reconciler.start();
  }, 120_000);

  afterAll(async () => {
    await reconciler.stop();
    await queue.close();
    redis.disconnect();
    await redisServer.stop();
    await test.close();
    await data.remove();
  }, 60_000);

  async function due(channel: string): Promise<string> {
    const [id = ''] = await newsroom.deliver(await newsroom.release(), [channel]);
    await sql`update deliveries set next_attempt_at = clock_timestamp() - interval '1 minute' where id = ${id}`.execute(
      test.ledger,
    );
    return id;
  }
  const job = async (id: string) => {
    const found = await Promise.all(queue.lanes().map((lane) => lane.getJob(id)));
    return found.find((each) => each !== undefined);
  };
  const stateOf = async (id: string) => (await readClaimCandidate(test.ledger, id))?.state;

  it('gives what is due a job, beside a lease of a channel type that this build does not know', async () => {
    const [odd = ''] = await newsroom.deliver(await newsroom.release(), ['odd']);
    await newsroom.claim(odd, '{}', 1);
    const good = await due('good');
    await pollUntil('the job', async () => (await job(jobId(good))) !== undefined, WAIT);
    // Nobody can say whether a repeat would show twice: a person decides.
    await pollUntil('the lease is resolved', async () => (await stateOf(odd)) === 'unknown', WAIT);
  });

  it('gives what is due a job beside one that waits for a time long gone', async () => {
    const id = await due('good');
    await queue.addLater([{ id, action: 'publish', channelId: 'good', inMs: 3_600_000 }]);
    await pollUntil('the job', async () => (await job(jobId(id))) !== undefined, WAIT);
    expect(await (await job(laterJobId(id)))?.getState()).toBe('delayed');
  });

  it('leaves alone what another process works off, and what a breaker keeps back but for one', async () => {
    await newsroom.addChannel('held', {});
    await newsroom.addChannel('open', {});
    await newsroom.addChannel('ended', {});
    await holdBacklogs(test.ledger, 'another', [{ channelId: 'held', action: 'publish' }], 60_000);
    await sql`insert into breakers (channel_id, failures, failing_since, open_until) values
      ('open', 5, clock_timestamp(), clock_timestamp() + interval '1 hour'),
      ('ended', 5, clock_timestamp(), clock_timestamp())`.execute(test.ledger);
    const left = [await due('held'), await due('open')];
    const tries = [await due('ended'), await due('ended')];
    const found = async (ids: string[]) =>
      (await Promise.all(ids.map((id) => job(jobId(id))))).filter(Boolean);
    await pollUntil('one to try', async () => (await found(tries)).length > 0, WAIT);
    const seen = await due('good');
    await pollUntil('another round', async () => (await job(jobId(seen))) !== undefined, WAIT);
    expect(await found(tries)).toHaveLength(1);
    expect(await found(left)).toEqual([]);
  });
});
