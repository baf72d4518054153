import type { ArticleContent, Hold } from '@newsrelay/contracts/article';

/** A released version as the stages of transform and the connectors' formatters see it. Times are instants; output is +08:00. */
export interface ReleasedArticle extends ArticleContent {
  id: string;
  version: number;
  source: string;
  /** Where a reader finds it: the article's own `url`, else its public page here. */
  canonicalUrl: string;
  /** Publication time as the newsroom gave it. */
  publishedAt: Date;
  /** When this version was released. */
  releasedAt: Date;
  /** When the first version of the article was released. */
  firstReleasedAt: Date;
  /** The visible note of a correction. */
  note: string | null;
}

/** What the headline stage decided for a channel type with a limit. */
export interface FittedHeadline {
  headline: string;
  /** True if it was cut: then the body's first line must be the full headline. */
  cut: boolean;
}

/** Input of a formatter: the article with the headline as it fits the type. */
export interface RenditionDraft {
  article: ReleasedArticle;
  fitted: FittedHeadline;
}

/** A withdrawal as formatters see it: no content of the article. */
export interface WithdrawnArticle {
  id: string;
  version: number;
  withdrawnAt: Date;
  language: string;
  /** Where readers found it: for those alone who tell that something changed there. */
  canonicalUrl: string;
}

/** JSON that a formatter made; it lies in the ledger and is shared by all channels that render alike. */
export type RenditionContent = Record<string, unknown>;

/** A problem that makes a version unfit for every channel of a type; the version's delivery shows it. */
export type RenditionRefusal = Hold;
