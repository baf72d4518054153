import { createHash } from 'node:crypto';
import { feedSettings } from '@newsrelay/channel-feed/settings';
import type { Profiles } from '@newsrelay/feed-editions/profiles';
import { sampleDocument } from '@newsrelay/feed-editions/sample-document';
import { makeFeedDocuments } from '@newsrelay/feed-kit/feed-documents';
import type { ArchivePlace, FeedState } from '@newsrelay/feed-kit/feed-state';
import type { Ledger } from '@newsrelay/ledger/database';
import { buildServedSince } from '@newsrelay/ledger/feed-shelf';
import type { PublicArticle } from '@newsrelay/ledger/public-article';
import { articlePage } from './article-page/article-page.js';
import type { Site } from './site.js';

const AT = new Date('2025-01-03T00:00:00Z');
const ID = '00000000-0000-8000-8000-000000000000';

const FEED: FeedState = {
  channelId: 'sample',
  channelCreatedAt: AT,
  shapedAt: AT,
  access: 'public',
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

const LISTED = { channelId: 'sample', title: '样', description: '样', language: 'zh-CN' };

/**
 * Another one where the same rows make other bytes: under another public URL or name, by a build that writes them differently,
 * or by other profiles of editions.
 */
function digestOf(site: Site, { byName }: Profiles): string {
  const feeds = [FEED, { ...FEED, archive: PAGE }].flatMap((state) =>
    Object.values(makeFeedDocuments(state, site.publicUrl)).map(({ etag }) => etag),
  );
  const page = articlePage(ARTICLE, site, [LISTED]);
  const editions = [...byName.values()].map((profile) => [profile, sampleDocument(profile).body.toString()]);
  const made = [...feeds, page, ...editions.map((edition) => JSON.stringify(edition))];
  return createHash('sha256').update(made.join('\n')).digest('base64url');
}

/**
 * Since when documents are made as this process makes them. It belongs to every `Last-Modified`: else a client that goes
 * by the date alone would keep the links of an earlier public URL for as long as nothing else changes.
 */
export class BuildDigest {
  #since: Date | undefined;

  constructor(
    private readonly ledger: Ledger,
    private readonly site: Site,
    private readonly profiles: Profiles,
  ) {}

  /** Asked of the ledger once, so that every instance and every restart says the same. */
  async servedSince(): Promise<Date> {
    this.#since ??= await buildServedSince(this.ledger, digestOf(this.site, this.profiles));
    return this.#since;
  }
}
