import { describe, expect, it } from '@jest/globals';
import { SaxesParser } from 'saxes';
import type { Connector } from '@newsrelay/channel-kit/connector';
import type { ReleasedArticle } from '@newsrelay/channel-kit/rendition';
import { feedConnector } from './connector.js';
import { HOSTILE_TEXTS, ILLEGAL_TEXT } from './hostile-texts.fixture.js';
import { feedItemRendition, feedWithdrawalRendition, type ItemFragments } from './rendition.js';
import { feedSettings } from './settings.js';
import { unescaped } from './unescaped.fixture.js';
import { withdrawalNotice } from './withdrawal-notice.js';

const ID = '019400aa-0000-7000-8000-000000000001';

function article(changes: Partial<ReleasedArticle> = {}): ReleasedArticle {
  return {
    id: ID,
    version: 1,
    source: 'jngxq',
    canonicalUrl: 'https://news.example/articles/1',
    publishedAt: new Date('2025-01-02T16:00:00Z'),
    releasedAt: new Date('2025-01-03T01:00:00.123Z'),
    firstReleasedAt: new Date('2025-01-03T01:00:00.123Z'),
    note: null,
    kicker: '肩题在此',
    headline: '头条',
    subtitle: '副题在此',
    dateline: '本报济宁讯',
    bylines: [
      { role: '记者', name: '曹俐' },
      { role: '记者', name: '李四' },
      { role: '通讯员', name: '王五' },
    ],
    editor: '赵六',
    body: ['第一句。第二句。', '第二段。'],
    bodyHtml: null,
    media: [],
    sections: ['要闻'],
    keywords: [],
    language: 'zh-CN',
    url: null,
    ...changes,
  };
}

function render(changes: Partial<ReleasedArticle> = {}) {
  const released = article(changes);
  const content = feedConnector.formatter.render(
    { article: released, fitted: { headline: released.headline, cut: false } },
    feedSettings.parse({ title: 'T' }),
  );
  return feedItemRendition.parse(content);
}

interface Node {
  name: string;
  attributes: Record<string, string>;
  text: string;
  children: Node[];
}

/** A strict XML 1.0 parser with namespaces: what it refuses, a feed reader may refuse. */
function parsed(xml: string): Node {
  const parser = new SaxesParser({
    xmlns: true,
    additionalNamespaces: { content: 'u:c', dc: 'u:d', dcterms: 'u:t', media: 'u:m' },
  });
  const root: Node = { name: '', attributes: {}, text: '', children: [] };
  const stack = [root];
  parser.on('opentag', (tag) => {
    const attributes = Object.fromEntries(
      Object.entries(tag.attributes).map(([name, { value }]) => [name, value]),
    );
    const node = { name: tag.name, attributes, text: '', children: [] };
    stack.at(-1)?.children.push(node);
    stack.push(node);
  });
  parser.on('closetag', () => stack.pop());
  const text = (value: string) => {
    const top = stack.at(-1);
    if (top !== undefined) top.text += value;
  };
  parser.on('text', text);
  parser.on('cdata', text);
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(xml).close();
  const [first] = root.children;
  if (first === undefined) throw new Error('no element');
  return first;
}

const atomXml = ({ atom }: ItemFragments) =>
  `${atom.beforeUpdated}2025-01-03T09:00:00+08:00${atom.afterUpdated}`;
const textsOf = (node: Node, name: string) =>
  node.children.filter((child) => child.name === name).map((child) => child.text);
const jsonOf = (fragments: ItemFragments) => JSON.parse(fragments.json) as Record<string, unknown>;

describe('feed connector', () => {
  it('is a connector that the registry can hold, served and without secrets', () => {
    const registered: Connector = feedConnector;
    expect(registered.manifest.type).toBe('feed');
    expect(registered.manifest.capabilities).toEqual({
      delivery: 'served',
      edits: true,
      deletes: true,
      repeat: 'server-key',
    });
    expect(feedSettings.parse({ title: '要闻' })).toEqual({
      title: '要闻',
      description: '',
      language: 'zh-CN',
      maxItems: 50,
      content: 'full',
      access: 'public',
    });
    for (const wrong of [
      {},
      { title: ' ' },
      { title: 'T', maxItems: 0 },
      { title: 'T', maxItems: 501 },
      { title: 'T', access: 'secret' },
      { title: 'T', silentAfterHours: 0 },
    ]) {
      expect(feedSettings.safeParse(wrong).success).toBe(false);
    }
    expect(feedSettings.safeParse({ title: 'T', colour: 'red' }).error?.issues[0]?.code).toBe(
      'unrecognized_keys',
    );
  });

  it('leaves every delivery pending: only the feeds service can say that a GET serves it', async () => {
    const { publisher } = feedConnector;
    const io = {
      http: { request: () => Promise.reject(new Error('a feed sends nothing')) },
      now: new Date(0),
    };
    const target = { channelId: 'c', settings: feedSettings.parse({ title: 'T' }), secrets: {} };
    const message = { key: 'k', action: 'publish' as const, body: '', remoteIds: [] };
    expect((await publisher.publish(message, target, io)).outcome).toBe('pending');
    expect((await publisher.check(target, io)).outcome).toBe('delivered');
  });

  it('shares one rendition among all feeds, which holds both contents', () => {
    const { formatter } = feedConnector;
    const shape = (changes: object) => formatter.shape(feedSettings.parse({ title: 'T', ...changes }));
    expect(shape({ content: 'summary', language: 'en', maxItems: 3 })).toEqual(shape({}));
    const { full, summary } = render({ body: [`开头。${'长'.repeat(120)}。`, '末段。'] });
    expect(textsOf(parsed(full.rss), 'content:encoded')).toHaveLength(1);
    expect(textsOf(parsed(summary.rss), 'content:encoded')).toHaveLength(0);
    expect(jsonOf(summary)['content_html']).toContain('<p>开头。</p>');
    expect(jsonOf(summary)['content_html']).not.toContain('末段。');
  });

  it('names the item, its times in +08:00, its people, sections and source in RSS', () => {
    const item = parsed(render().full.rss);
    const guid = item.children.find((child) => child.name === 'guid');
    expect(guid).toMatchObject({ text: `urn:uuid:${ID}`, attributes: { isPermaLink: 'false' } });
    expect(textsOf(item, 'link')).toEqual(['https://news.example/articles/1']);
    expect(textsOf(item, 'pubDate')).toEqual(['Fri, 03 Jan 2025 00:00:00 +0800']);
    expect(textsOf(item, 'dcterms:modified')).toEqual(['2025-01-03T09:00:00.123+08:00']);
    expect(textsOf(item, 'dc:creator')).toEqual(['曹俐', '李四', '王五']);
    expect(textsOf(item, 'category')).toEqual(['要闻']);
    expect(textsOf(item, 'dc:source')).toEqual(['jngxq']);
    const names = item.children.map((child) => child.name);
    expect(names.indexOf('description')).toBeLessThan(names.indexOf('content:encoded'));
    expect(names.filter((name) => name === 'author' || name === 'enclosure')).toEqual([]);
  });

  it('names kicker and subtitle as other titles, and the editor as one who contributed', () => {
    const { full } = render();
    const [item, entry] = [parsed(full.rss), parsed(atomXml(full))];
    for (const node of [item, entry]) {
      expect(textsOf(node, 'dcterms:alternative')).toEqual(['肩题在此', '副题在此']);
    }
    expect(textsOf(item, 'dc:contributor')).toEqual(['赵六']);
    const contributors = entry.children.filter(({ name }) => name === 'contributor');
    expect(contributors.map(({ children }) => children.map(({ name, text }) => [name, text]))).toEqual([
      [['name', '赵六']],
    ]);
    expect(jsonOf(full)['_newsrelay']).toMatchObject({
      kicker: '肩题在此',
      subtitle: '副题在此',
      editor: '赵六',
      bylines: article().bylines,
    });
  });

  it('writes & and < of a plain text that reads like markup as hexadecimal references: none is meant', () => {
    const text = 'R&D &amp; <b';
    const { full } = render({ headline: text, sections: [text], bylines: [{ role: null, name: text }] });
    for (const name of ['title', 'category', 'dc:creator']) {
      expect(full.rss).toContain(`<${name}>R&#x26;D &#x26;amp; &#x3C;b</${name}>`);
    }
    expect(full.atom.afterUpdated).toContain('<name>R&#x26;D &#x26;amp; &#x3C;b</name>');
    expect(render({ headline: '甲 & <乙>' }).full.rss).toContain('<title>甲 &amp; &lt;乙&gt;</title>');
  });

  it('links in the characters of RFC 3986, as the article may not', () => {
    const { full } = render({ canonicalUrl: 'https://news.example/a?x[]=1|2' });
    const link = 'https://news.example/a?x%5B%5D=1%7C2';
    expect(textsOf(parsed(full.rss), 'link')).toEqual([link]);
    expect(jsonOf(full)['url']).toBe(link);
  });

  it('leaves a language that is in no list of two letters to Atom and JSON', () => {
    const { full } = render({ language: 'yue-Hant' });
    expect(textsOf(parsed(full.rss), 'dc:language')).toEqual([]);
    expect(parsed(atomXml(full)).attributes['xml:lang']).toBe('yue-Hant');
    expect(jsonOf(full)['language']).toBe('yue-Hant');
  });

  it('gives no title that two attachments share: they would be one thing in two forms', () => {
    const media = ['现场', '现场', '其他', ''].map((caption, at) => ({
      ...{ url: `https://img.example/${at}`, type: 'image/png', caption, credit: '', alt: '' },
    }));
    const attachments = jsonOf(render({ media }).full)['attachments'] as { title?: string }[];
    expect(attachments.map(({ title }) => title)).toEqual([undefined, undefined, '其他', undefined]);
  });

  it('shows kicker, subtitle, dateline, bylines with roles, editor and source in the text, the body unchanged', () => {
    const [html] = textsOf(parsed(render().full.rss), 'content:encoded');
    expect(html?.split('\n')).toEqual([
      '<p>肩题在此</p>',
      '<p><strong>副题在此</strong></p>',
      '<p>本报济宁讯\u3000记者 曹俐 李四\u3000通讯员 王五</p>',
      '<p>第一句。第二句。</p>',
      '<p>第二段。</p>',
      '<p>来源：jngxq\u3000责任编辑：赵六</p>',
    ]);
  });

  it('invents nothing for what is not there', () => {
    const bare = { kicker: null, subtitle: null, dateline: null, bylines: [], editor: null, sections: [] };
    const { full } = render(bare);
    const item = parsed(full.rss);
    expect(textsOf(item, 'content:encoded')).toEqual([
      '<p>第一句。第二句。</p>\n<p>第二段。</p>\n<p>来源：jngxq</p>',
    ]);
    expect(item.children.map((child) => child.name)).not.toContain('category');
    expect(item.children.map((child) => child.name)).not.toContain('dc:creator');
    expect(jsonOf(full)).not.toHaveProperty('authors');
  });

  it('shows the note of a correction in text and summary, moves the update and leaves the publication', () => {
    const corrected = {
      version: 2,
      releasedAt: new Date('2025-01-04T01:00:00Z'),
      note: '人数应为二十一人。',
    };
    for (const fragments of Object.values(render(corrected)).filter((part) => typeof part === 'object')) {
      const item = parsed(fragments.rss);
      expect(textsOf(item, 'description')[0]).toContain('更正：人数应为二十一人。');
      expect(textsOf(item, 'dcterms:modified')).toEqual(['2025-01-04T09:00:00+08:00']);
      expect(textsOf(item, 'pubDate')).toEqual(['Fri, 03 Jan 2025 00:00:00 +0800']);
      expect(jsonOf(fragments)['content_html']).toContain('更正：人数应为二十一人。');
    }
    const labelled = render({ ...corrected, note: '更正：人数有误。' }).full;
    expect(jsonOf(labelled)['summary']).toMatch(/^更正：人数有误。 第一句。/);
    const { full } = render({ ...corrected, note: null });
    expect(jsonOf(full)['summary']).toBe('更正：本文于2025年1月4日 9:00更正。 第一句。第二句。第二段。');
  });

  it('says of a text that it runs from right to left, in every content', () => {
    const { full, summary } = render({ language: 'ar', body: ['نص المقال.'] });
    for (const html of [
      ...textsOf(parsed(full.rss), 'content:encoded'),
      ...textsOf(parsed(full.rss), 'description'),
      ...textsOf(parsed(summary.rss), 'description'),
      jsonOf(full)['content_html'],
    ]) {
      expect(html).toMatch(/^<div dir="rtl">[^]*<\/div>$/);
    }
    expect(render().full.json).not.toContain('dir=');
  });

  it('shows an article of pictures alone, with the headline where words are asked for', () => {
    const bodyHtml = '<figure><img src="https://img.example/a.png" /></figure>';
    const { full, summary } = render({ body: [], bodyHtml });
    expect(textsOf(parsed(full.rss), 'content:encoded')[0]).toContain(bodyHtml);
    expect(textsOf(parsed(summary.rss), 'description')[0]).toContain('<p>头条</p>');
  });

  it('names sections and keywords, each once, in every format', () => {
    const { full } = render({ sections: ['要闻', '柑橘'], keywords: ['柑橘', ' ', '工会'] });
    const names = ['要闻', '柑橘', '工会'];
    expect(textsOf(parsed(full.rss), 'category')).toEqual(names);
    const entry = parsed(atomXml(full)).children.filter(({ name }) => name === 'category');
    expect(entry.map(({ attributes }) => attributes['term'])).toEqual(names);
    expect(jsonOf(full)['tags']).toEqual(names);
  });

  it('gives media with the type that the article names, never one guessed from the address', () => {
    const picture = { type: 'image/webp', caption: '推介会现场', credit: '曹俐', alt: '会场' };
    const { full } = render({ media: [{ ...picture, url: 'https://img.example/图/a.jpg?x=1&y=2' }] });
    for (const node of [parsed(full.rss), parsed(atomXml(full))]) {
      const media = node.children.find((child) => child.name === 'media:content');
      expect(media?.attributes).toEqual({
        url: 'https://img.example/%E5%9B%BE/a.jpg?x=1&y=2',
        type: 'image/webp',
        medium: 'image',
      });
      // A title or description here is what readers built on Python's feedparser show instead of the article's.
      expect(media?.children.map(({ name, text }) => [name, text])).toEqual([['media:credit', '曹俐']]);
    }
    expect(jsonOf(full)['attachments']).toEqual([
      {
        url: 'https://img.example/%E5%9B%BE/a.jpg?x=1&y=2',
        mime_type: 'image/webp',
        title: '推介会现场',
      },
    ]);
    expect(jsonOf(full)['content_html']).toContain('<figcaption>推介会现场（图：曹俐）</figcaption>');
  });

  it.each(HOSTILE_TEXTS)('reads back equal in every element and format: %s', (text) => {
    const { full } = render({
      headline: text,
      kicker: text,
      bylines: [{ role: text, name: text }],
      sections: [text],
      source: text,
      note: text,
      body: [text],
      media: [{ url: 'https://img.example/a', type: 'image/png', caption: text, credit: text, alt: text }],
    });
    const item = parsed(full.rss);
    expect(textsOf(item, 'title')).toEqual([text]);
    expect(textsOf(item, 'dc:creator')).toEqual([text]);
    expect(textsOf(item, 'category')).toEqual([text]);
    expect(textsOf(item, 'dc:source')).toEqual([text]);
    const entry = parsed(atomXml(full));
    expect(textsOf(entry, 'updated')).toEqual(['2025-01-03T09:00:00+08:00']);
    expect(entry.children.find((child) => child.name === 'author')?.children[0]?.text).toBe(text);
    const category = entry.children.find((child) => child.name === 'category');
    expect(category?.attributes['term']).toBe(text);
    const html = textsOf(item, 'content:encoded')[0] ?? '';
    const title = entry.children.find((child) => child.name === 'title');
    const shown = title?.attributes['type'] === 'html' ? unescaped(title.text) : title?.text;
    expect(shown).toBe(text);
    // Whoever overlooks the type is wrong only where the text holds tags.
    if (!/<\/?[a-z]/i.test(text)) expect(title?.text).toBe(text);
    expect(unescaped(html)).toContain(`<p>${text}</p>`);
    expect(textsOf(entry, 'content')[0]).toBe(html);
    expect(jsonOf(full)).toMatchObject({ title: text, content_html: html, authors: [{ name: text }] });
  });

  it.each([
    ['<b>粗</b>', 'html'],
    ['1 < 2 & 3 > 2', 'text'],
    ['&amp;amp; &amp; & &lt;b&gt; &#20013;', 'text'],
    ['标题', 'text'],
  ])('declares the Atom title %s as %s', (headline, type) => {
    const entry = parsed(atomXml(render({ headline }).full));
    const title = entry.children.find((child) => child.name === 'title');
    expect(title?.attributes['type']).toBe(type);
    expect(type === 'html' ? unescaped(title?.text ?? '') : title?.text).toBe(headline);
  });

  it('tells two corrections within one second apart', () => {
    const at = (releasedAt: string) => render({ version: 2, releasedAt: new Date(releasedAt) }).full;
    const [one, other] = [at('2025-01-04T01:00:00.100Z'), at('2025-01-04T01:00:00.9Z')];
    expect(textsOf(parsed(one.rss), 'dcterms:modified')).toEqual(['2025-01-04T09:00:00.100+08:00']);
    expect(jsonOf(one)['date_modified']).not.toBe(jsonOf(other)['date_modified']);
  });

  it('leaves out what XML cannot hold wherever it stands', () => {
    const { full } = render({
      headline: ILLEGAL_TEXT,
      body: [ILLEGAL_TEXT, 'a\r\nb'],
      sections: [ILLEGAL_TEXT],
      bylines: [{ role: null, name: ILLEGAL_TEXT }],
    });
    const title = 'abcdefghijkl';
    expect(textsOf(parsed(full.rss), 'title')).toEqual([title]);
    expect(jsonOf(full)['title']).toBe(title);
    expect(textsOf(parsed(atomXml(full)), 'content')[0]).toContain(`<p>${title}</p>\n<p>a\n<br/>\nb</p>`);
  });

  it('keeps sanitised HTML as it is, its CDATA end marks written so that HTML reads the same', () => {
    const { full } = render({ bodyHtml: '<p>a ]]> b ]]> c</p>' });
    expect(textsOf(parsed(full.rss), 'content:encoded')[0]).toContain('<p>a ]]&gt; b ]]&gt; c</p>');
  });

  it('says of a withdrawal nothing but ids and times', () => {
    const withdrawnAt = new Date('2025-01-05T00:00:00Z');
    const rendition = feedConnector.formatter.renderWithdrawal(
      { id: ID, version: 2, withdrawnAt, language: 'zh-CN', canonicalUrl: 'https://news.example/1' },
      feedSettings.parse({ title: 'T' }),
    );
    expect(feedWithdrawalRendition.parse(rendition)).toEqual({
      kind: 'withdrawal',
      articleId: ID,
      version: 2,
      withdrawnAt: '2025-01-05T00:00:00.000Z',
      language: 'zh-CN',
    });
    const notice = withdrawalNotice({
      articleId: ID,
      withdrawnAt,
      publishedAt: new Date('2025-01-02T16:00:00Z'),
      language: 'zh-CN',
      link: 'https://news.example/articles/1',
    });
    const item = parsed(notice.rss);
    expect(textsOf(item, 'title')).toEqual(['本文已撤回']);
    expect(textsOf(item, 'guid')).toEqual([`urn:uuid:${ID}`]);
    expect(textsOf(item, 'pubDate')).toEqual(['Fri, 03 Jan 2025 00:00:00 +0800']);
    expect(textsOf(item, 'dcterms:modified')).toEqual(['2025-01-05T08:00:00+08:00']);
    expect(textsOf(item, 'content:encoded')).toEqual([
      '<p>本文已于2025年1月5日 8:00撤回，请勿转载或引用。</p>',
    ]);
  });
});
