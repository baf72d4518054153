import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeliveryAction } from '@newsrelay/contracts/delivery';
import { openLedger, type Ledger } from '@newsrelay/ledger/database';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { createLogger } from '@newsrelay/telemetry/logger';
import type { Redis } from 'ioredis';
import { Dispatcher } from './dispatcher.js';
import { DeliveryQueue, producerConnection } from './queue.js';

const LIMITS = { perChannel: 1, perOrigin: 64, inAll: 2, unproven: 2, perPool: 2 };
/** For each request that may be under way, sixteen deliveries may be in hand. */
const ROOM = 32;
/** Nothing listens there, and nothing asks: a delivery that is in hand needs neither server until its turn. */
const NOWHERE = '127.0.0.1:1';

describe('what a process has made itself', () => {
  let ledger: Ledger;
  let redis: Redis;
  let dispatcher: Dispatcher;
  let turns: string[];
  let finish: () => void;

  beforeEach(() => {
    ledger = openLedger({
      url: `postgresql://${NOWHERE}/none`,
      poolSize: 1,
      applicationName: 'spec',
      onIdleError: () => undefined,
    });
    redis = producerConnection(`redis://${NOWHERE}`);
    turns = [];
    const { promise, resolve } = Promise.withResolvers<undefined>();
    finish = () => {
      resolve(undefined);
    };
    dispatcher = new Dispatcher({
      ledger,
      byKeys: ledger,
      queue: new DeliveryQueue(redis),
      holder: 'spec',
      limits: { publish: LIMITS, withdraw: LIMITS },
      attempt: async (id) => {
        turns.push(id);
        await promise;
        return { again: null, silentForMs: 0, lookAgain: false, requestMs: 1, destination: null };
      },
      destinationOf: () => Promise.resolve({ origin: null, rate: null }),
      reserve: () => Promise.resolve(0),
      logger: createLogger('spec', 'silent'),
    });
  });
  afterEach(async () => {
    finish();
    await dispatcher.stop(0);
    redis.disconnect();
    await ledger.destroy();
  });

  const due = (count: number, action: DeliveryAction = 'publish') =>
    Array.from({ length: count }, (_, index) => ({
      id: `${action}-${index}`,
      action,
      channelId: `channel-${index}`,
    }));
  const inTurn = (count: number) =>
    pollUntil(`${count} turns`, () => turns.length === count, { timeoutMs: 5_000 });

  it('has its turns without a queue, each once', async () => {
    expect(dispatcher.take(due(2))).toEqual([]);
    await inTurn(2);
    // Told of once more, as by the reconciler.
    for (const { id, channelId } of due(2))
      dispatcher.put('publish', { deliveryId: id, channelId, trace: null });
    finish();
    await dispatcher.stop(1_000);
    expect(turns.sort()).toEqual(['publish-0', 'publish-1']);
  });

  it('is left to others as far as there is no room for it', async () => {
    const rows = due(ROOM + 5);
    expect(dispatcher.take(rows)).toEqual(rows.slice(ROOM));
    await inTurn(LIMITS.inAll);
    // As many as have begun.
    expect(dispatcher.take(due(ROOM + 15).slice(ROOM + 5))).toHaveLength(10 - LIMITS.inAll);
    finish();
    await inTurn(ROOM + LIMITS.inAll);
  });

  it('takes no withdrawal its room', () => {
    expect(dispatcher.take([...due(ROOM + 1), ...due(ROOM, 'withdraw')])).toEqual(due(ROOM + 1).slice(ROOM));
  });

  it('is left to others once the process ends', async () => {
    await dispatcher.stop(0);
    expect(dispatcher.take(due(1))).toEqual(due(1));
  });
});
