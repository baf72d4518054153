import { describe, expect, it } from '@jest/globals';
import { feedSettings } from '@newsrelay/channel-feed/settings';
import { loadProfiles } from '@newsrelay/feed-editions/profiles';
import { sampleArticle } from '@newsrelay/feed-editions/sample-feed';
import type { ShelfEntry } from '@newsrelay/ledger/feed-shelf';
import type { ShelvedVersion } from '@newsrelay/ledger/shelved-versions';
import type { ServedFeed } from '../shelf/shelf.js';
import { EditionShelf } from './edition-shelf.js';

const profile = (() => {
  const found = loadProfiles(null).byName.get('google');
  if (found === undefined) throw new Error('no such profile');
  return found;
})();

const at = (minutes: number) => new Date(Date.UTC(2025, 0, 3, 2, minutes));

function entry(order: number, changes: Partial<ShelfEntry> = {}): ShelfEntry {
  const { article, releaseOrder } = sampleArticle(order);
  return {
    articleId: article.id,
    version: 1,
    renditionId: 'r',
    releaseOrder,
    changedAt: at(order),
    releasedAt: article.releasedAt,
    publishedAt: article.publishedAt,
    language: 'zh-CN',
    linksHere: true,
    withdrawnAt: null,
    ...changes,
  };
}

function feed(entries: readonly ShelfEntry[], title = 'T'): ServedFeed {
  const settings = feedSettings.parse({ title });
  const state = { channelCreatedAt: at(0), shapedAt: at(1), settings, entries };
  const made = JSON.stringify([settings, entries]);
  return { kind: 'feed', documents: {} as ServedFeed['documents'], state, articleIds: new Set(), made };
}

/** A ledger that has every version, its headline naming it. */
class Versions {
  readonly read: string[][] = [];
  hold: Promise<unknown> = Promise.resolve();

  readonly answer = async (wanted: readonly ShelfEntry[]): Promise<ShelvedVersion[]> => {
    this.read.push(wanted.map(({ articleId, version }) => `${Number(articleId.slice(-4))}/${version}`));
    await this.hold;
    return wanted.map(({ articleId, version, releasedAt, publishedAt }) => {
      const { id, canonicalUrl, ...article } = sampleArticle(1).article;
      const content = { ...article, headline: `h${Number(articleId.slice(-4))}v${version}` };
      return {
        articleId,
        version,
        source: 's',
        content,
        note: null,
        publishedAt,
        releasedAt,
        firstReleasedAt: releasedAt,
      };
    });
  };
}

function shelfOf(maxBytes?: number) {
  const versions = new Versions();
  const made: string[] = [];
  const shelf = new EditionShelf({
    publicUrl: 'https://news.example',
    readVersions: versions.answer,
    made: (channel) => made.push(channel),
    ...(maxBytes === undefined ? {} : { maxBytes }),
  });
  const text = async (given: ServedFeed, channel = 'c') =>
    (await shelf.get(channel, profile, given)).body.toString();
  return { shelf, versions, made, text };
}

describe('the shelf of editions', () => {
  it('makes an edition once for a shelf, and then reads and writes what is new alone', async () => {
    const { versions, made, text } = shelfOf();
    const first = feed([entry(2), entry(1)]);
    const before = await text(first);
    expect(await text(first)).toBe(before);
    // Read anew from the ledger, and the same.
    expect(await text(feed([entry(2), entry(1)]))).toBe(before);
    expect({ read: versions.read, made }).toEqual({ read: [['2/1', '1/1']], made: ['c'] });

    const corrected = await text(feed([entry(3), entry(2, { version: 2 }), entry(1)]));
    expect(versions.read.at(-1)).toEqual(['3/1', '2/2']);
    expect([...corrected.matchAll(/<title>(h.*)<\/title>/g)].map((title) => title[1])).toEqual([
      'h3v1',
      'h2v2',
      'h1v1',
    ]);

    const withdrawn = await text(feed([entry(3), entry(2, { version: 2, withdrawnAt: at(30) }), entry(1)]));
    expect(versions.read.at(-1)).toEqual([]);
    expect(withdrawn).not.toContain('h2');
    expect(withdrawn).toContain('本文已撤回');
    // It is gone from the items that are kept, too: what comes back is read again.
    await text(feed([entry(3), entry(2, { version: 3 }), entry(1)]));
    expect(versions.read.at(-1)).toEqual(['2/3']);
  });

  it('writes all items anew when the channel says something else', async () => {
    const { versions, text } = shelfOf();
    await text(feed([entry(1)]));
    expect(await text(feed([entry(1)], 'Other'))).toContain('<title>Other</title>');
    expect(versions.read).toEqual([['1/1'], ['1/1']]);
  });

  it('dates the edition by the last change of its entries and of what shapes it', async () => {
    const { shelf } = shelfOf();
    const date = async (given: ServedFeed) => (await shelf.get('c', profile, given)).lastModified;
    const seconds = (minutes: number) => at(minutes).getTime() / 1000 + 1;
    expect(await date(feed([]))).toBe(seconds(1));
    expect(await date(feed([entry(2), entry(1)]))).toBe(seconds(2));
    expect(await date(feed([entry(2), entry(1, { withdrawnAt: at(40) })]))).toBe(seconds(40));
  });

  it('lets those who ask at once share the work, and gives a newer shelf its own', async () => {
    const { versions, made, text } = shelfOf();
    const { promise, resolve } = Promise.withResolvers();
    versions.hold = promise;
    const old = feed([entry(1)]);
    const asked = [text(old), text(old), text(feed([entry(2), entry(1)]))];
    resolve(undefined);
    const [one, same, newer] = await Promise.all(asked);
    expect(one).toBe(same);
    expect(newer).toContain('h2v1');
    expect(made).toHaveLength(2);
  });

  it('keeps nothing of a reading that failed', async () => {
    const { versions, text } = shelfOf();
    versions.hold = Promise.reject(new Error('away'));
    versions.hold.catch(() => undefined);
    await expect(text(feed([entry(1)]))).rejects.toThrow('away');
    versions.hold = Promise.resolve();
    expect(await text(feed([entry(1)]))).toContain('h1v1');
  });

  it('keeps within its bytes, the least recently asked for going first', async () => {
    const measure = shelfOf();
    const bytes = Buffer.byteLength(await measure.text(feed([entry(1)])));
    // A document and its items: less than twice the document.
    const { made, text } = shelfOf(bytes * 4);
    for (const channel of ['a', 'b', 'a', 'c', 'a', 'b']) await text(feed([entry(1)]), channel);
    expect(made).toEqual(['a', 'b', 'c', 'b']);
  });
});
