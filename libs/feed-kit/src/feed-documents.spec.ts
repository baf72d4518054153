import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { Feed } from 'feed';
import FeedParser from 'feedparser';
import { parseAtomFeed, parseRssFeed } from 'feedsmith';
import RssParser from 'rss-parser';
import { SaxesParser } from 'saxes';
import { articleHtml, leadHtml } from '@newsrelay/channel-feed/article-html';
import { HOSTILE_TEXTS } from '@newsrelay/channel-feed/hostile-texts.fixture';
import { leadOf } from '@newsrelay/channel-feed/lead';
import { unescaped } from '@newsrelay/channel-feed/unescaped.fixture';
import { makeFeedDocuments } from './feed-documents.js';
import { FEED_TTL } from './freshness.js';
import { JSON_FEED_SCHEMA } from './jsonfeed-1.1.fixture.js';
import { PUBLIC_URL, testArticle, testDraft, testEntry, testState, withdrawn } from './test-feed.fixture.js';

const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true });
addFormats.default(ajv);
const isJsonFeed = ajv.compile(JSON_FEED_SCHEMA);

/** @throws for what XML 1.0 or its namespaces refuse */
function assertWellFormed(xml: string): void {
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(xml).close();
}

function made(...input: Parameters<typeof testState>) {
  const documents = makeFeedDocuments(testState(...input), PUBLIC_URL);
  const [rss, atom, json] = [documents.rss, documents.atom, documents.json].map(({ body }) =>
    body.toString(),
  ) as [string, string, string];
  return { documents, rss, atom, json };
}

interface JsonFeed {
  items: Record<string, unknown>[];
  [member: string]: unknown;
}

/** Entries as four independent parsers read them, in their own words for id, title and full text. */
async function readings(rss: string, atom: string) {
  const rssParser = new RssParser();
  const [smithRss, smithAtom] = [parseRssFeed(rss), parseAtomFeed(atom)];
  const [parserRss, parserAtom] = [await rssParser.parseString(rss), await rssParser.parseString(atom)];
  return {
    'feedsmith RSS': smithRss.items?.map((item) => ({
      id: item.guid?.value,
      title: item.title,
      html: item.content?.encoded,
    })),
    'feedsmith Atom': smithAtom.entries?.map((entry) => ({
      id: entry.id,
      title: plain(entry.title?.value ?? '', entry.title?.type),
      html: entry.content?.value,
    })),
    'rss-parser RSS': parserRss.items.map((item) => ({
      id: item.guid,
      title: item.title,
      html: (item as Record<string, unknown>)['content:encoded'],
    })),
    'rss-parser Atom': parserAtom.items.map((item) => ({
      id: (item as Record<string, unknown>)['id'],
      title: item.title,
      html: item.content,
    })),
    'feedparser RSS': (await feedparser(rss)).map((item) => ({
      id: item.guid,
      title: item.title,
      html: item.description,
    })),
    'feedparser Atom': (await feedparser(atom)).map((item) => ({
      id: item.guid,
      title: item.title,
      html: item.description,
    })),
  };
}

async function feedparser(xml: string): Promise<FeedParser.Item[]> {
  const parser = new FeedParser({});
  parser.end(xml);
  const items: FeedParser.Item[] = [];
  for await (const item of parser) items.push(item);
  return items;
}

/** Text of an Atom title by its type: what readers show. */
function plain(title: string, type: string | undefined): string {
  return type === 'html' ? unescaped(title) : title;
}

describe('feed documents', () => {
  it.each([0, 1, 50])('are well-formed and read back alike by every parser: %i items', async (count) => {
    const orders = Array.from({ length: count }, (_, at) => count - at);
    const { rss, atom, json } = made(orders.map((order) => testEntry(order)));
    assertWellFormed(rss);
    assertWellFormed(atom);
    const feed = JSON.parse(json) as JsonFeed;
    expect(isJsonFeed(feed) || isJsonFeed.errors).toBe(true);
    const expected = orders.map((order) => {
      const article = testArticle(order);
      return { id: `urn:uuid:${article.id}`, title: article.headline, html: articleHtml(testDraft(article)) };
    });
    for (const [reader, items] of Object.entries(await readings(rss, atom))) {
      expect({ reader, items: items ?? [] }).toEqual({ reader, items: expected });
    }
    const fromJson = feed.items.map(({ id, title, content_html }) => ({ id, title, html: content_html }));
    expect(fromJson).toEqual(expected);
  });

  it.each(HOSTILE_TEXTS)('read back equal in every parser: %s', async (text) => {
    const hostile = {
      headline: text,
      kicker: text,
      body: [text],
      sections: [text],
      note: text,
      source: text,
    };
    const { rss, atom, json } = made([testEntry(2, hostile), testEntry(1)], {
      title: text,
      description: text,
    });
    assertWellFormed(rss);
    assertWellFormed(atom);
    const article = testArticle(2, hostile);
    const feed = JSON.parse(json) as JsonFeed;
    expect(isJsonFeed(feed) || isJsonFeed.errors).toBe(true);
    expect(feed.items[0]).toMatchObject({
      title: text,
      content_html: articleHtml(testDraft(article)),
      tags: [text],
    });
    for (const [reader, items] of Object.entries(await readings(rss, atom))) {
      const [first, second] = items ?? [];
      expect({ reader, ...second }).toMatchObject({ reader, title: '第1条' });
      expect({ reader, html: first?.html }).toEqual({ reader, html: articleHtml(testDraft(article)) });
      // feedparser takes out of every title what looks like a tag, and rss-parser overlooks the type of an Atom title.
      if (reader.startsWith('feedparser') && text.includes('<')) continue;
      if (reader === 'rss-parser Atom' && /<\/?[a-z]/i.test(text)) continue;
      expect({ reader, title: first?.title }).toEqual({ reader, title: text });
    }
    expect(parseRssFeed(rss)).toMatchObject({ title: feed['title'], description: feed['description'] });
    expect(parseAtomFeed(atom)).toMatchObject({
      title: { value: feed['title'] },
      subtitle: { value: feed['description'] },
    });
  });

  it('say the same as a full render by `feed`', () => {
    const articles = [3, 2, 1].map((order) => testArticle(order));
    const { rss, atom } = made(articles.map((_, at) => testEntry(3 - at)));
    const whole = new Feed({
      id: 'x',
      title: '高新区 R&D <要闻>'.replace('&', '&amp;'),
      description: '一句话 & 说明'.replace('&', '&amp;'),
      link: `${PUBLIC_URL}/`,
      language: 'zh-CN',
      ttl: FEED_TTL,
    });
    for (const article of articles) {
      whole.addItem({
        title: article.headline,
        id: `urn:uuid:${article.id}`,
        guid: `urn:uuid:${article.id}`,
        link: article.canonicalUrl,
        date: article.releasedAt,
        published: article.publishedAt,
        description: leadHtml(article, leadOf(article.body)),
        content: articleHtml(testDraft(article)),
        author: article.bylines.map(({ name }) => ({ name })),
      });
    }
    const wholeRss = parseRssFeed(whole.rss2());
    const joinedRss = parseRssFeed(rss);
    const ofRss = ({
      title,
      link,
      guid,
      description,
      content,
    }: NonNullable<typeof joinedRss.items>[number]) => ({
      ...{ title, link, guid, description, content },
    });
    expect(joinedRss.items?.map(ofRss)).toEqual(wholeRss.items?.map(ofRss));
    expect(joinedRss.items?.map(({ pubDate }) => Date.parse(pubDate ?? ''))).toEqual(
      wholeRss.items?.map(({ pubDate }) => Date.parse(pubDate ?? '')),
    );
    const { title, link, description, language, ttl } = wholeRss;
    expect(joinedRss).toMatchObject({ title, link, description, language, ttl });

    const wholeAtom = parseAtomFeed(whole.atom1());
    const joinedAtom = parseAtomFeed(atom);
    const ofAtom = (entry: NonNullable<typeof joinedAtom.entries>[number]) => ({
      id: entry.id,
      title: entry.title?.value,
      links: entry.links,
      summary: entry.summary,
      content: entry.content,
      authors: entry.authors,
      published: Date.parse(entry.published ?? ''),
      updated: Math.floor(Date.parse(entry.updated ?? '')),
    });
    expect(joinedAtom.entries?.map(ofAtom)).toEqual(wholeAtom.entries?.map(ofAtom));
  });

  it('are for no shared cache where only partners may read them, and the same bytes', () => {
    const entries = [testEntry(1)];
    const open = makeFeedDocuments(testState(entries), PUBLIC_URL);
    const closed = makeFeedDocuments(testState(entries, { access: 'token' }), PUBLIC_URL);
    for (const format of ['rss', 'atom', 'json'] as const) {
      expect(closed[format].body.equals(open[format].body)).toBe(true);
      expect(closed[format].etag).toBe(open[format].etag);
      expect(closed[format].headers).toMatchObject({
        'cache-control': 'private, max-age=60',
        vary: 'Authorization, Accept-Encoding',
        'referrer-policy': 'no-referrer',
      });
      expect(open[format].headers['cache-control']).toMatch(/^public, max-age=60/);
    }
  });

  it('name themselves, their language, their time to live and nothing of the request', () => {
    const { documents, rss, atom, json } = made([testEntry(1)]);
    const parsedRss = parseRssFeed(rss);
    expect(parsedRss.atom?.links).toEqual([
      { href: `${PUBLIC_URL}/feeds/partner-daily.rss`, rel: 'self', type: 'application/rss+xml' },
      { href: `${PUBLIC_URL}/hub`, rel: 'hub' },
    ]);
    expect(parsedRss).toMatchObject({
      language: 'zh-CN',
      ttl: 1,
      lastBuildDate: 'Fri, 03 Jan 2025 09:01:00 +0800',
    });
    const maxAge = Number(/max-age=(\d+)/.exec(documents.rss.headers['cache-control'] ?? '')?.[1]);
    expect(maxAge).toBe(60 * (parsedRss.ttl ?? 0));
    expect(parsedRss.dc).toMatchObject({ creators: ['高新区 R&D <要闻>'] });
    expect(parsedRss.sy).toEqual({ updatePeriod: 'hourly', updateFrequency: 3600 / maxAge });
    expect(rss).toContain('xml:lang="zh-CN"');
    expect(atom).toContain('<feed xmlns="http://www.w3.org/2005/Atom"');
    expect(parseAtomFeed(atom).links).toContainEqual({
      href: `${PUBLIC_URL}/feeds/partner-daily.atom`,
      rel: 'self',
      type: 'application/atom+xml',
    });
    expect(JSON.parse(json)).toMatchObject({
      feed_url: `${PUBLIC_URL}/feeds/partner-daily.json`,
      language: 'zh-CN',
    });
    for (const format of ['rss', 'atom', 'json'] as const) {
      expect(documents[format].headers['link']).toBe(
        `<${PUBLIC_URL}/hub>; rel="hub", <${PUBLIC_URL}/feeds/partner-daily.${format}>; rel="self"`,
      );
    }
    expect(documents.rss.contentType).toBe('application/rss+xml; charset=utf-8');
    expect(documents.atom.contentType).toBe('application/atom+xml; charset=utf-8');
    expect(documents.json.contentType).toBe('application/feed+json; charset=utf-8');
  });

  it('show a withdrawn entry as the notice under its id and place, with a tombstone before the Atom entries', async () => {
    const secret = '不能再出现的正文';
    const entries = [testEntry(3), testEntry(2, { body: [secret], headline: secret }), testEntry(1)];
    const before = made(entries);
    expect(before.atom).not.toContain('deleted-entry');
    const at = new Date('2025-01-05T00:00:00Z');
    const after = made(entries.map((entry, index) => (index === 1 ? withdrawn(entry, at) : entry)));
    const id = 'urn:uuid:019400aa-0000-7000-8000-000000000002';
    for (const [reader, items] of Object.entries(await readings(after.rss, after.atom))) {
      expect({ reader, ids: items?.map((item) => item.id) }).toEqual({
        reader,
        ids: (await readings(before.rss, before.atom))['feedsmith RSS']?.map((item) => item.id),
      });
      expect({ reader, ...items?.[1] }).toMatchObject({ reader, id, title: '本文已撤回' });
    }
    for (const text of [after.rss, after.atom, after.json]) expect(text).not.toContain(secret);
    const tombstone = after.atom.indexOf('<at:deleted-entry');
    expect(after.atom.slice(tombstone)).toMatch(
      /^<at:deleted-entry xmlns:at="http:\/\/purl\.org\/atompub\/tombstones\/1\.0" ref="urn:uuid:019400aa-0000-7000-8000-000000000002" when="2025-01-05T08:00:00\.000002\+08:00"\/>/,
    );
    // The feed is as new as its newest entry, the tombstone exactly as its notice (RFC 6721, section 3).
    const feed = parseAtomFeed(after.atom);
    expect(feed.updated).toBe('2025-01-05T08:00:00.000002+08:00');
    expect(feed.entries?.[1]?.updated).toBe(feed.updated);
    expect(tombstone).toBeLessThan(after.atom.indexOf('<entry'));
    expect(after.documents.rss.lastModified).toBe(at.getTime() / 1000 + 1);
    const json = JSON.parse(after.json) as JsonFeed;
    expect(isJsonFeed(json) || isJsonFeed.errors).toBe(true);
  });

  it('link to pages under the public URL of today, and to the address of an article that has its own', () => {
    const headline = '<link>x</link> <link href="x"/> "url":"x" $&';
    const url = 'https://elsewhere.example/1';
    const entries = [testEntry(2, { headline }), testEntry(1, { url, canonicalUrl: url })];
    const moved = 'https://new.example/news';
    const { rss, atom, json } = makeFeedDocuments(testState(entries), moved);
    const page = `${moved}/articles/${testArticle(2).id}`;
    const smithRss = parseRssFeed(rss.body.toString());
    const smithAtom = parseAtomFeed(atom.body.toString());
    const fromJson = JSON.parse(json.body.toString()) as JsonFeed;
    expect(smithRss.items?.map((item) => [item.title, item.link])).toEqual([
      [headline, page],
      ['第1条', url],
    ]);
    expect(smithAtom.entries?.map(({ links }) => links?.[0]?.href)).toEqual([page, url]);
    expect(fromJson.items.map((item) => [item['title'], item['url']])).toEqual([
      [headline, page],
      ['第1条', url],
    ]);
    for (const { body } of [rss, atom, json]) expect(body.toString()).not.toContain(PUBLIC_URL);
  });

  it('are no older than their newest entry', () => {
    const { atom } = made([testEntry(3), testEntry(2), testEntry(1)]);
    const feed = parseAtomFeed(atom);
    for (const { updated } of feed.entries ?? []) expect((updated ?? '') <= (feed.updated ?? '')).toBe(true);
    // The shelf took the newest half a second after its release.
    expect(feed.updated).toBe('2025-01-03T09:03:00.750000+08:00');
  });

  it('keep id and place of a corrected article and move its update alone', () => {
    const corrected = testEntry(1, {
      version: 2,
      note: '数字更正。',
      releasedAt: new Date('2025-01-06T00:00:00.5Z'),
    });
    const { rss, atom, documents } = made([testEntry(2), corrected]);
    const item = parseRssFeed(rss).items?.[1];
    expect(item?.guid?.value).toBe('urn:uuid:019400aa-0000-7000-8000-000000000001');
    expect(item?.pubDate).toBe('Fri, 03 Jan 2025 00:00:00 +0800');
    expect(item?.dcterms).toMatchObject({ modified: ['2025-01-06T08:00:00.500+08:00'] });
    expect(item?.content?.encoded).toContain('更正：数字更正。');
    expect(parseAtomFeed(atom).entries?.[1]?.updated).toBe('2025-01-06T08:00:00.500001+08:00');
    expect(documents.rss.lastModified).toBe(Date.parse('2025-01-06T00:00:02Z') / 1000);
  });

  it('carry summaries where the channel is set to, of the same rendition', () => {
    const long = testEntry(1, { body: [`开头。${'长'.repeat(130)}。`, '末段。'] });
    const { rss, atom, json } = made([long], { content: 'summary' });
    assertWellFormed(rss);
    assertWellFormed(atom);
    for (const text of [rss, atom, json]) {
      expect(text).toContain('开头。');
      expect(text).not.toContain('末段。');
    }
    const feed = JSON.parse(json) as JsonFeed;
    expect(isJsonFeed(feed) || isJsonFeed.errors).toBe(true);
  });

  it('are a function of the rows: the same bytes again, with the date of the last change', () => {
    const state = testState([testEntry(1)]);
    const [first, again] = [makeFeedDocuments(state, PUBLIC_URL), makeFeedDocuments(state, PUBLIC_URL)];
    const reshaped = makeFeedDocuments({ ...state, shapedAt: new Date('2025-02-01T00:00:00Z') }, PUBLIC_URL);
    for (const format of ['rss', 'atom', 'json'] as const) {
      expect(again[format].body.equals(first[format].body)).toBe(true);
      expect(again[format].lastModified).toBe(first[format].lastModified);
      expect(reshaped[format].etag).toBe(first[format].etag);
      expect(reshaped[format].lastModified).toBe(Date.parse('2025-02-01T00:00:01Z') / 1000);
    }
    const renamed = makeFeedDocuments(testState([testEntry(1)], { title: '新名' }), PUBLIC_URL);
    expect(renamed.rss.etag).not.toBe(first.rss.etag);
  });
});
