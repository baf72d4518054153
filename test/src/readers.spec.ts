import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ArticleContent } from '@newsrelay/contracts/article';
import { findingsIn } from '@newsrelay/feed-kit/validity/feed-validity.fixture';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { NewsrelaySystem } from './harness/newsrelay-system.js';
import { newsboat } from './harness/readers/newsboat.js';
import { feedsmith, npmFeedparser, rssParser } from './harness/readers/npm-readers.js';
import { pythonFeedparser } from './harness/readers/python-feedparser.js';
import type { FeedReader } from './harness/readers/reader.js';
import { rss2email } from './harness/readers/rss2email.js';
import { sfeed } from './harness/readers/sfeed.js';
import { RecordingGateway } from './harness/recording-gateway.js';
import { sampleArticle } from './harness/sample-article.js';
import { visibleBlocks } from './harness/visible-text.js';

const FEED_TITLE = '高新区 R&D <要闻>';
const PUBLISHED = '2025-01-03T00:00:00+08:00';

/** What each article says, as a line (headline, kicker, names) and as a paragraph: where it differs from what is sent. */
const HOSTILE: readonly { sent: string; line?: string; paragraph?: string }[] = [
  { sent: ']]> and again ]]> and ]]]]>' },
  { sent: 'R&D &amp; &lt;b&gt; &#38; &nbsp; &unknown;' },
  { sent: '<b>粗</b> 1 < 2 > 0 <script>alert(1)</script>' },
  { sent: `"double" 'single' \`back\` $& $1 \\u0041 %s {{x}}` },
  { sent: '😀👨‍👩‍👧‍👦 𠮷野家 é e\u0301' },
  { sent: 'line\u2028separator para\u2029graph', line: 'line separator para graph' },
  { sent: '</item></channel></rss> <entry> <![CDATA[ <!-- --> <?xml?>' },
  { sent: '“引号” ‘单引’ 《书名》 …… —— ％' },
  {
    sent: 'a\u0000b\u0008c\u000bd\u001fe\u007ff\u0085g\ufffeh\uffffi\ud800j\udc00k\ufdd0l',
    line: 'abcdefghijkl',
    paragraph: 'abcdefghijkl',
  },
];
const [, REFERENCES, TAGS, , , , MARKUP] = HOSTILE.map(({ sent }) => sent);

/** What a reader makes of an article, where that is not what the article says. Each is the reader's own doing. */
interface Habits {
  name: string;
  format: 'rss' | 'atom' | 'json';
  /** From which request on it asks with the validators that it was given; null for never. */
  conditionalFrom: number | null;
  /** What it keeps of the names. */
  authors: (names: string[]) => string[];
  title?: (title: string) => string;
  /** Its date is that of the last change. */
  datesChanges?: true;
  /** It cleans HTML by rules of its own, so that only what is seen can be compared. */
  cleans?: true;
}

const every = (names: string[]) => names;
const first = (names: string[]) => [names[0] ?? ''];
const last = (names: string[]) => [names.at(-1) ?? ''];
const orFeed = (names: string[]) => (names.length === 0 ? [FEED_TITLE] : names);

/** It shows an Atom title of type "html" as the HTML that it is written in, which only titles with tags are. */
const htmlSource = (title: string) =>
  /<\/?[a-z]/i.test(title)
    ? title.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
    : title;
/** It takes out of a title what looks like a tag or comment, whatever the feed says. */
const withoutTags = (title: string) =>
  title === TAGS ? '粗 1 < 2 > 0 alert(1)' : title === MARKUP ? '</item></channel></rss> <entry>  ' : title;
/** It resolves references in a name once more. */
const resolved = (name: string) => (name === REFERENCES ? 'R&D & <b> & &unknown;' : name);

const READERS: readonly Habits[] = [
  { name: 'newsboat', format: 'rss', conditionalFrom: 3, authors: last },
  { name: 'newsboat', format: 'atom', conditionalFrom: 3, authors: (names) => [names.join(', ')] },
  { name: 'python3-feedparser', format: 'rss', conditionalFrom: 2, authors: every, cleans: true },
  { name: 'python3-feedparser', format: 'atom', conditionalFrom: 2, authors: every, cleans: true },
  {
    ...{ name: 'rss2email', format: 'rss', conditionalFrom: 2, datesChanges: true, cleans: true },
    authors: (names) => first(orFeed(names)).map(resolved),
  },
  {
    ...{ name: 'rss2email', format: 'atom', conditionalFrom: 2, datesChanges: true, cleans: true },
    authors: (names) => last(orFeed(names)),
  },
  { name: 'sfeed', format: 'rss', conditionalFrom: null, authors: first },
  { name: 'sfeed', format: 'atom', conditionalFrom: null, authors: first, title: htmlSource },
  { name: 'rss-parser', format: 'rss', conditionalFrom: null, authors: first },
  { name: 'rss-parser', format: 'atom', conditionalFrom: null, authors: first, title: htmlSource },
  {
    ...{ name: 'feedparser', format: 'rss', conditionalFrom: null, title: withoutTags },
    authors: (names) => first(orFeed(names)),
  },
  {
    ...{ name: 'feedparser', format: 'atom', conditionalFrom: null, title: htmlSource },
    // Of several authors it takes none, and then the feed's.
    authors: (names) => (names.length === 1 ? names : [FEED_TITLE]),
  },
  { name: 'feedsmith', format: 'rss', conditionalFrom: null, authors: every },
  { name: 'feedsmith', format: 'atom', conditionalFrom: null, authors: every },
  { name: 'feedsmith', format: 'json', conditionalFrom: null, authors: every },
];

/** An article, and what a reader is to see of it. */
interface Expected {
  id: string;
  title: string;
  link: string;
  names: string[];
  /** Paragraphs and figures, in order. */
  blocks: string[];
}

interface JsonFeedItem {
  id: string;
  title: string;
  content_html: string;
  date_modified: string;
}

describe('real readers', () => {
  let gateway: RecordingGateway;
  let system: NewsrelaySystem;
  let home = '';
  const readers = new Map<Habits, FeedReader>();
  /** By the id of the item. */
  const expected = new Map<string, Expected>();
  let [toCorrect, toWithdraw] = ['', ''];
  let served: { etag: string; items: Map<string, JsonFeedItem> } = { etag: '', items: new Map() };

  const feedUrl = (format: string, channel = 'readers') => `${gateway.url}/feeds/${channel}.${format}`;

  /** What the feed says now, by its JSON. */
  async function servedItems(): Promise<Map<string, JsonFeedItem>> {
    const answer = await fetch(feedUrl('json'), { headers: { 'if-none-match': served.etag } });
    if (answer.status === 304) return served.items;
    const { items } = (await answer.json()) as { items: JsonFeedItem[] };
    served = {
      etag: answer.headers.get('etag') ?? '',
      items: new Map(items.map((item) => [item.id, item])),
    };
    return served.items;
  }

  /** @param blocks of what is published */
  async function publish(fields: Record<string, unknown>, blocks: readonly string[]): Promise<string> {
    const taken = await system.api.post(
      sampleArticle({ source: 'jngxq', publishedAt: PUBLISHED, ...fields }),
    );
    expect({ status: taken.status, text: taken.text }).toEqual({ status: 202, text: expect.any(String) });
    const { id } = taken.body;
    const { body } = await system.api.call<ArticleContent>('ingest', 'GET', `/api/v1/articles/${id}`);
    expected.set(`urn:uuid:${id}`, {
      id,
      title: body.headline,
      link: fields['url'] === undefined ? `${gateway.url}/articles/${id}` : String(fields['linked']),
      names: body.bylines.map(({ name }) => name),
      blocks: [...blocks],
    });
    return id;
  }

  async function publishAll(): Promise<void> {
    await publish(
      {
        headline: '橙香连鲁渝 共谱振兴曲',
        kicker: '济宁高新区',
        subtitle: '2024年重庆柑橘进山东专场推介会',
        dateline: '本报济宁讯',
        bylines: [
          { role: '记者', name: '曹俐' },
          { role: '记者', name: '李四' },
          { role: '通讯员', name: '王五' },
        ],
        editor: '赵六',
        body: ['第一段。', '第二段。'],
        sections: ['要闻', '柑橘'],
        media: [
          { url: 'https://img.example/图/a.jpg', type: 'image/jpeg', caption: '推介会现场', credit: '曹俐' },
          { url: 'https://img.example/a.mp3', type: 'audio/mpeg', caption: '录音' },
        ],
      },
      [
        ...[
          '济宁高新区',
          '2024年重庆柑橘进山东专场推介会',
          '本报济宁讯\u3000记者 曹俐 李四\u3000通讯员 王五',
        ],
        ...['第一段。', '第二段。', '推介会现场（图：曹俐）', '音频录音', '来源：jngxq\u3000责任编辑：赵六'],
      ],
    );
    await publish(
      {
        body: undefined,
        bodyHtml:
          '<p>第一段<strong>重点</strong> 1 &lt; 2<p>没有收尾<ul><li>一<li>二</ul><script>alert(1)</script>' +
          '<p onclick="x">点<a href="/relative">链</a><a href="https://example.com/?a=1&b=2">接</a>' +
          '<iframe src="https://a.example"></iframe>',
      },
      ['第一段重点 1 < 2', '没有收尾', '一二', '点链接', '来源：jngxq'],
    );
    await publish({ language: 'ar', headline: 'نص العنوان', body: ['نص المقال.'] }, [
      'نص المقال.',
      'Source: jngxq',
    ]);
    const long = '很长的段落。'.repeat(4000);
    await publish({ headline: '长'.repeat(300), body: [long] }, [long, '来源：jngxq']);
    for (const { sent, line = sent, paragraph = sent } of HOSTILE) {
      await publish(
        {
          headline: sent,
          kicker: sent,
          body: [sent, '第二段。'],
          bylines: [
            { role: '记者', name: sent },
            { role: null, name: '曹俐' },
          ],
          sections: [sent],
        },
        [line, `记者 ${line}\u3000曹俐`, paragraph, '第二段。', '来源：jngxq'],
      );
      const [article] = [...expected.values()].slice(-1);
      expect(article).toMatchObject({ title: line, names: [line, '曹俐'] });
    }
    const bylines = [{ role: '记者', name: '曹俐' }];
    toCorrect = await publish({ headline: '将更正的标题', bylines, body: ['共二十人。'] }, [
      '记者 曹俐',
      '共二十人。',
      '来源：jngxq',
    ]);
    toWithdraw = await publish({ headline: '将撤回的标题', bylines, body: ['将撤回的正文'] }, [
      '记者 曹俐',
      '将撤回的正文',
      '来源：jngxq',
    ]);
  }

  function startReaders(): void {
    home = mkdtempSync(join(tmpdir(), 'newsrelay-readers-'));
    const start = { newsboat, 'python3-feedparser': pythonFeedparser, rss2email, sfeed };
    for (const habits of READERS) {
      const { name, format } = habits;
      const url = feedUrl(format);
      if (name === 'feedsmith') readers.set(habits, feedsmith(format, url));
      if (format === 'json') continue;
      if (name === 'rss-parser') readers.set(habits, rssParser(format, url));
      if (name === 'feedparser') readers.set(habits, npmFeedparser(format, url));
      if (!(name in start)) continue;
      const folder = mkdtempSync(join(home, 'reader-'));
      readers.set(habits, start[name as keyof typeof start](format, url, folder));
    }
    expect(readers.size).toBe(READERS.length);
  }

  /** What the reader has after it asked, and what it asked and was answered. */
  async function poll(habits: Habits) {
    const before = gateway.exchanges.length;
    const items = (await readers.get(habits)?.poll()) ?? [];
    return { items, exchanges: gateway.exchanges.slice(before) };
  }

  /** What the reader is to have of every article. */
  async function wanted(habits: Habits) {
    const items = await servedItems();
    return [...expected].map(([id, { title, link, names, blocks }]) => {
      const { content_html: html = '', date_modified: modified = '' } = items.get(id) ?? {};
      return {
        id,
        title: habits.title?.(title) ?? title,
        link,
        date: habits.datesChanges ? Math.floor(Date.parse(modified) / 1000) * 1000 : Date.parse(PUBLISHED),
        authors: habits.authors(names),
        blocks,
        ...(habits.cleans ? {} : { html }),
      };
    });
  }

  async function expectAllAsWanted(habits: Habits): Promise<void> {
    const { items } = await poll(habits);
    const had = items.map(({ html, ...item }) => ({
      ...item,
      blocks: visibleBlocks(html),
      ...(habits.cleans ? {} : { html }),
    }));
    const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1);
    expect(had.sort(byId)).toEqual((await wanted(habits)).sort(byId));
  }

  beforeAll(async () => {
    gateway = await RecordingGateway.start();
    system = await NewsrelaySystem.start({ environment: { NEWSRELAY_PUBLIC_URL: gateway.url } });
    gateway.target = system.urlOf('feeds');
    for (const [id, content] of [
      ['readers', 'full'],
      ['readers-brief', 'summary'],
    ]) {
      const settings = { title: FEED_TITLE, content };
      const created = await system.api.createChannel({ id, type: 'feed', name: id, settings });
      expect(created.status).toBe(201);
    }
    await publishAll();
    await pollUntil('all articles in the feed', async () => (await servedItems()).size === expected.size, {
      timeoutMs: 30_000,
    });
    startReaders();
  }, 120_000);

  afterAll(async () => {
    if (home !== '') rmSync(home, { recursive: true, force: true });
    await gateway.stop();
    await system.stop();
  }, 60_000);

  it.each(READERS)('$name shows every article of the $format as it is', expectAllAsWanted);

  it.each(READERS)(
    '$name asks for the $format with its validators: from request $conditionalFrom',
    async (habits) => {
      const { conditionalFrom, format } = habits;
      // The first request has been made: newsboat keeps nothing of it.
      for (const request of [2, 3]) {
        const { items, exchanges } = await poll(habits);
        const conditional = conditionalFrom !== null && request >= conditionalFrom;
        expect(items).toHaveLength(expected.size);
        expect(exchanges).toEqual([
          { path: `/feeds/readers.${format}`, conditional, status: conditional ? 304 : 200 },
        ]);
      }
    },
  );

  /** Rules that served documents break, with the names of the elements that do. */
  async function findings(channel: string, format: 'rss' | 'atom' | 'json'): Promise<string[]> {
    const url = feedUrl(format, channel);
    const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
    return findingsIn(bytes, format, url).map(
      ({ rule, where }) => `${rule} ${/([\w:-]+)(?:\[\d+\])?$/.exec(where)?.[1] ?? where}`,
    );
  }

  it.each(['readers', 'readers-brief'])('are served %s without error or warning', async (channel) => {
    expect(await findings(channel, 'json')).toEqual([]);
    // One article spells end tags of HTML in its headline, section and name.
    expect(await findings(channel, 'rss')).toEqual(['end-tag-in-text title', 'end-tag-in-text category']);
    expect(await findings(channel, 'atom')).toEqual(['end-tag-in-text name']);
  });

  describe('after a correction and a withdrawal', () => {
    beforeAll(async () => {
      const { body: article } = await system.api.call('ingest', 'GET', `/api/v1/articles/${toCorrect}`);
      const put = await system.api.call('ingest', 'PUT', `/api/v1/articles/${toCorrect}`, {
        json: { ...article, headline: '更正后的标题', body: ['共二十一人。'], note: '人数应为二十一人。' },
      });
      expect(put.status).toBe(202);
      expect((await system.api.withdraw(toWithdraw)).status).toBe(202);
      const [corrected, withdrawn] = [toCorrect, toWithdraw].map((id) => `urn:uuid:${id}`);
      await pollUntil(
        'both in the feed',
        async () => {
          const items = await servedItems();
          return (
            items.get(corrected ?? '')?.title === '更正后的标题' &&
            items.get(withdrawn ?? '')?.title === '本文已撤回'
          );
        },
        { timeoutMs: 15_000 },
      );
      for (const [id, article] of expected) {
        const says = {
          [corrected ?? '']: {
            title: '更正后的标题',
            blocks: ['更正：人数应为二十一人。', '记者 曹俐', '共二十一人。', '来源：jngxq'],
          },
          [withdrawn ?? '']: {
            title: '本文已撤回',
            names: [],
            blocks: [
              expect.stringMatching(/^本文已于2\d{3}年.*撤回，请勿转载或引用。$/) as unknown as string,
            ],
          },
        }[id];
        if (says !== undefined) expected.set(id, { ...article, ...says });
      }
    });

    it.each(READERS)('$name shows what the $format says now, under the same ids', expectAllAsWanted);

    it('the feeds are served without error, and with the one warning of a tombstone', async () => {
      for (const channel of ['readers', 'readers-brief']) {
        expect(await findings(channel, 'json')).toEqual([]);
        expect(await findings(channel, 'rss')).toEqual(['end-tag-in-text title', 'end-tag-in-text category']);
        expect(await findings(channel, 'atom')).toEqual([
          'unknown-namespace at:deleted-entry',
          'end-tag-in-text name',
        ]);
      }
    });

    it('nothing of the withdrawn article is served', async () => {
      for (const format of ['rss', 'atom', 'json']) {
        expect(await (await fetch(feedUrl(format))).text()).not.toContain('将撤回');
      }
    });
  });
});
