import { randomBytes } from 'node:crypto';
import { get as httpGet } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, type DefaultTreeAdapterTypes } from 'parse5';
import { SaxesParser } from 'saxes';
import { feedConnector } from '@newsrelay/channel-feed/connector';
import { HOSTILE_TEXTS } from '@newsrelay/channel-feed/hostile-texts.fixture';
import { feedSettings } from '@newsrelay/channel-feed/settings';
import type { ArticleContent } from '@newsrelay/contracts/article';
import { deleteChannel, findChannel, updateChannel, type StoredChannel } from '@newsrelay/ledger/channels';
import { openLedger, type Ledger } from '@newsrelay/ledger/database';
import { migrate } from '@newsrelay/ledger/migrate';
import { TestNewsroom } from '@newsrelay/ledger/newsroom.fixture';
import type { ReleasedVersion } from '@newsrelay/ledger/routing';
import { freePort } from '@newsrelay/local-servers/free-port';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { startPostgres } from '@newsrelay/local-servers/postgres';
import type { LocalServer } from '@newsrelay/local-servers/server-process';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { startServiceProcess, type ServiceProcess } from '@newsrelay/service-process/service-process';
import { sql } from 'kysely';
import { FeedsModule } from '../feeds.module.js';

const PUBLIC_URL = 'https://news.example';
const NAME = '高新区报 <&> "one"';
const BROWSER = { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate', accept: 'text/html,*/*' };

function render({ articleId, content, ...version }: ReleasedVersion) {
  const canonicalUrl = content.url ?? `${PUBLIC_URL}/articles/${articleId}`;
  const article = { ...content, ...version, id: articleId, canonicalUrl };
  const fitted = { headline: content.headline, cut: false };
  return feedConnector.formatter.render({ article, fitted }, feedSettings.parse({ title: 'T' }));
}

interface XmlNode {
  name: string;
  attributes: Record<string, string>;
  text: string;
  children: XmlNode[];
}

/** Strict: what is not well formed, or uses a namespace that it does not declare, throws. */
function xml(text: string): XmlNode {
  const parser = new SaxesParser({ xmlns: true });
  const top: XmlNode = { name: '', attributes: {}, text: '', children: [] };
  const open = [top];
  parser.on('opentag', (tag) => {
    const attributes = Object.fromEntries(
      Object.entries(tag.attributes).map(([name, { value }]) => [name, value]),
    );
    const node = { name: tag.name, attributes, text: '', children: [] };
    open.at(-1)?.children.push(node);
    open.push(node);
  });
  parser.on('closetag', () => open.pop());
  parser.on('text', (value) => {
    const last = open.at(-1);
    if (last !== undefined) last.text += value;
  });
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(text).close();
  const [root] = top.children;
  if (root === undefined) throw new Error('there is no element');
  return root;
}

const child = (node: XmlNode, name: string) => node.children.find((one) => one.name === name);
const textOf = (node: XmlNode, name: string) => child(node, name)?.text;

type HtmlElement = DefaultTreeAdapterTypes.Element;

/** All elements of a page, as a browser builds them. */
function elements(html: string): HtmlElement[] {
  const found: HtmlElement[] = [];
  const walk = (parent: DefaultTreeAdapterTypes.ParentNode) => {
    for (const node of parent.childNodes) {
      if (!('tagName' in node)) continue;
      found.push(node);
      walk(node);
    }
  };
  walk(parse(html));
  return found;
}

const attribute = (element: HtmlElement, name: string) =>
  element.attrs.find((one) => one.name === name)?.value;

function metaOf(all: readonly HtmlElement[], property: string): (string | undefined)[] {
  return all
    .filter((one) => one.tagName === 'meta' && attribute(one, 'property') === property)
    .map((one) => attribute(one, 'content'));
}

function linksOf(all: readonly HtmlElement[], rel: string): HtmlElement[] {
  return all.filter((one) => one.tagName === 'link' && attribute(one, 'rel') === rel);
}

function textIn(element: HtmlElement): string {
  return element.childNodes.map((node) => ('value' in node ? node.value : '')).join('');
}

describe('discovery', () => {
  let data: TemporaryDataDir;
  let server: LocalServer;
  let ledger: Ledger;
  let newsroom: TestNewsroom;
  let service: ServiceProcess;
  let origin: string;

  beforeAll(async () => {
    data = temporaryDataDir();
    server = await startPostgres({ dataDir: data.path, survivesPowerLoss: false });
    ledger = openLedger({
      url: server.url,
      poolSize: 4,
      applicationName: 'spec',
      onIdleError: () => undefined,
    });
    await migrate(ledger);
    newsroom = new TestNewsroom({ ledger, channelType: 'feed', render });
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    service = await startServiceProcess({
      name: 'discovery-spec',
      services: ['feeds'],
      settings: {
        DATABASE_URL: server.url,
        NEWSRELAY_LOG_LEVEL: 'fatal',
        NEWSRELAY_PUBLIC_URL: PUBLIC_URL,
      },
      modules: [
        FeedsModule.forRoot({
          publicUrl: PUBLIC_URL,
          siteName: NAME,
          encryptionKey: randomBytes(32).toString('base64'),
          allowTargets: [],
        }),
      ],
      port,
      bind: '127.0.0.1',
      adminKey: 'a-key-of-this-spec',
      poolSize: 6,
    });
    await pollUntil('ready', async () => (await get('/health/ready')).ok, { timeoutMs: 10_000 });
    await newsroom.addChannel('news', { title: '要闻 & <b>', description: '每日要闻', language: 'zh-CN' });
    await newsroom.addChannel('sports', { title: 'Sports', language: 'en' });
    await newsroom.addChannel('partner', { title: '秘密', access: 'token' });
  }, 120_000);

  afterAll(async () => {
    await service.stop();
    await ledger.destroy();
    await server.stop();
    await data.remove();
  }, 60_000);

  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(origin + path, { headers, method, redirect: 'manual' });
  /** As a browser asks for what a person opens; `fetch` writes its own Sec-Fetch-Mode. */
  const opened = (path: string): Promise<Response> =>
    new Promise((resolve, reject) => {
      const asked = httpGet(origin + path, { headers: BROWSER }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const headers = Object.entries(answer.headers).map(([name, value]): [string, string] => [
            name,
            String(value),
          ]);
          resolve(new Response(Buffer.concat(chunks), { status: answer.statusCode ?? 500, headers }));
        });
      });
      asked.on('error', reject);
    });
  const textAt = async (path: string, headers: Record<string, string> = {}) =>
    (await get(path, headers)).text();
  const page = async (articleId: string) => elements(await textAt(`/articles/${articleId}`));
  const structured = (all: readonly HtmlElement[]) => {
    const block = all.filter((one) => attribute(one, 'type') === 'application/ld+json');
    expect(block).toHaveLength(1);
    return JSON.parse(block[0] === undefined ? '' : textIn(block[0])) as Record<string, unknown>;
  };
  /** Once the article lies on the feed's shelf. */
  async function published(channel: string, content: Partial<ArticleContent> = {}): Promise<string> {
    const { articleId } = await newsroom.publish([channel], content);
    await pollUntil(
      'on the shelf',
      async () => (await textAt(`/feeds/${channel}.json`)).includes(articleId),
      { timeoutMs: 5_000 },
    );
    return articleId;
  }

  it('names on an article’s page the feeds that hold it, in all formats, and none that is not public', async () => {
    const articleId = await published('news');
    await newsroom.deliver({ articleId, version: 1 }, ['partner']);
    const links = linksOf(await page(articleId), 'alternate');
    expect(
      links.map((one) => [attribute(one, 'type'), attribute(one, 'href'), attribute(one, 'title')]),
    ).toEqual([
      ['application/rss+xml', `${PUBLIC_URL}/feeds/news.rss`, '要闻 & <b> · RSS'],
      ['application/atom+xml', `${PUBLIC_URL}/feeds/news.atom`, '要闻 & <b> · Atom'],
      ['application/feed+json', `${PUBLIC_URL}/feeds/news.json`, '要闻 & <b> · JSON Feed'],
    ]);
    // Of an article that is on no feed: all that are public.
    const { articleId: loose } = await newsroom.release();
    const others = linksOf(await page(loose), 'alternate').map((one) => attribute(one, 'href'));
    expect(others).toEqual(
      ['news', 'sports'].flatMap((id) =>
        ['rss', 'atom', 'json'].map((format) => `${PUBLIC_URL}/feeds/${id}.${format}`),
      ),
    );
  });

  it('tells search engines and social networks of an article all that its page shows', async () => {
    const { articleId } = await newsroom.release({
      kicker: '肩题',
      headline: '头条新闻',
      subtitle: '副题',
      dateline: '本报讯',
      bylines: [
        { role: '记者', name: '曹俐' },
        { role: null, name: '李四' },
      ],
      editor: '赵六',
      body: ['第一句话。第二句话。'],
      bodyHtml:
        '<p>第一句话。第二句话。</p><p><img src="https://img.example/b.jpg" alt="乙" width="800" height="600"></p>',
      media: [
        { type: 'image/jpeg', url: 'https://img.example/a.jpg', caption: '图说', credit: '己某', alt: '甲' },
        { type: 'video/mp4', url: 'https://img.example/v.mp4', caption: '', credit: '', alt: '' },
      ],
      sections: ['要闻', '经济'],
      keywords: ['推介会'],
    });
    await newsroom.release(
      { headline: '头条新闻', body: ['更正后的话。'], sections: ['要闻'] },
      articleId,
      '第二段日期有误',
    );
    const corrected = await page(articleId);
    const url = `${PUBLIC_URL}/articles/${articleId}`;
    expect(structured(corrected)).toMatchObject({
      version: 2,
      correction: { '@type': 'CorrectionComment', text: '更正：第二段日期有误' },
      author: [{ '@type': 'Organization', name: 'jngxq' }],
    });

    const { articleId: whole } = await newsroom.release({
      kicker: '肩题',
      headline: '头条新闻',
      subtitle: '副题',
      dateline: '本报讯',
      bylines: [
        { role: '记者', name: '曹俐' },
        { role: null, name: '李四' },
      ],
      editor: '赵六',
      body: ['第一句话。第二句话。'],
      bodyHtml:
        '<p>第一句话。第二句话。</p><p><img src="https://img.example/b.jpg" alt="乙" width="800" height="600"></p>',
      media: [
        { type: 'image/jpeg', url: 'https://img.example/a.jpg', caption: '图说', credit: '己某', alt: '甲' },
        { type: 'video/mp4', url: 'https://img.example/v.mp4', caption: '', credit: '', alt: '' },
      ],
      sections: ['要闻', '经济'],
      keywords: ['推介会'],
    });
    const all = await page(whole);
    expect(linksOf(all, 'canonical').map((one) => attribute(one, 'href'))).toEqual([
      url.replace(articleId, whole),
    ]);
    expect(metaOf(all, 'og:type')).toEqual(['article']);
    expect(metaOf(all, 'og:title')).toEqual(['头条新闻']);
    expect(metaOf(all, 'og:description')).toEqual(['第一句话。第二句话。']);
    expect(metaOf(all, 'og:site_name')).toEqual([NAME]);
    expect(metaOf(all, 'og:locale')).toEqual(['zh_CN']);
    expect(metaOf(all, 'og:image')).toEqual(['https://img.example/a.jpg', 'https://img.example/b.jpg']);
    expect([metaOf(all, 'og:image:width'), metaOf(all, 'og:image:height')]).toEqual([['800'], ['600']]);
    expect(metaOf(all, 'article:published_time')).toEqual(['2025-01-03T00:00:00+08:00']);
    expect(metaOf(all, 'article:section')).toEqual(['要闻']);
    expect(metaOf(all, 'article:tag')).toEqual(['经济', '推介会']);
    expect(structured(all)).toMatchObject({
      '@context': 'https://schema.org',
      '@type': 'NewsArticle',
      headline: '头条新闻',
      alternativeHeadline: '副题',
      datePublished: '2025-01-03T00:00:00+08:00',
      author: [
        { '@type': 'Person', name: '曹俐', jobTitle: '记者' },
        { '@type': 'Person', name: '李四' },
      ],
      editor: { '@type': 'Person', name: '赵六' },
      publisher: { '@type': 'Organization', name: NAME, url: `${PUBLIC_URL}/` },
      image: [
        { '@type': 'ImageObject', url: 'https://img.example/a.jpg', caption: '图说', creditText: '己某' },
        { '@type': 'ImageObject', url: 'https://img.example/b.jpg', width: 800, height: 600 },
      ],
      articleSection: ['要闻', '经济'],
      keywords: ['推介会'],
      inLanguage: 'zh-CN',
      isAccessibleForFree: true,
      mainEntityOfPage: { '@id': url.replace(articleId, whole) },
    });
    expect(structured(all)).not.toHaveProperty('correction');
  });

  it('keeps hostile texts texts, in the head as in the data block', async () => {
    const texts = [...HOSTILE_TEXTS, '</script><script>alert(1)</script>', '<!-- <script>', '\u2028'];
    const long = texts.join(' | ').slice(0, 300).trim();
    const { articleId } = await newsroom.release({
      headline: long,
      kicker: long,
      subtitle: long,
      bylines: texts.map((text) => ({ role: text, name: text })),
      body: texts,
      media: [{ type: 'image/png', url: 'https://i.example/a', caption: long, credit: long, alt: long }],
      sections: texts,
      keywords: texts,
      editor: long,
    });
    const all = await page(articleId);
    const data = structured(all);
    expect(data).toMatchObject({
      headline: long,
      alternativeHeadline: long,
      keywords: texts,
      articleSection: texts,
    });
    expect((data['author'] as { name: string }[]).map(({ name }) => name)).toEqual(texts);
    expect(metaOf(all, 'og:title')).toEqual([long]);
    expect(all.filter((one) => one.tagName === 'script')).toHaveLength(1);
    expect(all.filter((one) => one.attrs.some(({ name }) => name.startsWith('on')))).toEqual([]);
  });

  it('names an article’s own address where it lives elsewhere, and lists it in no sitemap', async () => {
    const url = 'https://elsewhere.example/%E4%B8%80';
    const { articleId } = await newsroom.release({ url });
    const all = await page(articleId);
    expect(linksOf(all, 'canonical').map((one) => attribute(one, 'href'))).toEqual([url]);
    expect(metaOf(all, 'og:url')).toEqual([url]);
    expect(structured(all)).toMatchObject({ url, mainEntityOfPage: { '@id': url } });
    expect(await textAt('/sitemap.xml')).not.toContain(articleId);
  });

  it('leaves nothing of a withdrawn article to be found', async () => {
    const { articleId } = await newsroom.release({ headline: '撤下的标题' });
    await newsroom.withdraw(articleId);
    const answer = await get(`/articles/${articleId}`);
    expect(answer.status).toBe(410);
    const html = await answer.text();
    expect(html).not.toContain('撤下的标题');
    const all = elements(html);
    expect(
      all.filter((one) => attribute(one, 'name') === 'robots').map((one) => attribute(one, 'content')),
    ).toEqual(['noindex']);
    expect(all.filter((one) => one.tagName === 'script')).toEqual([]);
    expect(linksOf(all, 'canonical')).toEqual([]);
  });

  it('lists the pages that may be looked at, with their last change, and no others', async () => {
    const { articleId: kept } = await newsroom.release();
    const { articleId: gone } = await newsroom.release();
    await newsroom.withdraw(gone);
    // Told at once to an instance that has not been asked for some seconds.
    const root = await pollUntil(
      'a sitemap that is fresh',
      async () => {
        const text = await textAt('/sitemap.xml');
        return text.includes(kept) && !text.includes(gone) && xml(text);
      },
      { timeoutMs: 15_000 },
    );
    expect([root.name, root.attributes['xmlns']]).toEqual([
      'urlset',
      'http://www.sitemaps.org/schemas/sitemap/0.9',
    ]);
    for (const url of root.children) {
      expect([url.name, url.children.map(({ name }) => name)]).toEqual(['url', ['loc', 'lastmod']]);
      expect(textOf(url, 'loc')).toMatch(/^https:\/\/news\.example\/articles\/[0-9a-f-]{36}$/);
      expect(textOf(url, 'lastmod')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/);
    }
    const answer = await get('/sitemap.xml');
    expect(answer.headers.get('content-type')).toBe('application/xml; charset=utf-8');
    const etag = answer.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{27}"$/);
    expect((await get('/sitemap.xml', { 'if-none-match': etag })).status).toBe(304);
    expect((await get('/sitemap-1.xml')).status).toBe(404);
  }, 30_000);

  it('lists the news of two days with the publication’s name and language, and no older ones', async () => {
    const fresh = await newsroom.release({ headline: '今天 <&> 的新闻', language: 'zh-Hant' });
    const english = await newsroom.release({ headline: 'Today', language: 'en-GB' });
    const old = await newsroom.release({ headline: '旧闻' });
    const tomorrow = await newsroom.release({ headline: '明天的报纸' });
    const elsewhere = await newsroom.release({ headline: 'x', url: 'https://elsewhere.example/' });
    const dated = async (id: string, hours: number) =>
      sql`update article_versions set published_at = clock_timestamp() + ${hours} * interval '1 hour'
          where article_id = ${id}::uuid`.execute(ledger);
    await dated(fresh.articleId, -1);
    await dated(english.articleId, -47.9);
    await dated(old.articleId, -48.1);
    await dated(tomorrow.articleId, 1);
    await dated(elsewhere.articleId, -1);
    const root = xml(await textAt('/news-sitemap.xml'));
    expect(root.attributes).toMatchObject({ 'xmlns:news': 'http://www.google.com/schemas/sitemap-news/0.9' });
    const told = root.children.map((url) => {
      const news = child(url, 'news:news') ?? url;
      const publication = child(news, 'news:publication') ?? url;
      return [
        textOf(url, 'loc'),
        textOf(publication, 'news:name'),
        textOf(publication, 'news:language'),
        textOf(news, 'news:title'),
      ];
    });
    expect(told).toEqual([
      [`${PUBLIC_URL}/articles/${fresh.articleId}`, NAME, 'zh-tw', '今天 <&> 的新闻'],
      [`${PUBLIC_URL}/articles/${english.articleId}`, NAME, 'en', 'Today'],
    ]);
  });

  it('outlines all public feeds for readers to import', async () => {
    const answer = await get('/opml.xml');
    expect(answer.headers.get('content-type')).toBe('text/x-opml; charset=utf-8');
    const root = xml(await answer.text());
    expect([root.name, root.attributes['version'], root.children.map(({ name }) => name)]).toEqual([
      'opml',
      '2.0',
      ['head', 'body'],
    ]);
    const outlines = child(root, 'body')?.children.map(({ attributes }) => attributes);
    expect(outlines).toEqual([
      {
        type: 'rss',
        text: '要闻 & <b>',
        title: '要闻 & <b>',
        description: '每日要闻',
        language: 'zh-CN',
        version: 'RSS2',
        htmlUrl: `${PUBLIC_URL}/feeds`,
        xmlUrl: `${PUBLIC_URL}/feeds/news.rss`,
      },
      expect.objectContaining({ text: 'Sports', xmlUrl: `${PUBLIC_URL}/feeds/sports.rss` }),
    ]);
  });

  it('lists them for people, in Chinese or English, and follows a channel that changes or goes', async () => {
    const chinese = await textAt('/feeds');
    expect(chinese).toContain('<html lang="zh-CN">');
    expect(chinese).not.toContain('秘密');
    const english = await get('/feeds', { 'accept-language': 'en-GB,en;q=0.9' });
    expect(english.headers.get('vary')).toBe('Accept-Encoding, Accept-Language');
    expect(english.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    const all = elements(await english.text());
    const links = all.filter((one) => one.tagName === 'a').map((one) => attribute(one, 'href'));
    expect(links).toEqual(expect.arrayContaining([`${PUBLIC_URL}/feeds/news.rss`, `${PUBLIC_URL}/opml.xml`]));

    await newsroom.addChannel('brief', { title: '短暂' });
    const shows = (title: string, shown: boolean) =>
      pollUntil(title, async () => (await textAt('/feeds')).includes(title) === shown, { timeoutMs: 5_000 });
    await shows('短暂', true);
    const change = async (changes: Partial<StoredChannel>) => {
      const known = await findChannel(ledger, 'brief');
      if (known === undefined) throw new Error('no such channel');
      await ledger.transaction().execute((tx) => updateChannel(tx, { ...known, ...changes }));
    };
    await change({ settings: { title: '改名' } });
    await shows('改名', true);
    await change({ enabled: false });
    await shows('改名', false);
    await change({ enabled: true });
    await shows('改名', true);
    await deleteChannel(ledger, 'brief');
    await shows('改名', false);
  }, 30_000);

  it('shows a person who opens a feed in a browser what it is, and everybody else the feed', async () => {
    const hostile = HOSTILE_TEXTS.join(' | ').slice(0, 300).trim();
    const articleId = await published('news', { headline: hostile });
    for (const format of ['rss', 'atom', 'json']) {
      const path = `/feeds/news.${format}`;
      const answer = await opened(path);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      // No cache may give it to a reader instead of the feed.
      expect(answer.headers.get('cache-control')).toBe('private, no-store');
      expect(answer.headers.get('vary')).toContain('Sec-Fetch-Dest');
      const all = elements(await answer.text());
      expect(all.filter((one) => one.tagName === 'h1').map(textIn)).toEqual(['要闻 & <b>']);
      const links = all.filter((one) => one.tagName === 'a');
      expect(links.map((one) => attribute(one, 'href'))).toContain(`${PUBLIC_URL}${path}`);
      const item = links.find((one) => attribute(one, 'href') === `${PUBLIC_URL}/articles/${articleId}`);
      expect(item === undefined ? '' : textIn(item)).toBe(hostile);
      expect(all.filter((one) => one.tagName === 'script')).toEqual([]);
      for (const headers of [
        {},
        { accept: 'text/html' },
        { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' },
      ])
        expect((await get(path, headers)).headers.get('content-type')).not.toMatch(/html/);
    }
    expect((await opened('/feeds/nothing.rss')).status).toBe(404);
  });

  it('names its stylesheet in XML, from any depth', async () => {
    for (const format of ['rss', 'atom']) {
      const [declaration, instruction] = (await textAt(`/feeds/news.${format}`)).split('\n');
      expect(declaration).toMatch(/^<\?xml version="1.0" encoding="utf-8"\?>$/);
      expect(instruction).toBe('<?xml-stylesheet type="text/css" href="/feeds/style.css"?>');
    }
    const sheet = await get('/feeds/style.css');
    expect(sheet.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(sheet.headers.get('cache-control')).toBe('public, max-age=86400');
    expect(sheet.headers.get('x-content-type-options')).toBe('nosniff');
    const etag = sheet.headers.get('etag') ?? '';
    expect((await get('/feeds/style.css', { 'if-none-match': etag })).status).toBe(304);
  });

  it('tells robots what is theirs, and where the sitemaps are', async () => {
    const answer = await get('/robots.txt');
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    const lines = (await answer.text()).split('\n');
    expect(lines[0]).toBe('User-agent: *');
    expect(lines).toEqual(expect.arrayContaining(['Allow: /articles/', 'Disallow: /api/']));
    expect(lines.filter((one) => one.startsWith('Sitemap: '))).toEqual([
      `Sitemap: ${PUBLIC_URL}/sitemap.xml`,
      `Sitemap: ${PUBLIC_URL}/news-sitemap.xml`,
    ]);
  });

  it('serves the key of an IndexNow channel for as long as there is one, and no other text', async () => {
    const key = '26ecd1ada8034912a62634cc4e3ddd7e';
    expect((await get(`/${key}.txt`)).status).toBe(404);
    await newsroom.addChannel('engines', { site: PUBLIC_URL, key }, 'indexnow');
    const answer = await get(`/${key}.txt`);
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      200,
      'text/plain; charset=utf-8',
      key,
    ]);
    expect((await get(`/${key.toUpperCase()}.txt`)).status).toBe(404);
    expect((await get('/short.txt')).status).toBe(404);
    await deleteChannel(ledger, 'engines');
    expect((await get(`/${key}.txt`)).status).toBe(404);
  });

  it('answers HEAD as GET without a body', async () => {
    for (const path of [
      '/sitemap.xml',
      '/news-sitemap.xml',
      '/robots.txt',
      '/opml.xml',
      '/feeds',
      '/feeds/style.css',
    ]) {
      const [head, whole] = [await get(path, {}, 'HEAD'), await get(path)];
      expect([path, head.status, await head.text()]).toEqual([path, 200, '']);
      expect(head.headers.get('etag')).toBe(whole.headers.get('etag'));
    }
  });
});
