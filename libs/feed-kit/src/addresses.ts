/** The formats of a feed, by the ending of their address. */
export const FEED_FORMATS = ['rss', 'atom', 'json'] as const;
export type FeedFormat = (typeof FEED_FORMATS)[number];

/** Media types without parameters: RSS Advisory Board's registration draft, RFC 4287 section 7, JSON Feed 1.1. */
export const MEDIA_TYPES: Record<FeedFormat, string> = {
  rss: 'application/rss+xml',
  atom: 'application/atom+xml',
  json: 'application/feed+json',
};

/** `publicUrl` without a trailing slash. */
export function feedUrl(publicUrl: string, channelId: string, format: FeedFormat): string {
  return `${publicUrl}/feeds/${channelId}.${format}`;
}

/** An archive page of a feed (RFC 5005); its number counts from 1, and none is ever given to another page. */
export function archivePageUrl(
  publicUrl: string,
  channelId: string,
  number: number,
  format: FeedFormat,
): string {
  return `${publicUrl}/feeds/${channelId}/archive/${number}.${format}`;
}

/** What changed in a feed, for machines. */
export function changesUrl(publicUrl: string, channelId: string): string {
  return `${publicUrl}/feeds/${channelId}/changes`;
}

/** What is withdrawn in a feed, for machines. */
export function withdrawalsUrl(publicUrl: string, channelId: string): string {
  return `${publicUrl}/feeds/${channelId}/withdrawals.json`;
}

/** The public page of an article here. */
export function articlePageUrl(publicUrl: string, articleId: string): string {
  return `${publicUrl}/articles/${articleId}`;
}

/** The channel and format that a file name below `/feeds/` names; null if it names none. */
export function parseFeedFile(file: string): { channelId: string; format: FeedFormat } | null {
  const dot = file.lastIndexOf('.');
  const format = FEED_FORMATS.find((known) => known === file.slice(dot + 1));
  return dot < 1 || format === undefined ? null : { channelId: file.slice(0, dot), format };
}

/** The WebSub hub of all feeds here. */
export function hubUrl(publicUrl: string): string {
  return `${publicUrl}/hub`;
}

/** The feed that is a topic of our hub; null for an address that is none, spelt exactly as its document says `rel=self`. */
export function parseTopic(
  topic: string,
  publicUrl: string,
): { channelId: string; format: FeedFormat } | null {
  const feeds = `${publicUrl}/feeds/`;
  return topic.startsWith(feeds) ? parseFeedFile(topic.slice(feeds.length)) : null;
}

/** The page and format that a file name below `/feeds/CHANNEL/archive/` names; null if it names none. */
export function parseArchiveFile(file: string): { number: number; format: FeedFormat } | null {
  // PostgreSQL's int ends at ten digits.
  const [, digits, ending] = /^([1-9]\d{0,8})\.([a-z]+)$/.exec(file) ?? [];
  const format = FEED_FORMATS.find((known) => known === ending);
  return digits === undefined || format === undefined ? null : { number: Number(digits), format };
}
