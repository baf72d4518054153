import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { makeFeedDocuments } from '../feed-documents.js';
import { PUBLIC_URL, testEntry, testState } from '../test-feed.fixture.js';
import { findingsIn } from './feed-validity.fixture.js';
import type { Finding } from './findings.fixture.js';

type Format = 'rss' | 'atom' | 'json';
/** Rule, what is replaced in a document that is perfect, and by what. */
type Case = readonly [rule: string, from: string | RegExp, to: string];

const media = [
  { url: 'https://img.example/a.jpg', type: 'image/jpeg', caption: '图说', credit: '曹俐', alt: '' },
];
const documents = makeFeedDocuments(
  testState([testEntry(2, { media, editor: '赵六', kicker: '肩题' }), testEntry(1)]),
  PUBLIC_URL,
);
const perfect = (format: Format) => documents[format].body.toString();
const found = (text: string | Buffer, format: Format): Finding[] =>
  findingsIn(Buffer.from(text), format, `${PUBLIC_URL}/feeds/partner-daily.${format}`);
const GUID = '<guid isPermaLink="false">urn:uuid:019400aa-0000-7000-8000-000000000002</guid>';
const enclosure = (attributes: string) => `<enclosure ${attributes}/></item>`;
const WHOLE_ENCLOSURE = 'url="https://a.example/a.mp3" length="5" type="audio/mpeg"';
const AUTHOR = /<author><name>.*?<\/author>/;

const OF_HTML: readonly Case[] = [
  ['html-parse-error', '<p>第二段。</p>', '<p>a&lt b &#x80;</p>'],
  ['unclosed-html', '<p>第二段。</p>', '<p>第二段。<em>'],
  ['unclosed-html', '<p>第二段。</p>', '<b><i>x</b></i>'],
  ['unsafe-element', '<p>第二段。</p>', '<iframe src="https://a.example/"></iframe>'],
  ['unsafe-element', '<p>第二段。</p>', '<script>x</script>'],
  ['unsafe-attribute', '<p>第二段。</p>', '<p onclick="x">x</p>'],
  ['relative-address', '<p>第二段。</p>', '<p><img src="/a.png"/></p>'],
  ['unsafe-address', '<p>第二段。</p>', '<p><a href="javascript:x">x</a></p>'],
];
const OF_XML: readonly Case[] = [
  ['xml-declaration', '<?xml version="1.0" encoding="utf-8"?>', ''],
  ['xml-declaration', 'encoding="utf-8"', 'encoding="gbk"'],
  ['not-well-formed', '第1条', '第1条 & '],
  ['not-well-formed', '第1条', '\u0001'],
  ['unknown-namespace', '<media:content ', '<media:content xmlns:x="https://a.example/ns" '],
  ['media-namespace', 'http://search.yahoo.com/mrss/', 'http://search.yahoo.com/mrss'],
  ['reserved-prefix', 'http://purl.org/dc/elements/1.1/', 'https://a.example/dc'],
  ['undefined-element', '<media:content ', '<media:status state="deleted"/><media:content '],
  ['duplicate-element', '<dc:source>', '<dc:source>x</dc:source><dc:source>'],
  ['unexpected-attribute', '<media:content ', '<media:content size="1" '],
  ['bad-characters', '第1条', '第\ufffd条'],
  ['markup-in-text', /<title>.*?<\/title>/, '<title>A &amp;amp; B</title>'],
  ['missing-attribute', /<media:content url="[^"]*"/, '<media:content'],
  ['media-type', 'type="image/jpeg"', 'type="jpeg"'],
  ['medium', 'medium="image"', 'medium="picture"'],
  ['positive-integer', '<media:content ', '<media:content fileSize="-1" '],
  ['credit-role', '<media:credit>', '<media:credit role="记者">'],
  ['self-differs', 'rel="self"', 'rel="self" hreflang="zh"'],
  ['missing-self', /<[a-z:]*link [^>]*rel="self"[^>]*>/, ''],
  ['self-type', /type="application\/(?:rss|atom)\+xml"/, 'type="text/xml"'],
  ['duplicate-link', /(<[a-z:]*link [^>]*rel="self"[^>]*>)/, '$1$1'],
];

const CASES: Record<Format, readonly Case[]> = {
  rss: [
    ...OF_XML.filter(([rule]) => rule !== 'self-differs'),
    ...OF_HTML,
    ['rss-version', '<rss version="2.0"', '<rss version="0.92"'],
    ['one-channel', '</channel>', '</channel><channel></channel>'],
    ['self-differs', '/feeds/partner-daily.rss', '/feeds/other.rss'],
    ['unregistered-relation', 'rel="self"', 'rel="mine"'],
    ['link-not-empty', /rel="self"([^>]*)\/>/, 'rel="self"$1>x</atom:link>'],
    ['missing-element', /<description>一句话.*?<\/description>/, ''],
    ['undefined-element', '<ttl>', '<subtitle>x</subtitle><ttl>'],
    ['duplicate-element', '<ttl>', '<ttl>5</ttl><ttl>'],
    ['unexpected-attribute', '<ttl>', '<ttl unit="minutes">'],
    ['positive-integer', '<ttl>1<', '<ttl>0<'],
    ['duplicate-semantics', '<ttl>', '<dc:language>zh</dc:language><ttl>'],
    ['metadata-after-items', '</channel>', '<ttl>1</ttl></channel>'],
    ['update-period', '>hourly<', '>minutely<'],
    ['language', '<language>zh-CN<', '<language>Chinese<'],
    ['blank', /<title>.*?<\/title>/, '<title> </title>'],
    [
      'image-differs',
      '<ttl>',
      '<image><url>https://a.example/</url><title>x</title><link>https://news.example/</link></image><ttl>',
    ],
    ['end-tag-in-text', '<title>第2条</title>', '<title>&#x3C;/b&gt;</title>'],
    ['rfc822-date', '<pubDate>Fri, 03 Jan 2025', '<pubDate>Fri, 3. Jan 2025'],
    ['weekday', '<pubDate>Fri, 03 Jan 2025', '<pubDate>Thu, 03 Jan 2025'],
    ['implausible-date', '<pubDate>Fri, 03 Jan 2025', '<pubDate>Mon, 03 Jan 1983'],
    ['implausible-date', '<pubDate>Fri, 03 Jan 2025', '<pubDate>Sun, 03 Jan 2100'],
    ['rfc3339-date', '<dcterms:modified>2025-01-03T', '<dcterms:modified>2025-02-30T'],
    ['title-or-description', '<title>第2条</title>', '</item><item>'],
    ['missing-guid', GUID, ''],
    ['duplicate-guid', '000000000001</guid>', '000000000002</guid>'],
    ['boolean', 'isPermaLink="false"', 'isPermaLink="no"'],
    ['permalink', 'isPermaLink="false"', 'isPermaLink="true"'],
    ['urn', GUID, '<guid isPermaLink="false">urn:x:1</guid>'],
    ['tag', GUID, '<guid isPermaLink="false">tag:1</guid>'],
    ['relative-uri', '<link>https://news.example/articles/', '<link>/articles/'],
    ['uri', '<link>https://news.example/articles/', '<link>https:///articles/'],
    ['uri-characters', '<link>https://news.example/articles/', '<link>https://news.example/文章/'],
    ['uri-characters', '<link>https://news.example/articles/', '<link>https://news.example/[a]/'],
    ['mailbox', '</item>', '<author>曹俐</author></item>'],
    ['content-before-description', /<description><[^]*?<\/description>/, ''],
    ['missing-attribute', '</item>', '<source>x</source></item>'],
    ['missing-attribute', '</item>', enclosure('url="https://a.example/" type="audio/mpeg"')],
    ['enclosure-length', '</item>', enclosure(WHOLE_ENCLOSURE.replace('"5"', '"-1"'))],
    ['enclosure-url', '</item>', enclosure(WHOLE_ENCLOSURE.replace('https:', 'ftp:'))],
    ['second-enclosure', '</item>', `<enclosure ${WHOLE_ENCLOSURE}/>${enclosure(WHOLE_ENCLOSURE)}`],
  ],
  atom: [
    ...OF_XML.filter(([rule]) => rule !== 'self-differs'),
    ...OF_HTML,
    ['feed-element', 'http://www.w3.org/2005/Atom', 'http://purl.org/atom/ns#'],
    ['self-differs', '/feeds/partner-daily.atom', '/feeds/other.atom'],
    ['one-element', /<updated>.*?<\/updated>/, ''],
    ['one-element', '<name>曹俐</name>', ''],
    ['metadata-after-entries', '</feed>', '<rights>x</rights></feed>'],
    ['missing-author', /<author>\s*<name>高[^]*?<\/author>([^]*?)<author>.*?<\/author>/, '$1'],
    ['duplicate-id', '000000000001</id>', '000000000002</id>'],
    ['duplicate-updated', '09:01:00.250001', '09:02:00.250002'],
    ['missing-text', /<summary[^]*?<\/content>/, ''],
    ['content-or-alternate', /<link href="[^"]*articles[^>]*>([^]*?)<content[^]*?<\/content>/, '$1'],
    ['rfc3339-date', '<published>2025-01-03T', '<published>2025-13-03T'],
    ['missing-attribute', '<category term="要闻"/>', '<category label="要闻"/>'],
    ['blank', '<category term="要闻"/>', '<category term=""/>'],
    ['text-type', '<title type="text">', '<title type="markdown">'],
    ['unregistered-relation', '<link rel="alternate"', '<link rel="mine"'],
    ['feed-relation-in-entry', '<link href', '<link rel="prev-archive" href'],
    ['language', '<link href', '<link hreflang="Chinese" href'],
    ['mailbox', AUTHOR, '<author><name>x</name><email>x</email></author>'],
    ['undefined-element', AUTHOR, '<author><name>x</name><role>记者</role></author>'],
    // What the schema alone knows.
    ['atom-schema', '<generator>', '<generator colour="red">'],
    ['atom-schema', '</entry>', '<published>2025-01-03T00:00:00Z</published></entry>'],
    ['atom-schema', '<subtitle>', '<tagline>x</tagline><subtitle>'],
  ],
  json: [
    ...OF_HTML.map(([rule, from, to]): Case => [rule, from, JSON.stringify(to).slice(1, -1)]),
    ['not-json', '{"version"', '{version'],
    ['json-schema', 'version/1.1"', 'version/1"'],
    ['json-schema', '"_newsrelay":', '"newsrelay":'],
    ['json-schema', '"id":', '"identifier":'],
    ['self-differs', '/feeds/partner-daily.json', '/feeds/other.json'],
    [
      'duplicate-id',
      '"urn:uuid:019400aa-0000-7000-8000-000000000001"',
      '"urn:uuid:019400aa-0000-7000-8000-000000000002"',
    ],
    ['bad-characters', '第1条', '第\\ufffd条'],
    ['json-schema', '"https://news.example/articles/', '"https://news.example/%zz/'],
    ['implausible-date', '"date_published":"2025', '"date_published":"1925'],
    ['attachments-alike', /"attachments":\[(\{.*?\})\]/, '"attachments":[$1,$1]'],
  ],
};

describe('the checker of feed documents', () => {
  it.each(['rss', 'atom', 'json'] as const)('finds nothing in %s as it is made', (format) => {
    expect(found(perfect(format), format)).toEqual([]);
  });

  describe.each(['rss', 'atom', 'json'] as const)('in %s', (format) => {
    it.each(CASES[format])('finds %s', (rule, from, to) => {
      const broken = perfect(format).replace(from, to);
      expect(broken).not.toBe(perfect(format));
      expect(found(broken, format).map((finding) => finding.rule)).toContain(rule);
    });
  });

  it('finds bytes that are no UTF-8', () => {
    const [finding] = found(Buffer.concat([Buffer.from(perfect('rss')), Buffer.from([0xc3])]), 'rss');
    expect(finding?.rule).toBe('not-utf8');
  });

  it('takes what feeds may say beside their entries: a stylesheet, hubs, archives', () => {
    const history = 'xmlns:fh="http://purl.org/syndication/history/1.0"';
    const links = (prefix: string) =>
      ['hub', 'prev-archive', 'current', 'license']
        .map((relation) => `<${prefix}link rel="${relation}" href="https://news.example/${relation}"/>`)
        .join('');
    const stylesheet = '?><?xml-stylesheet type="text/xsl" href="/feed.xsl"?>';
    const rss = perfect('rss')
      .replace('?>', stylesheet)
      .replace('<ttl>', `<fh:archive ${history}/>${links('atom:')}<ttl>`);
    expect(found(rss, 'rss')).toEqual([]);
    const atom = perfect('atom')
      .replace('?>', stylesheet)
      .replace('<generator>', `<fh:archive ${history}/>${links('')}<generator>`);
    expect(found(atom, 'atom')).toEqual([]);
    const hubs = '"hubs":[{"type":"WebSub","url":"https://news.example/hub"}],"items"';
    const json = perfect('json').replace('"items"', `"next_url":"https://news.example/2.json",${hubs}`);
    expect(found(json, 'json')).toEqual([]);
  });

  it('takes text that spells markup where its writer says that it is meant, and where Atom declares HTML', () => {
    const written = (title: string) =>
      perfect('rss').replace('<title>第2条</title>', `<title>${title}</title>`);
    expect(found(written('R&#x26;D &#x26;amp; &#x3C;b'), 'rss')).toEqual([]);
    expect(found(written('R&amp;D'), 'rss')).toEqual([]);
    const atom = perfect('atom').replace('<title type="text">', '<title type="html">&amp;lt;/b&amp;gt;');
    expect(found(atom, 'atom')).toEqual([]);
  });

  it('has a broken document for every rule', () => {
    const rules = readdirSync(import.meta.dirname)
      .filter((name) => name.endsWith('.fixture.ts'))
      .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
      .flatMap((source) => [...source.matchAll(/findings\s*\.(?:error|warning)\(\s*'([\w-]+)'/g)])
      .map(([, rule]) => rule);
    const broken = Object.values(CASES).flatMap((cases) => cases.map(([rule]) => rule));
    expect([...new Set(rules)].filter((rule) => rule !== 'not-utf8' && !broken.includes(rule ?? ''))).toEqual(
      [],
    );
    expect(rules.length).toBeGreaterThan(60);
  });
});
