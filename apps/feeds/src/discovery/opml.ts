import { rfc822 } from '@newsrelay/channel-feed/times';
import { element } from '@newsrelay/channel-feed/xml';
import { feedUrl } from '@newsrelay/feed-kit/addresses';
import { siteUrl, type Site } from '../site.js';
import type { ListedFeeds } from './feed-directory.js';
import { textElement, xmlDocument } from './xml-lines.js';

/** OPML 2.0, a subscription list ("type=rss", opml.org/spec2): what readers import. */
export function opml({ feeds, changedAt }: ListedFeeds, site: Site): string {
  return xmlDocument('opml version="2.0"', [
    '<head>',
    textElement('title', site.name),
    ...(changedAt === null ? [] : [textElement('dateModified', rfc822(changedAt))]),
    textElement('docs', 'http://opml.org/spec2.opml'),
    '</head>',
    '<body>',
    ...feeds.map(({ channelId, title, description, language }) =>
      element('outline', {
        type: 'rss',
        text: title,
        title,
        description: description === '' ? null : description,
        language,
        version: 'RSS2',
        htmlUrl: siteUrl(site, '/feeds'),
        xmlUrl: feedUrl(site.publicUrl, channelId, 'rss'),
      }),
    ),
    '</body>',
  ]);
}
