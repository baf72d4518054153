import { describe, expect, it } from '@jest/globals';
import { parseAtomFeed, parseRssFeed } from 'feedsmith';
import { parseArchiveFile } from './addresses.js';
import { makeFeedDocuments } from './feed-documents.js';
import type { ArchivePlace, FeedEntry } from './feed-state.js';
import { PUBLIC_URL, testEntry, testState, withdrawn } from './test-feed.fixture.js';

const FEED = `${PUBLIC_URL}/feeds/partner-daily`;
const HUB = `${PUBLIC_URL}/hub`;

function made(
  archive: ArchivePlace | undefined,
  entries: readonly FeedEntry[] = [testEntry(2), testEntry(1)],
) {
  const state = testState(entries);
  const documents = makeFeedDocuments(archive === undefined ? state : { ...state, archive }, PUBLIC_URL);
  const text = (format: 'rss' | 'atom' | 'json') => documents[format].body.toString();
  return { documents, rss: text('rss'), atom: text('atom'), json: JSON.parse(text('json')) as object };
}

/** As an independent parser reads them. */
function linksOf({ rss, atom }: { rss: string; atom: string }) {
  const links = (given: { rel?: string; href?: string }[] | undefined) =>
    Object.fromEntries((given ?? []).map(({ rel, href }) => [rel ?? 'alternate', href]));
  return { rss: links(parseRssFeed(rss).atom?.links), atom: links(parseAtomFeed(atom).links) };
}

describe('links along an archive', () => {
  it('lead from the feed to its newest page, where there is one', () => {
    const { rss, atom, json } = made({ kind: 'current', newestPage: 7 });
    expect(linksOf({ rss, atom })).toEqual({
      rss: { hub: HUB, self: `${FEED}.rss`, 'prev-archive': `${FEED}/archive/7.rss` },
      atom: {
        hub: HUB,
        self: `${FEED}.atom`,
        alternate: `${PUBLIC_URL}/`,
        'prev-archive': `${FEED}/archive/7.atom`,
      },
    });
    expect(json).toMatchObject({
      feed_url: `${FEED}.json`,
      next_url: `${FEED}/archive/7.json`,
      _newsrelay: {
        changes: `${FEED}/changes`,
        withdrawals: `${FEED}/withdrawals.json`,
        prev_archive: `${FEED}/archive/7.json`,
      },
    });
    const without = made({ kind: 'current', newestPage: null });
    expect(linksOf(without).rss).toEqual({ hub: HUB, self: `${FEED}.rss` });
    expect(without.json).not.toHaveProperty('next_url');
    for (const text of [rss, atom, without.rss, without.atom]) expect(text).not.toContain('fh:archive');
    expect(made(undefined).json).not.toHaveProperty('_newsrelay');
  });

  it('lead from a page both ways and to the feed, and the page says that it is one', () => {
    const { documents, rss, atom, json } = made({ kind: 'page', number: 7, previous: 5 });
    for (const format of ['rss', 'atom'] as const) {
      expect(linksOf({ rss, atom })[format]).toEqual({
        self: `${FEED}/archive/7.${format}`,
        ...(format === 'atom' ? { alternate: `${PUBLIC_URL}/` } : {}),
        'prev-archive': `${FEED}/archive/5.${format}`,
        'next-archive': `${FEED}/archive/8.${format}`,
        current: `${FEED}.${format}`,
      });
      expect({ rss, atom }[format]).toContain(
        '<fh:archive xmlns:fh="http://purl.org/syndication/history/1.0"/>',
      );
    }
    expect(json).toMatchObject({
      feed_url: `${FEED}.json`,
      next_url: `${FEED}/archive/5.json`,
      _newsrelay: {
        archive: true,
        prev_archive: `${FEED}/archive/5.json`,
        next_archive: `${FEED}/archive/8.json`,
        current: `${FEED}.json`,
      },
    });
    for (const format of ['rss', 'atom', 'json'] as const) {
      expect(documents[format].headers).toMatchObject({
        'cache-control': 'public, max-age=60',
        link: `<${FEED}/archive/7.${format}>; rel="self"`,
      });
    }
    expect(made({ kind: 'page', number: 1, previous: null }).json).not.toHaveProperty('next_url');
  });

  it('are followed by a tombstone and a notice where an entry of the page is withdrawn', () => {
    const at = new Date('2025-01-04T00:00:00Z');
    const page: ArchivePlace = { kind: 'page', number: 1, previous: null };
    const [first, second] = [testEntry(1), testEntry(2)];
    const before = made(page, [second, first]);
    const after = made(page, [second, withdrawn(first, at)]);
    expect(after.documents.atom.etag).not.toBe(before.documents.atom.etag);
    expect(after.documents.atom.lastModified).toBeGreaterThan(before.documents.atom.lastModified);
    for (const text of [after.rss, after.atom, JSON.stringify(after.json)]) {
      expect(text).toContain('第2条');
      expect(text).not.toContain('第1条');
      expect(text).toContain('本文已撤回');
    }
    expect(after.atom).toMatch(
      /<link rel="current"[^>]*>\s*<at:deleted-entry [^>]*ref="urn:uuid:019400aa-0000-7000-8000-000000000001"/,
    );
  });

  it('name pages by numbers that count from 1', () => {
    expect(parseArchiveFile('12.atom')).toEqual({ number: 12, format: 'atom' });
    for (const wrong of [
      '0.rss',
      '01.rss',
      '-1.rss',
      '1',
      '1.xml',
      '1.5.rss',
      '9999999999.rss',
      '.rss',
      '',
    ]) {
      expect({ wrong, parsed: parseArchiveFile(wrong) }).toEqual({ wrong, parsed: null });
    }
  });
});
