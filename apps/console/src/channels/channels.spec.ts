import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DeliveryQueue, producerConnection } from '@newsrelay/delivery/queue';
import type { Actor } from '@newsrelay/ledger/audit';
import { openTestLedger, type TestLedger } from '@newsrelay/ledger/ledger.fixture';
import { TestNewsroom } from '@newsrelay/ledger/newsroom.fixture';
import { startRedis } from '@newsrelay/local-servers/redis';
import type { LocalServer } from '@newsrelay/local-servers/server-process';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { GuardedHttp } from '@newsrelay/outbound/guarded-http';
import { Sealing } from '@newsrelay/sealing/seal';
import { createLogger } from '@newsrelay/telemetry/logger';
import type { Redis } from 'ioredis';
import { DueJobs } from '../deliveries/due-jobs.js';
import { ConsoleEvents } from '../events.js';
import { Channels } from './channels.js';

const actor: Actor = { keyId: 'built-in', keyName: 'spec', role: 'admin', address: null };

describe('a patch of a channel whose new target takes its time to resolve', () => {
  let test: TestLedger;
  let data: TemporaryDataDir;
  let redisServer: LocalServer;
  let redis: Redis;
  let queue: DeliveryQueue;
  let outbound: GuardedHttp;
  let channels: Channels;
  /** Resolves once a name is asked for. */
  let asked: PromiseWithResolvers<undefined>;
  let answer: PromiseWithResolvers<string[]>;

  beforeAll(async () => {
    test = await openTestLedger();
    const logger = createLogger('spec', 'silent');
    data = temporaryDataDir();
    redisServer = await startRedis({ dataDir: data.path });
    redis = producerConnection(redisServer.url);
    queue = new DeliveryQueue(redis);
    outbound = new GuardedHttp({
      allowTargets: [],
      resolveName: (name) => {
        if (name !== 'slow.example') return Promise.resolve(['93.184.216.34']);
        asked.resolve(undefined);
        return answer.promise;
      },
    });
    channels = new Channels(
      test.ledger,
      new Sealing(randomBytes(32)),
      outbound,
      new DueJobs(test.ledger, queue, logger),
      new ConsoleEvents(logger),
      ['google', 'msn'],
    );
  }, 90_000);
  afterAll(async () => {
    await outbound.destroy();
    await queue.close();
    redis.disconnect();
    await redisServer.stop();
    await data.remove();
    await test.close();
  });

  async function slowPatch(id: string): Promise<{ patched: Promise<unknown> }> {
    asked = Promise.withResolvers();
    answer = Promise.withResolvers();
    const filter = { sections: [], sources: [], keywords: [] };
    const settings = { url: 'https://quick.example/' };
    await channels.create(
      { id, type: 'webhook', name: id, enabled: true, filter, settings, secrets: {} },
      actor,
    );
    const patched = channels.patch(id, { settings: { url: 'https://slow.example/' } }, actor);
    await asked.promise;
    return { patched };
  }

  it('keeps no delivery of the channel waiting', async () => {
    const { patched } = await slowPatch('patched');
    const newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'webhook', render: () => ({}) });
    const published = await newsroom.release();
    expect(await newsroom.deliver(published, ['patched'])).toHaveLength(1);
    await newsroom.withdraw(published.articleId);
    answer.resolve(['93.184.216.34']);
    expect(await patched).toMatchObject({ settings: { url: 'https://slow.example/' } });
  });

  it('and what another patch changed meanwhile stands', async () => {
    const { patched } = await slowPatch('patched-twice');
    await channels.patch('patched-twice', { name: '另名', enabled: false }, actor);
    answer.resolve(['93.184.216.34']);
    await patched;
    expect(await channels.read('patched-twice')).toMatchObject({
      name: '另名',
      enabled: false,
      settings: { url: 'https://slow.example/' },
    });
  });

  it('and a channel that names an edition which there is not is refused by its name', async () => {
    const filter = { sections: [], sources: [], keywords: [] };
    const feed = (id: string, editions: string[]) =>
      channels.create(
        {
          id,
          type: 'feed',
          name: id,
          enabled: true,
          filter,
          settings: { title: 'T', editions },
          secrets: {},
        },
        actor,
      );
    const refusal = {
      status: 422,
      errors: [{ path: '/settings/editions/1', message: expect.stringMatching(/"gogle".*google, msn/) }],
    };
    await expect(feed('refused', ['msn', 'gogle'])).rejects.toMatchObject(refusal);
    expect(await feed('taken', ['msn'])).toMatchObject({ settings: { editions: ['msn'] } });
    await expect(
      channels.patch('taken', { settings: { editions: ['msn', 'gogle'] } }, actor),
    ).rejects.toMatchObject(refusal);
    expect(await channels.patch('taken', { settings: { editions: null } }, actor)).not.toHaveProperty(
      'settings.editions',
    );
  });
});
