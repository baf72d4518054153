import { Feed } from 'feed';
import { CodedBody, type Coding } from '@newsrelay/feed-kit/codings';
import { encodedItem, fill, HOLE } from '@newsrelay/feed-kit/encoded-items';
import { makeFeedDocuments } from '@newsrelay/feed-kit/feed-documents';
import type { FeedEntry } from '@newsrelay/feed-kit/feed-state';
import { rssDocument } from '@newsrelay/feed-kit/rss-document';
import { PUBLIC_URL, testArticle, testEntry, testState } from '@newsrelay/feed-kit/test-feed.fixture';
import { answerParent } from './answer-parent.js';

/* Makes the documents of a feed of which one item changed, in one of several ways. */

const ITEMS = Number(process.argv[2]);
/** Of each item, characters: 3 kB. */
const LENGTH = 1_000;
const WORDS =
  '济宁 高新区 坚持 项目 建设 作为 质量 发展 主抓手 强化 要素 保障 优化 营商 环境 推动 产业链 延伸 价值 提升 企业 服务 创新 平台 人才 政策 落地 重点 工程 进度 群众 满意'.split(
    ' ',
  );

/** A text of its own for each item, the same in every run. */
function textOf(order: number): string[] {
  let [text, seed] = ['', order + 1];
  while (text.length < LENGTH) {
    seed = (seed * 48_271) % 2_147_483_647;
    text += WORDS[seed % WORDS.length] ?? '';
    if (seed % 11 === 0) text += seed % 3 === 0 ? '。' : '，';
  }
  return text.slice(0, LENGTH).match(/.{1,125}/gu) ?? [];
}

const bodies = Array.from({ length: ITEMS }, (_, order) => textOf(order));
const CHANGES = 50;

const entries = Array.from({ length: ITEMS }, (_, order) => testEntry(order, { body: bodies[order] ?? [] }));

/** The feed with another version of one of its articles each time: its rendition is new, and encoded nowhere yet. */
function changed(): FeedEntry[][] {
  return Array.from({ length: CHANGES }, (_, at) => {
    const place = at % ITEMS;
    return entries.toSpliced(
      place,
      1,
      testEntry(place, { body: bodies[place] ?? [], headline: `更正${at}`, version: 2 }),
    );
  });
}

function fullFeed(): Feed {
  const feed = new Feed({ title: '高新区要闻', link: `${PUBLIC_URL}/`, id: PUBLIC_URL, language: 'zh-CN' });
  for (let order = 0; order < ITEMS; order += 1) {
    const body = bodies[order] ?? [];
    const article = testArticle(order, { body });
    feed.addItem({
      title: article.headline,
      id: `urn:uuid:${article.id}`,
      link: article.canonicalUrl,
      date: article.publishedAt,
      description: body[0] ?? '',
      content: body.map((paragraph) => `<p>${paragraph}</p>`).join(''),
      author: [{ name: '曹俐' }],
      category: article.sections.map((name) => ({ name })),
    });
  }
  return feed;
}

const MAKERS: Readonly<Record<string, (entries: FeedEntry[]) => unknown>> = {
  /** With the changed item's encoding and the document's hash; as it is served. */
  rss: (shown) => {
    const state = testState(shown);
    const items = shown.map((entry) => encodedItem(entry, 'full', PUBLIC_URL));
    const text = rssDocument(
      state,
      PUBLIC_URL,
      state.shapedAt,
      items.map(() => HOLE),
    );
    return Buffer.concat(
      fill(
        text,
        items.map((item) => item.rss),
      ).parts,
    );
  },
  /** As a change makes them; each is put together when it is asked for. */
  all: (shown) => Object.values(makeFeedDocuments(testState(shown), PUBLIC_URL)).map((made) => made.body),
  'feed rss': () => fullFeed().rss2(),
  'feed all': () => {
    const feed = fullFeed();
    return [feed.rss2(), feed.atom1(), feed.json1()];
  },
};

answerParent({
  /** Milliseconds of one making, on average over as many as fit into the time given. */
  time: ({ maker, milliseconds }: { maker: string; milliseconds: number }): number => {
    const make = MAKERS[maker];
    if (make === undefined) throw new Error(`there is no maker ${maker}`);
    for (const entry of entries) encodedItem(entry, 'full', PUBLIC_URL);
    let [taken, times] = [0, 0];
    while (taken < milliseconds) {
      const feeds = changed();
      const from = performance.now();
      for (const feed of feeds) make(feed);
      taken += performance.now() - from;
      times += feeds.length;
    }
    return taken / times;
  },
  /** Milliseconds of one compression of the RSS document, and the bytes that come of it. */
  code: async ({ coding, milliseconds }: { coding: Coding; milliseconds: number }) => {
    const { body: plain } = makeFeedDocuments(testState(entries), PUBLIC_URL).rss;
    const { length: bytes } = await new CodedBody(plain, '"t"').in(coding);
    const from = performance.now();
    let times = 0;
    do {
      await new CodedBody(plain, '"t"').in(coding);
      times += 1;
    } while (performance.now() - from < milliseconds);
    return { ms: (performance.now() - from) / times, bytes, of: plain.length };
  },
});
