import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { freePort } from '@newsrelay/local-servers/free-port';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { JetStreamConnection } from './connection.js';
import { JetStreamPublisher, PublishFailed } from './publisher.js';
import { StreamKeeper } from './stream-keeper.js';
import { LogLines, NEWS, startBroker, WAIT, type Broker } from './test-bench.js';

let broker: Broker;
let connection: JetStreamConnection;
let keeper: StreamKeeper;
let publisher: JetStreamPublisher;

beforeAll(async () => {
  broker = await startBroker();
});
afterAll(async () => {
  await broker.remove();
});
beforeEach(async () => {
  const log = new LogLines();
  connection = new JetStreamConnection({ url: broker.url, name: 'spec', log });
  keeper = new StreamKeeper(connection, [NEWS], log);
  publisher = new JetStreamPublisher(connection, keeper, { timeoutMs: 2_000 });
  connection.start();
  keeper.start();
  await keeper.ensured(AbortSignal.timeout(WAIT.timeoutMs));
});
afterEach(async () => {
  await broker.revive();
  await (await manager()).streams.delete('NEWS').catch(() => undefined);
  await keeper.stop();
  await connection.drain();
});

async function manager(): Promise<JetStreamManager> {
  const session = await connection.session(AbortSignal.timeout(WAIT.timeoutMs));
  return jetstreamManager(session.nats);
}

function items(count: number): { subject: string; data: { n: number }; id: string }[] {
  return Array.from({ length: count }, (_, n) => ({ subject: 'news.item', data: { n }, id: `item-${n}` }));
}

describe('publish', () => {
  it('answers with the place in the stream, and stores a repeated id once', async () => {
    const first = await publisher.publish('news.item', { n: 1 }, { id: 'one' });
    const again = await publisher.publish('news.item', { n: 1 }, { id: 'one' });
    expect(first).toEqual({ stream: 'NEWS', sequence: 1, duplicate: false });
    expect(again).toEqual({ stream: 'NEWS', sequence: 1, duplicate: true });
    expect((await (await manager()).streams.info('NEWS')).state.messages).toBe(1);
  });

  it('fails at once when NATS was never reached', async () => {
    const away = new JetStreamConnection({
      url: `nats://127.0.0.1:${await freePort()}`,
      name: 'spec',
      log: new LogLines(),
    });
    away.start();
    const begun = performance.now();
    const attempt = new JetStreamPublisher(away, keeper).publish('news.item', {}, { id: 'x' });
    await expect(attempt).rejects.toMatchObject({ name: 'PublishFailed', kind: 'unreachable' });
    expect(performance.now() - begun).toBeLessThan(100);
    await away.drain();
  });

  it('knows no outcome when the connection breaks before the PubAck, and says so without its timeout', async () => {
    await broker.freeze();
    const patient = new JetStreamPublisher(connection, keeper, { timeoutMs: 60_000 });
    const attempt = patient.publish('news.item', { n: 1 }, { id: 'lost' }).catch((error: unknown) => error);
    await broker.kill();
    expect(await attempt).toMatchObject({ name: 'PublishFailed', kind: 'unknown' });
    await broker.restart();
  });

  it('knows no outcome after its timeout', async () => {
    await broker.freeze();
    const hasty = new JetStreamPublisher(connection, keeper, { timeoutMs: 100 });
    const attempt = hasty.publish('news.item', { n: 1 }, { id: 'late' });
    await expect(attempt).rejects.toMatchObject({ name: 'PublishFailed', kind: 'unknown' });
    await broker.thaw();
  });

  it('says when no stream takes the subject, and has a deleted stream made again', async () => {
    const nowhere = publisher.publish('elsewhere', {}, { id: 'x' });
    await expect(nowhere).rejects.toMatchObject({ kind: 'no-stream', message: 'no stream takes elsewhere' });
    await (await manager()).streams.delete('NEWS');
    const receipt = await pollUntil(
      'the stream is back',
      async () => publisher.publish('news.item', {}, { id: 'y' }).catch(() => undefined),
      WAIT,
    );
    expect(receipt).toMatchObject({ sequence: 1 });
  });

  it('is refused for a message over the limit', async () => {
    const attempt = publisher.publish('news.item', 'x'.repeat(1_100_000), { id: 'big' });
    await expect(attempt).rejects.toMatchObject({ kind: 'refused' });
  });
});

describe('publishAll', () => {
  it('stores thousands in their order, pipelined', async () => {
    const begun = performance.now();
    const outcomes = await publisher.publishAll(items(5_000));
    const seconds = (performance.now() - begun) / 1_000;
    expect(outcomes.map((outcome) => outcome.ok && outcome.receipt.sequence)).toEqual(
      Array.from({ length: 5_000 }, (_, n) => n + 1),
    );
    // Far below what two idle cores do (28,000/s); not reached where a batch waits for timeouts.
    expect(5_000 / seconds).toBeGreaterThan(500);
  });

  it('says of each message what became of it', async () => {
    const outcomes = await publisher.publishAll([
      { subject: 'news.item', data: 1, id: 'a' },
      { subject: 'elsewhere', data: 2, id: 'b' },
      { subject: 'news.item', data: 3, id: 'a' },
    ]);
    expect(outcomes).toEqual([
      { ok: true, receipt: { stream: 'NEWS', sequence: 1, duplicate: false } },
      { ok: false, failure: expect.any(PublishFailed) },
      { ok: true, receipt: { stream: 'NEWS', sequence: 1, duplicate: true } },
    ]);
  });

  it('loses nothing that it called stored when NATS is killed in the middle', async () => {
    const all = publisher.publishAll(items(20_000));
    await pollUntil(
      'some are stored',
      async () => (await (await manager()).streams.info('NEWS')).state.messages > 500,
      WAIT,
    );
    await broker.kill();
    const outcomes = await all;
    await broker.restart();
    const stored = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.receipt.sequence] : []));
    expect(stored.length).toBeGreaterThan(500);
    expect(stored.length).toBeLessThan(20_000);
    const { state } = await (await manager()).streams.info('NEWS');
    expect(state.last_seq).toBeGreaterThanOrEqual(Math.max(...stored));

    await keeper.ensured(AbortSignal.timeout(WAIT.timeoutMs));
    const repeated = await publisher.publishAll(items(20_000));
    expect(repeated.every(({ ok }) => ok)).toBe(true);
    expect((await (await manager()).streams.info('NEWS')).state.messages).toBe(20_000);
  }, 60_000);
});
