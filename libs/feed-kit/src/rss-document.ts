import { Feed } from 'feed';
import { isRssLanguage } from '@newsrelay/channel-feed/rss-language';
import { rfc822 } from '@newsrelay/channel-feed/times';
import { element, escapeMarkup, legalText, plainText } from '@newsrelay/channel-feed/xml';
import { hubUrl } from './addresses.js';
import { archiveElements, documentUrl, isPage } from './archive-links.js';
import type { FeedState } from './feed-state.js';
import { FEED_TTL, SYNDICATION } from './freshness.js';
import { GENERATOR } from './generator.js';
import { withStylesheet } from './stylesheet.js';

const NAMESPACES = {
  atom: 'http://www.w3.org/2005/Atom',
  content: 'http://purl.org/rss/1.0/modules/content/',
  dc: 'http://purl.org/dc/elements/1.1/',
  dcterms: 'http://purl.org/dc/terms/',
  media: 'http://search.yahoo.com/mrss/',
  sy: 'http://purl.org/rss/1.0/modules/syndication/',
};

/** `feed` turns "&amp;" in a text back into "&" before it escapes: an ampersand that is meant must come escaped. */
const asFeedText = (text: string) => legalText(text).replaceAll('&', '&amp;');

/**
 * RSS 2.0 around items that are rendered already: the head by `feed`, its root with the namespaces that items use.
 * `changedAt` is the last change of the content.
 */
export function rssDocument(
  state: FeedState,
  publicUrl: string,
  changedAt: Date,
  items: readonly string[],
): string {
  const { title, description, language } = state.settings;
  const feed = new Feed({
    title: asFeedText(title),
    link: `${publicUrl}/`,
    // An empty description is none, and RSS asks for one.
    description: asFeedText(description === '' ? title : description),
    ...(isRssLanguage(language) ? { language } : {}),
    ttl: FEED_TTL,
    generator: GENERATOR,
    updated: changedAt,
    feedLinks: { rss: documentUrl(state, publicUrl, 'rss') },
    ...(isPage(state) ? {} : { hub: hubUrl(publicUrl) }),
  });
  // Takes the place of the date that `feed` writes in GMT.
  feed.addExtension({ name: 'lastBuildDate', objects: { _text: rfc822(changedAt) } });
  // Items without a byline are the feed's own, as in Atom; `managingEditor` would ask for an e-mail address.
  feed.addExtension({ name: 'dc:creator', objects: { _text: asFeedText(title) } });
  feed.addExtension({ name: 'sy:updatePeriod', objects: { _text: SYNDICATION.period } });
  feed.addExtension({ name: 'sy:updateFrequency', objects: { _text: SYNDICATION.frequency } });
  const rendered = feed.rss2();
  const head = rendered
    .slice(0, rendered.lastIndexOf('</channel>'))
    .trimEnd()
    .replace(/<rss\b[^>]*>/, () => rootElement(language))
    // The first of their kind, as `plainText` writes them.
    .replace(/<title>[^<]*<\/title>/, () => element('title', {}, plainText(title)))
    .replace(/<description>[^<]*<\/description>/, () =>
      element('description', {}, plainText(description === '' ? title : description)),
    );
  const indented = [...archiveElements(state, publicUrl, 'rss', 'atom:'), ...items].map(
    (part) => `        ${part}`,
  );
  const lines = [head, ...indented, '    </channel>', '</rss>', ''];
  return withStylesheet(lines.join('\n'), publicUrl);
}

function rootElement(language: string): string {
  const namespaces = Object.entries(NAMESPACES).map(([prefix, uri]) => `xmlns:${prefix}="${uri}"`);
  return `<rss version="2.0" ${namespaces.join(' ')} xml:lang="${escapeMarkup(language)}">`;
}
