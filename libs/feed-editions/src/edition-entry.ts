import type { ReleasedArticle } from '@newsrelay/channel-kit/rendition';

/** All that an edition tells of its channel. Every part comes from the ledger and the settings of the process. */
export interface EditionChannel {
  id: string;
  /** `urn:uuid:` of the channel, the same in all its feeds. */
  urn: string;
  title: string;
  description: string;
  language: string;
  /** A channel of summaries has no other editions. */
  content: 'full' | 'summary';
  /** Addresses: of what the feed belongs to, and of the edition itself. */
  link: string;
  self: string;
  /** How often partners may ask, minutes. */
  ttlMinutes: number;
}

/** One article of the channel's shelf: with its content, or withdrawn and without. */
export type EditionEntry = ShownArticle | WithdrawnArticle;

interface EntryPlace {
  /** Decimal: place in the order of releases. */
  releaseOrder: string;
  /** The article's page here. */
  page: string;
}

export interface ShownArticle extends EntryPlace {
  kind: 'shown';
  article: ReleasedArticle;
}

export interface WithdrawnArticle extends EntryPlace {
  kind: 'withdrawn';
  articleId: string;
  version: number;
  publishedAt: Date;
  withdrawnAt: Date;
  language: string;
}
