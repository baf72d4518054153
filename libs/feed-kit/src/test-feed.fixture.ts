import { feedConnector } from '@newsrelay/channel-feed/connector';
import { feedItemRendition } from '@newsrelay/channel-feed/rendition';
import { feedSettings } from '@newsrelay/channel-feed/settings';
import type { ReleasedArticle, RenditionDraft } from '@newsrelay/channel-kit/rendition';
import type { FeedEntry, FeedState } from './feed-state.js';

export const PUBLIC_URL = 'https://news.example';

const uuid = (order: number) => `019400aa-0000-7000-8000-${String(order).padStart(12, '0')}`;

/** An article whose times follow from its order, a minute apart. */
export function testArticle(order: number, changes: Partial<ReleasedArticle> = {}): ReleasedArticle {
  const releasedAt = new Date(Date.UTC(2025, 0, 3, 1, order, 0, 250));
  return {
    id: uuid(order),
    version: 1,
    source: 'jngxq',
    canonicalUrl: `${PUBLIC_URL}/articles/${uuid(order)}`,
    publishedAt: new Date('2025-01-02T16:00:00Z'),
    releasedAt,
    firstReleasedAt: releasedAt,
    note: null,
    kicker: null,
    headline: `第${order}条`,
    subtitle: null,
    dateline: '本报济宁讯',
    bylines: [{ role: '记者', name: '曹俐' }],
    editor: null,
    body: [`第${order}条的正文。`, '第二段。'],
    bodyHtml: null,
    media: [],
    sections: ['要闻'],
    keywords: [],
    language: 'zh-CN',
    url: null,
    ...changes,
  };
}

/** The article as a formatter gets it: a feed's headline has no limit. */
export function testDraft(article: ReleasedArticle): RenditionDraft {
  return { article, fitted: { headline: article.headline, cut: false } };
}

/** The entry of an article, rendered as transform does it. */
export function testEntry(order: number, changes: Partial<ReleasedArticle> = {}): FeedEntry {
  const article = testArticle(order, changes);
  const content = feedConnector.formatter.render(testDraft(article), feedSettings.parse({ title: 'T' }));
  return {
    articleId: article.id,
    releaseOrder: String(order),
    publishedAt: article.publishedAt,
    language: article.language,
    withdrawnAt: null,
    rendition: feedItemRendition.parse(content),
    linksHere: article.url === null,
    releasedAt: article.releasedAt,
    shelvedAt: new Date(article.releasedAt.getTime() + 500),
  };
}

/** The same entry after a withdrawal: nothing but ids and times is left. */
export function withdrawn(
  { articleId, releaseOrder, publishedAt, language }: FeedEntry,
  at: Date,
): FeedEntry {
  return { articleId, releaseOrder, publishedAt, language, withdrawnAt: at };
}

export function testState(entries: readonly FeedEntry[], settings: object = {}): FeedState {
  const parsed = feedSettings.parse({
    title: '高新区 R&D <要闻>',
    description: '一句话 & 说明',
    ...settings,
  });
  return {
    access: parsed.access,
    channelId: 'partner-daily',
    channelCreatedAt: new Date('2025-01-01T00:00:00Z'),
    shapedAt: new Date('2025-01-01T00:00:00Z'),
    settings: parsed,
    entries,
  };
}
