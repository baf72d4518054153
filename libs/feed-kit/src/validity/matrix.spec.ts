import { describe, expect, it } from '@jest/globals';
import { HOSTILE_TEXTS, ILLEGAL_TEXT } from '@newsrelay/channel-feed/hostile-texts.fixture';
import { makeFeedDocuments } from '../feed-documents.js';
import { PUBLIC_URL, testArticle, testEntry, testState, withdrawn } from '../test-feed.fixture.js';
import { findingsIn } from './feed-validity.fixture.js';

const FORMATS = ['rss', 'atom', 'json'] as const;
const at = new Date('2025-01-05T00:00:00.5Z');
const many = (count: number) => Array.from({ length: count }, (_, index) => testEntry(count - index));
const object = (name: string, type: string) => ({
  ...{
    url: `https://img.example/图/${name}?a[]=1|2&b=图`,
    type,
    caption: '推介会现场',
    credit: '曹俐',
    alt: '',
  },
});
const everywhere = (text: string) => ({
  headline: text,
  kicker: text,
  subtitle: text,
  dateline: text,
  bylines: [{ role: text, name: text }],
  editor: text,
  source: text,
  note: text,
  body: [text, text],
  sections: [text],
  keywords: [`${text} 2`],
  media: [{ url: 'https://img.example/a', type: 'image/png', caption: text, credit: text, alt: text }],
});
/** Texts whose headlines and sections spell the end tag of an HTML element. */
const SPELLING_END_TAGS = HOSTILE_TEXTS.filter((text) => /<\/(?:script|b)>/.test(text));
const OTHERS = HOSTILE_TEXTS.filter((text) => !SPELLING_END_TAGS.includes(text));

const SITUATIONS = {
  'no item': testState([]),
  'one item': testState([testEntry(1)]),
  'fifty items': testState(many(50)),
  'a correction': testState([
    testEntry(2),
    testEntry(1, { version: 2, note: '人数应为二十一人。', releasedAt: at }),
  ]),
  'two corrections in one instant': testState(
    [2, 1].map((order) => testEntry(order, { version: 2, releasedAt: at })),
  ),
  summaries: testState(many(3), { content: 'summary' }),
  'pictures, film and sound': testState([
    testEntry(1, {
      media: [
        object('a', 'image/jpeg'),
        object('b', 'image/webp'),
        object('c', 'video/mp4'),
        object('d', 'audio/mpeg'),
      ],
    }),
  ]),
  'a picture without text': testState([
    testEntry(1, { body: [], bodyHtml: '<figure><img src="https://img.example/a.png" /></figure>' }),
  ]),
  'all that a head can say': testState([
    testEntry(1, { kicker: '肩题', subtitle: '副题', editor: '赵六', keywords: ['柑橘'] }),
  ]),
  'no people': testState([testEntry(1, { bylines: [], dateline: null, sections: [] })]),
  'a language from right to left': testState([testEntry(1, { language: 'ar', body: ['نص المقال.'] })], {
    language: 'ar',
  }),
  'a language without a code of two letters': testState([testEntry(1, { language: 'yue-Hant' })], {
    language: 'yue',
  }),
  'an address that is no URI': testState([
    testEntry(1, { canonicalUrl: 'https://例え.example/[1]|{2}?q=图', url: 'x' }),
  ]),
  'no description': testState([testEntry(1)], { description: '' }),
  'illegal characters': testState([testEntry(1, everywhere(ILLEGAL_TEXT))], { title: ILLEGAL_TEXT }),
  ...Object.fromEntries(
    OTHERS.map((text) => [
      `hostile: ${text}`,
      testState([testEntry(2, everywhere(text)), testEntry(1)], { title: text, description: text }),
    ]),
  ),
};

const findings = (state: ReturnType<typeof testState>, format: (typeof FORMATS)[number]) =>
  findingsIn(
    makeFeedDocuments(state, PUBLIC_URL)[format].body,
    format,
    `${PUBLIC_URL}/feeds/${state.channelId}.${format}`,
  );

describe('feed documents are without error or warning', () => {
  describe.each(FORMATS)('%s', (format) => {
    it.each(Object.entries(SITUATIONS))('with %s', (_, state) => {
      expect(findings(state, format)).toEqual([]);
    });
  });

  it('but for the tombstone of a withdrawn article in Atom', () => {
    const entries = many(3).map((entry, index) => (index === 1 ? withdrawn(entry, at) : entry));
    const state = testState(entries);
    for (const format of ['rss', 'json'] as const) expect(findings(state, format)).toEqual([]);
    expect(findings(state, 'atom')).toEqual([
      {
        severity: 'warning',
        rule: 'unknown-namespace',
        where: 'feed/at:deleted-entry',
        value: 'http://purl.org/atompub/tombstones/1.0',
      },
    ]);
  });

  it.each(SPELLING_END_TAGS)('but for a plain text that spells an end tag of HTML: %s', (text) => {
    const state = testState([testEntry(1, everywhere(text))]);
    expect(findings(state, 'json')).toEqual([]);
    const found = (format: 'rss' | 'atom') =>
      findings(state, format).map(({ severity, rule, where }) => `${severity} ${rule} ${where}`);
    const item = 'warning end-tag-in-text rss/channel/item';
    expect(found('rss')).toEqual([`${item}/title`, `${item}/category`, `${item}/category[2]`]);
    // A title is declared as HTML there, and nobody reads into a category; a name can be nothing but plain.
    const entry = 'warning end-tag-in-text feed/entry';
    expect(found('atom')).toEqual([`${entry}/author/name`, `${entry}/contributor/name`]);
  });

  it('as the checker reads the articles that they were made of', () => {
    expect(SPELLING_END_TAGS).toHaveLength(1);
    expect(testArticle(1).headline).toBe('第1条');
  });
});
