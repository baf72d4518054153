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
