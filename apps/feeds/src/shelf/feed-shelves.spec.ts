import { describe, expect, it } from '@jest/globals';
import { feedSettings } from '@newsrelay/channel-feed/settings';
import { CodedBody } from '@newsrelay/feed-kit/codings';
import { FeedShelves, type ReadShelf } from './feed-shelves.js';
import type { Shelf } from './shelf.js';

const document = (text: string) => ({
  body: Buffer.from(text),
  coded: new CodedBody(Buffer.from(text), `"${text}"`),
  pieces: [],
  frameBytes: 0,
  etag: `"${text}"`,
  lastModified: 0,
  headers: {},
  contentType: '',
});

function feed(text: string, articleIds: string[] = []): Shelf {
  const documents = { rss: document(text), atom: document(text), json: document(text) };
  const at = new Date(0);
  const settings = feedSettings.parse({ title: 'T' });
  const state = { channelCreatedAt: at, shapedAt: at, settings, entries: [] };
  return { kind: 'feed', documents, state, articleIds: new Set(articleIds), made: text };
}

const textOf = (shelf: Shelf | undefined) =>
  shelf?.kind === 'feed' ? shelf.documents.rss.body.toString() : shelf?.kind;

/** A ledger that answers each reading when it is told to, with what stood there when the reading began. */
class SlowLedger {
  content: Shelf | Error = feed('first');
  readonly #readings: (() => void)[] = [];
  begun = 0;

  readonly read: ReadShelf = () => {
    this.begun += 1;
    const seen = this.content;
    return new Promise((resolve, reject) => {
      this.#readings.push(() => {
        if (seen instanceof Error) reject(seen);
        else resolve(seen);
      });
    });
  };

  async answer(): Promise<void> {
    await settle();
    this.#readings.shift()?.();
    await settle();
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

function shelvesOf(
  read: ReadShelf,
  options: { heard?: () => boolean; maxBytes?: number; maxAbsent?: number } = {},
) {
  const failures: string[] = [];
  const { heard = () => true, ...bounds } = options;
  const failed = (channelId: string) => failures.push(channelId);
  return { shelves: new FeedShelves({ read, heard, failed, ...bounds }), failures };
}

describe('feed shelves', () => {
  it('read once and answer from memory while changes are heard', async () => {
    const ledger = new SlowLedger();
    const { shelves } = shelvesOf(ledger.read);
    const asked = [shelves.get('a'), shelves.get('a'), shelves.get('a')];
    await ledger.answer();
    expect((await Promise.all(asked)).map(textOf)).toEqual(['first', 'first', 'first']);
    expect(textOf(shelves.peek('a'))).toBe('first');
    await shelves.get('a');
    expect(ledger.begun).toBe(1);
  });

  it('answer no request with a reading that began before a change was heard', async () => {
    const ledger = new SlowLedger();
    const { shelves } = shelvesOf(ledger.read);
    const early = shelves.get('a');
    await settle();
    // The withdrawal comes while the first reading is under way; which articles it will bring is not known yet.
    ledger.content = feed('notice', ['x']);
    shelves.withdrawn('x');
    const late = shelves.get('a');
    await ledger.answer();
    expect(textOf(await early)).toBe('first');
    expect(shelves.peek('a')).toBeUndefined();
    await ledger.answer();
    expect(textOf(await late)).toBe('notice');
    expect(textOf(shelves.peek('a'))).toBe('notice');
  });

  it('read again for a withdrawal only where the article is', async () => {
    const ledger = new SlowLedger();
    ledger.content = feed('text', ['x']);
    const { shelves } = shelvesOf(ledger.read);
    const asked = shelves.get('a');
    await ledger.answer();
    await asked;
    shelves.withdrawn('y');
    expect(textOf(shelves.peek('a'))).toBe('text');
    ledger.content = feed('notice', ['x']);
    shelves.withdrawn('x');
    expect(shelves.peek('a')).toBeUndefined();
    await ledger.answer();
    expect(textOf(shelves.peek('a'))).toBe('notice');
    expect(ledger.begun).toBe(2);
  });

  it('answer each request from the ledger while changes are not heard', async () => {
    const ledger = new SlowLedger();
    let heard = true;
    const { shelves } = shelvesOf(ledger.read, { heard: () => heard });
    const first = shelves.get('a');
    await ledger.answer();
    await first;
    heard = false;
    expect(shelves.peek('a')).toBeUndefined();
    ledger.content = feed('second');
    const second = shelves.get('a');
    await ledger.answer();
    expect(textOf(await second)).toBe('second');
    ledger.content = new Error('away');
    const third = shelves.get('a');
    const refused = expect(third).rejects.toThrow('away');
    await ledger.answer();
    await refused;
    // Hearing again, with all that was missed to be read anew.
    heard = true;
    shelves.forget();
    expect(shelves.peek('a')).toBeUndefined();
    ledger.content = feed('third');
    const fourth = shelves.get('a');
    await ledger.answer();
    expect(textOf(await fourth)).toBe('third');
  });

  it('stay stale where a change cannot be followed, and tell', async () => {
    const ledger = new SlowLedger();
    ledger.content = feed('text', ['x']);
    const { shelves, failures } = shelvesOf(ledger.read);
    const first = shelves.get('a');
    await ledger.answer();
    await first;
    ledger.content = new Error('away');
    shelves.withdrawn('x');
    await ledger.answer();
    expect(failures).toEqual(['a']);
    expect(shelves.peek('a')).toBeUndefined();
  });

  it('follow only what is in memory', async () => {
    const ledger = new SlowLedger();
    const { shelves } = shelvesOf(ledger.read);
    await shelves.follow('a');
    shelves.changed('a');
    expect(ledger.begun).toBe(0);
  });

  it('keep within their bytes, the least recently asked for going first', async () => {
    let read = 0;
    const text = 'x'.repeat(100);
    const { shelves } = shelvesOf(
      () => {
        read += 1;
        return Promise.resolve(feed(text));
      },
      { maxBytes: 3 * 3 * 100 },
    );
    for (const id of ['a', 'b', 'c', 'a', 'd']) await shelves.get(id);
    expect(read).toBe(4);
    expect(['a', 'b', 'c', 'd'].map((id) => shelves.peek(id) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it('remember a bounded number of ids without a feed', async () => {
    const { shelves } = shelvesOf(() => Promise.resolve({ kind: 'absent' }), { maxAbsent: 10 });
    for (let at = 0; at < 100; at += 1) await shelves.get(`unknown-${at}`);
    const remembered = Array.from({ length: 100 }, (_, at) => shelves.peek(`unknown-${at}`)).filter(Boolean);
    expect(remembered).toHaveLength(10);
  });

  it('read a bounded number at once', async () => {
    let now = 0;
    let most = 0;
    const { shelves } = shelvesOf(async () => {
      most = Math.max(most, (now += 1));
      await settle();
      now -= 1;
      return { kind: 'absent' };
    });
    await Promise.all(Array.from({ length: 50 }, (_, at) => shelves.get(`id-${at}`)));
    expect(most).toBe(4);
  });
});
