import { escapeMarkup } from '@newsrelay/channel-feed/xml';
import { FEED_FORMATS, feedUrl, MEDIA_TYPES, type FeedFormat } from '@newsrelay/feed-kit/addresses';
import type { Site } from '../site.js';
import type { ListedFeed } from './feed-directory.js';

export const FORMAT_NAMES: Record<FeedFormat, string> = { rss: 'RSS', atom: 'Atom', json: 'JSON Feed' };

/** Feed discovery as browsers and readers know it: `link rel=alternate` with the media type, one a format. */
export function feedLinks(feeds: readonly ListedFeed[], { publicUrl }: Site): string[] {
  return feeds.flatMap(({ channelId, title }) =>
    FEED_FORMATS.map((format) => {
      const href = escapeMarkup(feedUrl(publicUrl, channelId, format));
      const named = escapeMarkup(`${title} · ${FORMAT_NAMES[format]}`);
      return `<link rel="alternate" type="${MEDIA_TYPES[format]}" title="${named}" href="${href}">`;
    }),
  );
}
