import type { Media } from '@newsrelay/contracts/article';

/** What an item says, before any format: an article or the notice of a withdrawal. Texts are plain, names are as sent. */
export interface FeedItem {
  articleId: string;
  link: string;
  title: string;
  /** Plain text of `summaryHtml`. */
  summary: string;
  summaryHtml: string;
  /** Null where the feed carries summaries. */
  contentHtml: string | null;
  /** Names of the bylines, whatever their roles: no format has a word for those. They stand in the content and in `extension`. */
  authors: string[];
  /** Sections, then keywords: what channels choose by is what readers can choose by. */
  categories: string[];
  /** Null where none is to be named. */
  source: string | null;
  /** Headings beside the title: kicker, then subtitle. */
  alternatives: string[];
  /** Null where none is named. */
  editor: string | null;
  media: Media[];
  language: string;
  /** Publication time; a correction or withdrawal does not move it. */
  publishedAt: Date;
  /** Release of this version, or the withdrawal. */
  modifiedAt: Date;
  /** What machines get beyond JSON Feed 1.1, as the extension `_newsrelay`. */
  extension: Record<string, unknown>;
}

/** The item's id in every format, whatever the public URL: RFC 9562 in its URN form (section 4). */
export function itemId(articleId: string): string {
  return `urn:uuid:${articleId}`;
}
