import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import FeedParser from 'feedparser';
import { parseAtomFeed, parseRssFeed } from 'feedsmith';
import { SaxesParser } from 'saxes';
import { legalText } from '@newsrelay/channel-feed/xml';
import { editionEnding } from './edition-document.js';
import { loadProfiles } from './profiles.js';
import { sampleDocument } from './sample-document.js';
import { SAMPLE_ENTRIES } from './sample-feed.js';

const { byName } = loadProfiles(null);
const profiles = [...byName.values()];

const goldenFile = (edition: string, ending: string) =>
  new URL(`../golden/${edition}.${ending}`, import.meta.url);

/** Names of the elements. @throws for what XML 1.0 or its namespaces refuse */
function elementsOf(xml: string): Set<string> {
  const names = new Set<string>();
  const parser = new SaxesParser({ xmlns: true });
  parser.on('opentag', ({ name }) => names.add(name));
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(xml).close();
  return names;
}

/** Elements that no profile names. */
const FRAME = ['rss', 'channel', 'item', 'feed', 'entry'];

const IDS = SAMPLE_ENTRIES.map((entry) => (entry.kind === 'shown' ? entry.article.id : entry.articleId));
const HEADLINES = SAMPLE_ENTRIES.flatMap((entry) => (entry.kind === 'shown' ? [entry.article.headline] : []));
describe('built-in editions', () => {
  it('are three, each with a golden file', () => {
    expect([...byName.keys()].sort()).toEqual(['aggregator-zh', 'google', 'msn']);
  });

  it.each(profiles)('$edition makes the bytes of its golden file', (profile) => {
    const golden = readFileSync(goldenFile(profile.edition, editionEnding(profile)));
    expect(sampleDocument(profile).body.toString()).toBe(golden.toString());
    expect(sampleDocument(profile).body.equals(golden)).toBe(true);
  });

  it.each(profiles)('$edition is well-formed and shows all of the sample', (profile) => {
    const { body, shown, cut, noRoom, leftOut } = sampleDocument(profile);
    const profileNames = JSON.stringify(profile);
    for (const name of elementsOf(body.toString())) {
      if (!FRAME.includes(name)) expect(profileNames).toContain(`"name":"${name}"`);
    }
    expect({ shown, cut, noRoom, leftOut }).toEqual({ shown: IDS.length, cut: 0, noRoom: 0, leftOut: {} });
  });

  it('google reads back equal, hostile texts included', async () => {
    const xml = goldenText('google', 'xml');
    const items = parseRssFeed(xml).items ?? [];
    expect(items.map(({ guid }) => guid?.value)).toEqual(IDS.map((id) => `urn:uuid:${id}`));
    expect(items.map(({ title }) => title).slice(1)).toEqual(HEADLINES.map(legalText));
    expect(
      items.every(({ content, pubDate, dcterms }) => content?.encoded && pubDate && dcterms?.modified),
    ).toBe(true);
    const hostile = SAMPLE_ENTRIES[2];
    const paragraph = hostile?.kind === 'shown' ? legalText(hostile.article.body[0] ?? '') : '';
    expect(items[2]?.content?.encoded).toContain(
      paragraph.replace(
        /[&<>"]/g,
        (mark) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '"' })[mark] ?? '',
      ),
    );
    // A parser of another family finds the same items.
    const parser = new FeedParser({});
    parser.end(xml);
    const guids: (string | null)[] = [];
    for await (const item of parser) guids.push(item.guid);
    expect(guids).toEqual(items.map(({ guid }) => guid?.value));
  });

  it('msn reads back with its ids, titles, dates in UTC and pictures', () => {
    const entries = parseAtomFeed(goldenText('msn', 'xml')).entries ?? [];
    expect(entries.map(({ id }) => id)).toEqual(IDS.map((id) => `urn:uuid:${id}`));
    const updated = entries.map((entry) => entry.updated ?? '');
    expect(new Set(updated).size).toBe(updated.length);
    expect(updated.every((at) => at.endsWith('Z'))).toBe(true);
    for (const { title } of entries) expect(title?.value.length).toBeLessThanOrEqual(150);
    expect(entries[4]?.title?.value).toMatch(/^济宁高新区\u3000橙香连鲁渝/);
    expect(entries[4]?.media?.contents?.[0]).toMatchObject({
      url: 'https://img.example/%E6%A9%99.jpg',
      type: 'image/jpeg',
      title: { value: '推介会现场。' },
      credits: [{ value: '曹俐 摄' }],
    });
    // Pictures over http are none to this partner.
    expect(entries[4]?.media?.contents).toHaveLength(1);
  });

  it('aggregator-zh reads back with statuses, local dates and allow-listed HTML', () => {
    const xml = goldenText('aggregator-zh', 'xml');
    const items = parseRssFeed(xml).items ?? [];
    expect(items.map(({ guid }) => guid?.value)).toEqual(IDS);
    expect([...xml.matchAll(/<status>(.*)<\/status>/g)].map((match) => match[1])).toEqual([
      '撤稿',
      '发布',
      '发布',
      '更新',
      '发布',
      '发布',
    ]);
    expect([...xml.matchAll(/<pubDate>(.*)<\/pubDate>/g)].map((match) => match[1])).toEqual(
      items.map(() => '2025-01-03 00:00:00'),
    );
    const sections = [...xml.matchAll(/<content><!\[CDATA\[([^]*?)\]\]><\/content>/g)];
    const tags = new Set(
      sections.flatMap((match) => [...(match[1] ?? '').matchAll(/<([a-z0-9]+)/g)].map((tag) => tag[1])),
    );
    expect([...tags].sort()).toEqual(['a', 'br', 'em', 'img', 'p', 'strong', 'table', 'tbody', 'td', 'tr']);
  });
});

function goldenText(edition: string, ending: string): string {
  return readFileSync(goldenFile(edition, ending), 'utf8');
}
