import { createHash } from 'node:crypto';
import { feedSettings } from '@newsrelay/channel-feed/settings';
import { makeFeedDocuments } from '@newsrelay/feed-kit/feed-documents';
import type { ArchivePlace, FeedState } from '@newsrelay/feed-kit/feed-state';
import type { Ledger } from '@newsrelay/ledger/database';
import { editionServedSince } from '@newsrelay/ledger/feed-shelf';
import type { PublicArticle } from '@newsrelay/ledger/public-article';
import { articlePage } from './article-page/article-page.js';

const AT = new Date('2025-01-03T00:00:00Z');
const ID = '00000000-0000-8000-8000-000000000000';

const FEED: FeedState = {
  channelId: 'sample',
  channelCreatedAt: AT,
  shapedAt: AT,
  settings: feedSettings.parse({ title: '样', description: '样' }),
  entries: [{ articleId: ID, releaseOrder: '1', publishedAt: AT, language: 'zh-CN', withdrawnAt: AT }],
};

const PAGE: ArchivePlace = { kind: 'page', number: 2, previous: 1 };

const ARTICLE: PublicArticle = {
  id: ID,
  source: '样',
  version: 1,
  content: {
    kicker: '样',
    headline: '样',
    subtitle: '样',
    dateline: '样',
    bylines: [{ role: '样', name: '样' }],
    editor: '样',
    body: ['样'],
    bodyHtml: null,
    media: ['image/jpeg', 'video/mp4'].map((type) => ({
      type,
      url: 'https://news.example/',
      caption: '样',
      credit: '样',
      alt: '样',
    })),
    sections: [],
    keywords: [],
    language: 'zh-CN',
    url: null,
  },
  note: '样',
  publishedAt: AT,
  releasedAt: AT,
  firstReleasedAt: AT,
  withdrawnAt: null,
};

/** Another one where the same rows make other bytes: under another public URL, or by a build that writes them differently. */
function editionOf(publicUrl: string): string {
  const feeds = [FEED, { ...FEED, archive: PAGE }].flatMap((state) =>
    Object.values(makeFeedDocuments(state, publicUrl)).map(({ etag }) => etag),
  );
  const page = articlePage(ARTICLE, publicUrl);
  return createHash('sha256')
    .update([...feeds, page].join('\n'))
    .digest('base64url');
}

/**
 * Since when documents are made as this process makes them. It belongs to every `Last-Modified`: else a client that goes
 * by the date alone would keep the links of an earlier public URL for as long as nothing else changes.
 */
export class Edition {
  #since: Date | undefined;

  constructor(
    private readonly ledger: Ledger,
    private readonly publicUrl: string,
  ) {}

  /** Asked of the ledger once, so that every instance and every restart says the same. */
  async since(): Promise<Date> {
    this.#since ??= await editionServedSince(this.ledger, editionOf(this.publicUrl));
    return this.#since;
  }
}
