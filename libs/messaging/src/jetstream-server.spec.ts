import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { Poison, RetryLater } from './handler-errors.js';
import {
  NEWS,
  openBench,
  startBroker,
  WAIT,
  type Bench,
  type BenchOptions,
  type Broker,
} from './test-bench.js';

let broker: Broker;
let bench: Bench;

beforeAll(async () => {
  broker = await startBroker();
});
afterAll(async () => {
  await broker.remove();
});
afterEach(async () => {
  const { streams } = await bench.manager();
  await streams.delete('NEWS');
  await streams.delete('DEAD');
  await bench.app.close();
});

async function open(options: Omit<BenchOptions, 'url'>): Promise<Bench> {
  bench = await openBench({ url: broker.url, ...options });
  await bench.ready();
  return bench;
}

async function settled(): Promise<void> {
  await pollUntil(
    'everything is settled',
    async () => {
      const info = await bench.consumerInfo();
      return info.num_pending === 0 && info.num_ack_pending === 0 && info.delivered.stream_seq > 0;
    },
    WAIT,
  );
}

describe('a handler', () => {
  it('gets the validated payload and the context, and its return acks', async () => {
    const seen: unknown[] = [];
    const { publisher, events } = await open({
      handle: (item, context) => {
        seen.push([item, context.subject, context.messageId, context.deliveryCount, context.header('trace')]);
      },
    });
    await publisher.publish('news.item', { n: 7 }, { id: 'seven', headers: { trace: 't-1' } });
    await settled();
    expect(seen).toEqual([[{ n: 7 }, 'news.item', 'seven', 1, 't-1']]);
    expect(events).toEqual(['acked']);
  });

  it('is called again with growing waits after it throws', async () => {
    const calls: { count: number; at: number }[] = [];
    const { publisher, events } = await open({
      handle: (_item, { deliveryCount }) => {
        calls.push({ count: deliveryCount, at: performance.now() });
        if (deliveryCount < 4) throw new Error('not yet');
      },
    });
    await publisher.publish('news.item', { n: 1 }, { id: 'again' });
    await settled();
    expect(calls.map(({ count }) => count)).toEqual([1, 2, 3, 4]);
    const waits = calls.slice(1).map(({ at }, index) => at - (calls[index]?.at ?? 0));
    [100, 200, 400].forEach((least, index) => {
      expect(waits[index]).toBeGreaterThanOrEqual(least * 0.95);
      expect(waits[index]).toBeLessThan(least * 1.2 + 300);
    });
    expect(events.at(-1)).toBe('acked');
  });

  it('that says RetryLater is called again however often, past maxDeliveries', async () => {
    const { publisher, events } = await open({
      consumer: { maxDeliveries: 2 },
      handle: (_item, { deliveryCount }) => {
        if (deliveryCount < 6) throw new RetryLater(20);
      },
    });
    await publisher.publish('news.item', { n: 1 }, { id: 'later' });
    await settled();
    expect(events.filter((event) => event.startsWith('naked'))).toHaveLength(5);
    expect(events.at(-1)).toBe('acked');
    expect(await bench.deadLetters()).toEqual([]);
  });

  it('that keeps failing leaves one dead letter that tells the whole story', async () => {
    const { publisher, events } = await open({
      consumer: { maxDeliveries: 3, backoff: { firstMs: 10, factor: 1, capMs: 10 } },
      handle: () => {
        throw new Error('版面 missing', { cause: new Error('no row') });
      },
    });
    await publisher.publish('news.item', { n: 3 }, { id: 'doomed', headers: { trace: 't-3' } });
    await settled();
    expect(events.filter((event) => event === 'dead')).toHaveLength(1);
    const [dead, ...more] = await bench.deadLetters();
    expect(more).toEqual([]);
    expect(dead?.subject).toBe('dead.news.item');
    expect(dead?.body).toBe('{"n":3}');
    expect(dead?.letter).toMatchObject({
      subject: 'news.item',
      stream: 'NEWS',
      sequence: 1,
      consumer: 'reader',
      deliveryCount: 3,
      error: '版面 missing: no row',
      headers: { 'Nats-Msg-Id': 'doomed', trace: 't-3' },
    });
  });

  it('that runs longer than allowed has failed and sees its signal aborted', async () => {
    const reasons: unknown[] = [];
    const { publisher } = await open({
      consumer: { handlerTimeoutSeconds: 0.2 },
      handle: async (_item, { deliveryCount, signal }) => {
        if (deliveryCount > 1) return;
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
        reasons.push(signal.reason);
      },
    });
    await publisher.publish('news.item', { n: 1 }, { id: 'slow' });
    await settled();
    expect(reasons).toEqual([expect.objectContaining({ message: 'handler ran longer than 0.2 s' })]);
  });

  it('longer than ack_wait is kept from redelivery by working()', async () => {
    const counts: number[] = [];
    const { publisher } = await open({
      consumer: { ackWaitSeconds: 1 },
      handle: async (_item, { deliveryCount }) => {
        counts.push(deliveryCount);
        const until = performance.now() + 3_500;
        await pollUntil('long work', () => performance.now() > until, { timeoutMs: 10_000 });
      },
    });
    await publisher.publish('news.item', { n: 1 }, { id: 'long' });
    await settled();
    expect(counts).toEqual([1]);
  });
});

describe('poison', () => {
  it.each([
    ['payload that is no JSON', 'news.item', 'no json', /payload is no JSON/],
    ['payload that is no UTF-8', 'news.item', Uint8Array.of(0x22, 0xff, 0x22), /payload is no JSON/],
    ['payload the schema refuses', 'news.item', '{"n":"one"}', /payload is invalid.*expected/s],
    ['subject no schema is known for', 'news.other', '{}', /no schema is known for news\.other/],
  ])('%s: captured once, at once', async (_name, subject, payload, error) => {
    let calls = 0;
    const { connection, events } = await open({
      handle: () => {
        calls += 1;
      },
    });
    const session = connection.current();
    session?.nats.publish(subject, payload);
    await settled();
    expect(calls).toBe(0);
    expect(events).toEqual(['dead']);
    const letters = await bench.deadLetters();
    expect(letters.map(({ letter }) => [letter?.subject, letter?.deliveryCount])).toEqual([[subject, 1]]);
    expect(letters[0]?.letter?.error).toMatch(error);
  });

  it('said by the handler: captured once, never redelivered', async () => {
    let calls = 0;
    const { publisher, events } = await open({
      handle: () => {
        calls += 1;
        throw new Poison('this article never existed');
      },
    });
    await publisher.publish('news.item', { n: 1 }, { id: 'poison' });
    await settled();
    const info = await bench.consumerInfo();
    expect(info.num_redelivered).toBe(0);
    expect(calls).toBe(1);
    expect(events).toEqual(['dead']);
    expect((await bench.deadLetters()).map(({ letter }) => letter?.error)).toEqual([
      'this article never existed',
    ]);
  });

  it('as large as the server allows is buried without its body, which stays in the stream', async () => {
    const { publisher, connection } = await open({
      handle: () => {
        throw new Poison('x'.repeat(5_000));
      },
    });
    const limit = connection.current()?.nats.info?.max_payload ?? 0;
    const padding = ' '.repeat(limit - 200);
    connection.current()?.nats.publish('news.item', `{"n":1}${padding}`);
    await settled();
    const [dead] = await bench.deadLetters();
    expect(dead?.body).toBe('');
    expect(dead?.letter).toMatchObject({ stream: 'NEWS', sequence: 1 });
    expect(publisher).toBeDefined();
  });

  it('stays in the stream while its dead letter cannot be stored', async () => {
    const { publisher, events, log } = await open({
      streams: [NEWS],
      handle: () => {
        throw new Poison('no');
      },
    });
    await publisher.publish('news.item', { n: 1 }, { id: 'kept' });
    await pollUntil(
      'the burial fails twice',
      () => log.lines.filter(({ message }) => message.startsWith('dead letter is not stored')).length >= 2,
      WAIT,
    );
    expect(events).not.toContain('dead');
    await (await bench.manager()).streams.add({ name: 'DEAD', subjects: ['dead.>'] });
    await settled();
    expect(await bench.deadLetters()).toHaveLength(1);
  });
});
