import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TestNewsroom } from '@newsrelay/ledger/newsroom.fixture';
import { openTestLedger, type TestLedger } from '@newsrelay/ledger/ledger.fixture';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { Metrics } from '@newsrelay/telemetry/metrics';
import { EventStream } from './event-stream.js';
import { LiveStreams } from './live-streams.js';

/** Longer than a PostgreSQL takes to come back. */
const until = (what: string, check: () => boolean) => pollUntil(what, check, { timeoutMs: 20_000 });

interface Heard {
  id: string | null;
  event: string;
  data: { everything?: boolean; articles?: string[]; channels?: string[]; up?: boolean };
}

/** A reader of server-sent events that keeps what it hears. */
class Reader {
  readonly heard: Heard[] = [];
  #rest = '';
  ended = false;

  private constructor(private readonly response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      const blocks = (this.#rest + text).split('\n\n');
      this.#rest = blocks.pop() ?? '';
      for (const block of blocks) this.#hear(block);
    });
    response.on('error', () => undefined);
    response.on('close', () => {
      this.ended = true;
    });
  }

  static async open(url: string, lastEventId?: string): Promise<Reader> {
    const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    return new Promise((resolve, reject) => {
      get(url, { headers, agent: false }, (response) => {
        resolve(new Reader(response));
      }).on('error', reject);
    });
  }

  #hear(block: string): void {
    const field = (name: string) =>
      block
        .split('\n')
        .find((line) => line.startsWith(`${name}: `))
        ?.slice(name.length + 2);
    const event = field('event');
    if (event === undefined) return;
    this.heard.push({
      id: field('id') ?? null,
      event,
      data: JSON.parse(field('data') ?? '{}') as Heard['data'],
    });
  }

  articles(): string[] {
    return this.heard.flatMap(({ data }) => data.articles ?? []);
  }

  /** How often it was told to ask for everything. */
  everything(): number {
    return this.heard.filter(({ data }) => data.everything === true).length;
  }

  lastId(): string | undefined {
    return this.heard.findLast(({ id }) => id !== null)?.id ?? undefined;
  }

  cut(): void {
    this.response.socket.destroy();
  }
}

describe('event streams', () => {
  let test: TestLedger;
  let newsroom: TestNewsroom;
  let streams: LiveStreams;
  let server: Server;
  let url: string;
  let allowed: boolean;

  beforeAll(async () => {
    test = await openTestLedger();
    newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'webhook', render: () => ({}) });
    await newsroom.addChannel('one', { url: 'https://partner.example/' });
  }, 90_000);
  afterAll(async () => {
    await test.close();
  });

  beforeEach(async () => {
    allowed = true;
    streams = new LiveStreams(test.ledger, new Metrics('spec'));
    server = createServer((request, response) => {
      streams.open({
        response,
        owner: 'somebody',
        lastEventId: request.headers['last-event-id'] as string | undefined,
        stillAllowed: () => Promise.resolve(allowed),
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterEach(async () => {
    await streams.onModuleDestroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** A reader that has heard the watch begin: what is told from here on is new. */
  async function settledReader(): Promise<Reader> {
    const reader = await Reader.open(url);
    await until('the watch has begun', () => reader.everything() >= 2);
    return reader;
  }

  it('tell by id which article and which channel changed, and nothing else', async () => {
    const reader = await settledReader();
    const published = await newsroom.release();
    await until('the release is told', () => reader.articles().includes(published.articleId));
    const before = reader.heard.length;
    await newsroom.deliver(published, ['one']);
    await until('the delivery is told', () => reader.heard.length > before);
    await newsroom.addChannel('two', { url: 'https://partner.example/' });
    await until('the channel is told', () =>
      reader.heard.some(({ data }) => data.channels?.includes('two') === true),
    );
    expect(new Set(reader.articles())).toEqual(new Set([published.articleId]));
    expect(reader.everything()).toBe(2);
  });

  it('come from one watch for all, which ends with the last reader, however it went', async () => {
    expect(streams.watch.looking).toBe(false);
    const readers = await Promise.all(Array.from({ length: 15 }, () => Reader.open(url)));
    await until('all are open', () => streams.size === 15);
    expect(streams.watch.listeners).toBe(15);
    const published = await newsroom.release();
    await until('all are told', () =>
      readers.every((reader) => reader.articles().includes(published.articleId) || reader.everything() >= 2),
    );
    for (const reader of readers) reader.cut();
    await until('none is left', () => streams.size === 0);
    expect(streams.watch.listeners).toBe(0);
    expect(streams.watch.looking).toBe(false);
  });

  it('go on where they were cut', async () => {
    const stays = await settledReader();
    const cut = await Reader.open(url);
    await until('it is open', () => cut.lastId() !== undefined);
    const first = await newsroom.release();
    await until('the first is told', () => cut.articles().includes(first.articleId));
    const lastId = cut.lastId();
    cut.cut();
    const missed = await newsroom.release();
    await until('the others are told', () => stays.articles().includes(missed.articleId));
    const again = await Reader.open(url, lastId);
    await until('it hears what it missed', () => again.articles().includes(missed.articleId));
    expect(again.everything()).toBe(0);
    expect(again.articles()).not.toContain(first.articleId);
  });

  it.each(['0123456789ab-3', 'nonsense', '-', ''])(
    'that come back with %j are told that everything may have changed',
    async (id) => {
      const reader = await Reader.open(url, id);
      await until('it is told', () => reader.everything() >= 1);
    },
  );

  it('survive a PostgreSQL that is away, say so, and say when everything has to be asked again', async () => {
    const reader = await settledReader();
    await test.server.stop();
    await until('it is told', () =>
      reader.heard.some(({ event, data }) => event === 'ledger' && data.up === false),
    );
    await test.server.restart();
    await until('it is told again', () => reader.everything() >= 3);
    expect(reader.heard.filter(({ event }) => event === 'ledger').at(-1)?.data.up).toBe(true);
    expect(reader.ended).toBe(false);
  }, 60_000);

  it('are no more than one key may have', async () => {
    const readers = await Promise.all(Array.from({ length: 20 }, () => Reader.open(url)));
    await until('all are open', () => streams.size === 20);
    expect(() => {
      streams.checkRoom('somebody');
    }).toThrow(expect.objectContaining({ status: 429 }));
    expect(() => {
      streams.checkRoom('somebody else');
    }).not.toThrow();
    readers[0]?.cut();
    await until('one is gone', () => streams.size === 19);
    expect(() => {
      streams.checkRoom('somebody');
    }).not.toThrow();
  });

  it('end when their key is revoked', async () => {
    const reader = await settledReader();
    await streams.beat();
    expect(reader.ended).toBe(false);
    allowed = false;
    await streams.beat();
    await until('it has ended', () => reader.ended);
    expect(streams.size).toBe(0);
  });
});

describe('a reader that does not read', () => {
  let server: Server;
  let socket: Socket;
  afterEach(async () => {
    socket.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('is cut before much is kept for it', async () => {
    const opened = Promise.withResolvers<EventStream>();
    let ends = 0;
    let waiting = 0;
    server = createServer((_request, response) => {
      const stream = new EventStream(response, () => {
        ends += 1;
      });
      response.on('close', () => {
        waiting = Math.max(waiting, response.writableLength);
      });
      opened.resolve(stream);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    const stream = await opened.promise;
    const ids = Array.from(
      { length: 200 },
      (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    );
    // More than any socket's buffers hold; the kernel takes some megabytes before anything waits with us.
    for (let told = 0; told < 20_000 && ends === 0; told += 1) {
      stream.send('changes', { articles: ids, channels: [] }, `x-${told}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(ends).toBe(1);
    expect(waiting).toBeLessThan(1024 * 1024);
    stream.send('changes', {});
    stream.close();
    expect(ends).toBe(1);
  });
});
