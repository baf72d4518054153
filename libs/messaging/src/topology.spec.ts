import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { DeliverPolicy, jetstreamManager, StorageType, type JetStreamManager } from '@nats-io/jetstream';
import { connect, nanos, type NatsConnection } from '@nats-io/transport-node';
import { JetStreamConnection } from './connection.js';
import { withDefaults } from './consumer-spec.js';
import { StreamKeeper } from './stream-keeper.js';
import { DEAD, LogLines, NEWS, startBroker, WAIT, type Broker } from './test-bench.js';
import { ensureConsumer, ensureStream, TopologyMismatch, TopologyRefused } from './topology.js';

let broker: Broker;
let nats: NatsConnection;
let manager: JetStreamManager;

beforeAll(async () => {
  broker = await startBroker();
  nats = await connect({ servers: broker.url });
  manager = await jetstreamManager(nats);
});
afterAll(async () => {
  await nats.close();
  await broker.remove();
});
afterEach(async () => {
  for await (const { config } of manager.streams.list()) await manager.streams.delete(config.name);
});

describe('ensureStream', () => {
  it('creates a stream by limits, in files, and leaves it alone when called again', async () => {
    await ensureStream(nats, NEWS);
    const first = await manager.streams.info('NEWS');
    expect(first.config).toMatchObject({
      subjects: ['news.>'],
      retention: 'limits',
      storage: 'file',
      discard: 'old',
      max_age: nanos(3_600_000),
      duplicate_window: nanos(120_000),
    });
    await ensureStream(nats, NEWS);
    expect((await manager.streams.info('NEWS')).created).toBe(first.created);
  });

  it('changes what can be changed, and keeps the messages', async () => {
    await ensureStream(nats, NEWS);
    await manager.jetstream().publish('news.item', '{}');
    await ensureStream(nats, {
      ...NEWS,
      subjects: ['more.>', 'news.>'],
      maxAgeSeconds: 7_200,
      maxBytes: 1_000_000,
    });
    const { config, state } = await manager.streams.info('NEWS');
    expect(config).toMatchObject({ max_age: nanos(7_200_000), max_bytes: 1_000_000 });
    expect([...config.subjects].sort()).toEqual(['more.>', 'news.>']);
    expect(state.messages).toBe(1);
  });

  it('names the field that is otherwise and cannot be changed', async () => {
    await manager.streams.add({ name: 'NEWS', subjects: ['news.>'], storage: StorageType.Memory });
    const attempt = ensureStream(nats, NEWS);
    await expect(attempt).rejects.toThrow(TopologyMismatch);
    await expect(attempt).rejects.toThrow('stream NEWS: storage is "memory", must be "file"');
  });

  it('names the stream whose subjects belong to another', async () => {
    await manager.streams.add({ name: 'OTHER', subjects: ['news.item'] });
    const attempt = ensureStream(nats, NEWS);
    await expect(attempt).rejects.toThrow(TopologyRefused);
    await expect(attempt).rejects.toThrow(/stream NEWS: the server refuses: .*overlap/);
  });
});

describe('ensureConsumer', () => {
  const spec = withDefaults({ stream: 'NEWS', durable: 'reader', filterSubject: 'news.item' });

  it('creates it, leaves it alone, and changes it without losing its place', async () => {
    await ensureStream(nats, NEWS);
    const first = await ensureConsumer(nats, spec);
    expect(first.config).toMatchObject({
      filter_subject: 'news.item',
      ack_policy: 'explicit',
      ack_wait: nanos(30_000),
      max_ack_pending: 2_000,
      max_deliver: -1,
    });
    expect((await ensureConsumer(nats, spec)).created).toBe(first.created);
    const changed = await ensureConsumer(nats, { ...spec, filterSubject: 'news.>', ackWaitSeconds: 60 });
    expect(changed.config).toMatchObject({ filter_subject: 'news.>', ack_wait: nanos(60_000) });
    expect(changed.created).toBe(first.created);
  });

  it('names the field that is otherwise and cannot be changed', async () => {
    await ensureStream(nats, NEWS);
    await manager.consumers.add('NEWS', {
      durable_name: 'reader',
      filter_subject: 'news.item',
      ack_policy: 'explicit',
      deliver_policy: DeliverPolicy.New,
    });
    const attempt = ensureConsumer(nats, spec);
    await expect(attempt).rejects.toThrow(
      'consumer reader of stream NEWS: deliver_policy is "new", must be "all"',
    );
  });
});

describe('StreamKeeper', () => {
  it('is not ready and says why, and goes on by itself when the stream is put right', async () => {
    await manager.streams.add({ name: 'NEWS', subjects: ['news.>'], storage: StorageType.Memory });
    const log = new LogLines();
    const connection = new JetStreamConnection({ url: broker.url, name: 'spec', log });
    const keeper = new StreamKeeper(connection, [NEWS, DEAD], log);
    connection.start();
    keeper.start();
    await pollUntil('the mismatch is found', () => keeper.notReadyBecause()?.includes('storage is'), WAIT);
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    await manager.streams.delete('NEWS');
    await keeper.ensured(AbortSignal.timeout(WAIT.timeoutMs));
    expect((await manager.streams.info('NEWS')).config.storage).toBe('file');

    await manager.streams.delete('DEAD');
    keeper.recheck();
    await pollUntil(
      'a missed stream is made again',
      async () => (await manager.streams.names().next()).includes('DEAD'),
      WAIT,
    );
    await keeper.stop();
    await connection.drain();
  }, 60_000);

  it("captures what other people's consumers give up", async () => {
    await ensureStream(nats, NEWS);
    await ensureStream(nats, DEAD);
    await manager.consumers.add('NEWS', { durable_name: 'foreign', ack_policy: 'explicit', max_deliver: 1 });
    await manager.jetstream().publish('news.item', '{}');
    const foreign = await manager.jetstream().consumers.get('NEWS', 'foreign');
    (await foreign.next())?.nak();
    const pulled = foreign.next({ expires: 1_000 });
    const advisory = await pollUntil(
      'the advisory is stored',
      async () => {
        const { state } = await manager.streams.info('DEAD');
        return state.messages > 0 && (await manager.streams.getMessage('DEAD', { seq: 1 }));
      },
      WAIT,
    );
    await pulled;
    expect(advisory?.json()).toMatchObject({ stream: 'NEWS', consumer: 'foreign', stream_seq: 1 });
  });
});
