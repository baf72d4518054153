import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { sql } from 'kysely';
import { jobId } from '@newsrelay/contracts/keys';
import { claimDelivery, readClaimCandidate } from '@newsrelay/ledger/deliveries';
import { openTestLedger, type TestLedger } from '@newsrelay/ledger/ledger.fixture';
import { TestNewsroom } from '@newsrelay/ledger/newsroom.fixture';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { startRedis } from '@newsrelay/local-servers/redis';
import type { LocalServer } from '@newsrelay/local-servers/server-process';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { createLogger } from '@newsrelay/telemetry/logger';
import { Metrics } from '@newsrelay/telemetry/metrics';
import { DeliveryEvents } from './events.js';
import { DeliveryQueue, producerConnection, PUT_OFF_MAX_MS } from './queue.js';
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
  const lane = () => queue.lane('publish');
  const stateOf = async (id: string) => (await readClaimCandidate(test.ledger, id))?.state;

  it('gives what is due a job, beside a lease of a channel type that this build does not know', async () => {
    const [odd = ''] = await newsroom.deliver(await newsroom.release(), ['odd']);
    const candidate = await readClaimCandidate(test.ledger, odd);
    if (candidate === undefined) throw new Error('no delivery');
    await claimDelivery(test.ledger, candidate, '{}', 1);
    const good = await due('good');
    await pollUntil('the job', async () => (await lane().getJob(jobId(good))) !== undefined, WAIT);
    // Nobody can say whether a repeat would show twice: a person decides.
    await pollUntil('the lease is resolved', async () => (await stateOf(odd)) === 'unknown', WAIT);
  });

  it('leaves a turn that is put off for a moment, and brings one forward that waits for a time long gone', async () => {
    const [putOff, late] = [await due('good'), await due('good')];
    const waiting = { [putOff]: PUT_OFF_MAX_MS, [late]: 3_600_000 };
    for (const [id, wait] of Object.entries(waiting)) {
      await lane().remove(jobId(id));
      await lane().add('publish', { deliveryId: id }, { jobId: jobId(id), delay: wait });
    }
    await pollUntil(
      'the late one to be brought forward',
      async () => (await (await lane().getJob(jobId(late)))?.getState()) === 'waiting',
      WAIT,
    );
    // Both were looked at in that round.
    expect(await (await lane().getJob(jobId(putOff)))?.getState()).toBe('delayed');
  });
});
