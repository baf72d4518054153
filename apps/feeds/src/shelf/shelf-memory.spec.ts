import { describe, expect, it } from '@jest/globals';
import { feedSettings } from '@newsrelay/channel-feed/settings';
import { CodedBody } from '@newsrelay/feed-kit/codings';
import type { Piece } from '@newsrelay/feed-kit/encoded-items';
import { ShelfMemory } from './shelf-memory.js';
import type { ServedFeed } from './shelf.js';

const piece = (bytes: number): Piece => ({ bytes: Buffer.alloc(bytes, 'x'), digest: Buffer.alloc(32) });

/** A feed of three documents with 10 bytes around their items each. */
function feedOf(pieces: readonly Piece[]): ServedFeed {
  const document = () => ({
    body: Buffer.alloc(0),
    coded: new CodedBody(
      pieces.map(({ bytes }) => bytes),
      '"t"',
    ),
    pieces,
    frameBytes: 10,
    etag: '"t"',
    lastModified: 0,
    headers: {},
    contentType: '',
  });
  return {
    kind: 'feed',
    state: {
      channelCreatedAt: new Date(0),
      shapedAt: new Date(0),
      settings: feedSettings.parse({ title: 'T' }),
      entries: [],
    },
    documents: { rss: document(), atom: document(), json: document() },
    articleIds: new Set(),
    made: '',
  };
}

describe('what documents keep in memory', () => {
  it('is an item once, what is around it, and the forms that were asked for', async () => {
    const memory = new ShelfMemory();
    const [shared, own] = [piece(5_000), piece(700)];
    const [first, second] = [feedOf([shared, own]), feedOf([shared])];
    memory.add(first);
    memory.add(first);
    expect(memory.bytes).toBe(5_700 + 30);
    memory.add(second);
    expect(memory.bytes).toBe(5_700 + 60);
    const gzipped = await second.documents.rss.coded.in('gzip');
    expect(gzipped.length).toBeLessThan(100);
    expect(memory.bytes).toBe(5_700 + 60 + gzipped.length);
    expect(second.documents.json.coded.body.length).toBe(5_000);
    expect(memory.bytes).toBe(5_700 + 60 + gzipped.length + 5_000);
    expect(memory.remove(first)).toBe(700 + 30);
    expect(memory.remove(first)).toBe(0);
    expect(memory.remove(second)).toBe(5_000 + 30 + gzipped.length + 5_000);
    expect(memory.bytes).toBe(0);
    expect(memory.remove({ kind: 'absent' })).toBe(0);
  });
});
