import { describe, expect, it } from '@jest/globals';
import { feedItemRendition } from '@newsrelay/channel-feed/rendition';
import { encodedItem, fill, HOLE } from './encoded-items.js';
import { makeFeedDocuments } from './feed-documents.js';
import type { FeedEntry } from './feed-state.js';
import { fragmentsOfEntry } from './items.js';
import { jsonDocument } from './json-document.js';
import { rssDocument } from './rss-document.js';
import { PUBLIC_URL, testEntry, testState, withdrawn } from './test-feed.fixture.js';

const ENTRIES = [
  testEntry(3, { headline: 'a\0b ]]> $& "<&amp;', body: ['\0', '\u2028 𝄞 \ud800'] }),
  testEntry(2, { url: 'https://news.example/its-own' }),
  withdrawn(testEntry(1), new Date('2025-01-04T00:00:00Z')),
];

/** As another process has it: equal, and made anew. */
function readAgain(entry: FeedEntry): FeedEntry {
  if (entry.withdrawnAt !== null) return { ...entry };
  return { ...entry, rendition: feedItemRendition.parse(JSON.parse(JSON.stringify(entry.rendition))) };
}

describe('items that are encoded once', () => {
  it('make the documents that their texts make', () => {
    for (const content of ['full', 'summary'] as const) {
      const state = testState(ENTRIES, { content });
      const texts = ENTRIES.map((entry) => fragmentsOfEntry(entry, content, PUBLIC_URL));
      const { rss, json } = makeFeedDocuments(state, PUBLIC_URL);
      const plain = rssDocument(
        state,
        PUBLIC_URL,
        new Date(rss.lastModified * 1000 - 1000),
        texts.map((text) => text.rss),
      );
      const undated = (text: string) => text.replace(/<lastBuildDate>.*<\/lastBuildDate>/, '');
      expect(undated(rss.body.toString())).toBe(undated(plain));
      expect(json.body.toString()).toBe(
        jsonDocument(
          state,
          PUBLIC_URL,
          texts.map((text) => text.json),
        ),
      );
      expect(rss.body.includes(0)).toBe(false);
    }
  });

  it('are encoded once per version, content and link', () => {
    const [shown, elsewhere] = ENTRIES as [FeedEntry, FeedEntry];
    expect(encodedItem(shown, 'full', PUBLIC_URL)).toBe(encodedItem({ ...shown }, 'full', PUBLIC_URL));
    expect(encodedItem(shown, 'summary', PUBLIC_URL)).not.toBe(encodedItem(shown, 'full', PUBLIC_URL));
    const moved = 'https://moved.example';
    expect(encodedItem(shown, 'full', moved).rss.bytes.toString()).toContain(moved);
    expect(encodedItem(elsewhere, 'full', moved)).toBe(encodedItem(elsewhere, 'full', PUBLIC_URL));
  });

  it('give a tag that is the same wherever it is made, and another one for every change', () => {
    const tagsOf = (entries: readonly FeedEntry[], settings = {}) => {
      const { rss, atom, json } = makeFeedDocuments(testState(entries, settings), PUBLIC_URL);
      return [rss.etag, atom.etag, json.etag];
    };
    const tags = tagsOf(ENTRIES);
    expect(tagsOf(ENTRIES.map(readAgain))).toEqual(tags);
    const [first, ...rest] = ENTRIES as [FeedEntry, ...FeedEntry[]];
    const others = [
      tagsOf([testEntry(3, { headline: '另一题' }), ...rest]),
      tagsOf([withdrawn(first, new Date('2025-01-04T00:00:01Z')), ...rest]),
      tagsOf(rest),
      tagsOf([...rest, first]),
      tagsOf(ENTRIES, { title: '另一名' }),
      tagsOf(ENTRIES, { content: 'summary' }),
    ];
    const all = [tags, ...others].flat();
    expect(new Set(all).size).toBe(all.length);
    for (const tag of all) expect(tag).toMatch(/^"[A-Za-z0-9_-]{27}"$/);
  });

  it('fit into as many holes as there are', () => {
    const { rss } = encodedItem(testEntry(1), 'full', PUBLIC_URL);
    expect(Buffer.concat(fill(`a${HOLE}b`, [rss]).parts).toString()).toBe(`a${rss.bytes.toString()}b`);
    expect(() => fill('ab', [rss])).toThrow('fewer holes');
    expect(() => fill(`a${HOLE}${HOLE}`, [rss])).toThrow('more holes');
  });
});
