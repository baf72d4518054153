import { timeForPeople } from '@newsrelay/channel-feed/times';
import { escapeMarkup } from '@newsrelay/channel-feed/xml';
import { FEED_FORMATS, feedUrl } from '@newsrelay/feed-kit/addresses';
import { pageFrame } from '../article-page/page-frame.js';
import { siteUrl, type Site } from '../site.js';
import type { ListedFeed } from './feed-directory.js';
import { feedLinks, FORMAT_NAMES } from './feed-links.js';
import { discoveryWording } from './wording.js';

/** Items that the page of a feed shows; the feed itself has them all. */
const SHOWN = 20;

/** A feed's item as its page shows it. */
export interface ShownItem {
  title: string;
  url: string;
  publishedAt: Date;
  language: string;
}

const paragraph = (text: string) => `<p>${escapeMarkup(text)}</p>`;

/** The addresses of a feed, each marked whole by one click on it. */
function addresses({ channelId }: ListedFeed, { publicUrl }: Site): string[] {
  return FEED_FORMATS.map((format) => {
    const address = escapeMarkup(feedUrl(publicUrl, channelId, format));
    return `<p class="address"><span>${FORMAT_NAMES[format]}</span> <a href="${address}">${address}</a></p>`;
  });
}

/** For people: all public feeds, and what to do with them. */
export function feedsPage(feeds: readonly ListedFeed[], site: Site, language: string): string {
  const wording = discoveryWording(language);
  const outline = siteUrl(site, '/opml.xml');
  return pageFrame(
    {
      language,
      title: `${wording.feeds} · ${site.name}`,
      head: [
        `<link rel="canonical" href="${escapeMarkup(siteUrl(site, '/feeds'))}">`,
        `<meta name="description" content="${escapeMarkup(wording.explained)}">`,
        ...feedLinks(feeds.slice(0, SHOWN), site),
      ],
      main: [
        `<h1>${escapeMarkup(wording.feeds)}</h1>`,
        paragraph(wording.explained),
        ...(feeds.length === 0
          ? [paragraph(wording.noFeeds)]
          : [
              paragraph(wording.howTo),
              `<p><a href="${escapeMarkup(outline)}">${escapeMarkup(wording.outline)}</a></p>`,
              '<ul class="feeds">',
              ...feeds.flatMap((feed) => [
                `<li lang="${escapeMarkup(feed.language)}"><h2>${escapeMarkup(feed.title)}</h2>`,
                ...(feed.description === '' ? [] : [paragraph(feed.description)]),
                ...addresses(feed, site),
                '</li>',
              ]),
              '</ul>',
            ]),
      ],
    },
    site,
  );
}

/** What a person sees who opens a feed in a browser: what it is, its addresses, its newest items. */
export function feedPage(feed: ListedFeed, items: readonly ShownItem[], site: Site): string {
  const wording = discoveryWording(feed.language);
  return pageFrame(
    {
      language: feed.language,
      title: `${feed.title} · ${site.name}`,
      head: ['<meta name="robots" content="noindex">', ...feedLinks([feed], site)],
      main: [
        `<p class="kicker">${escapeMarkup(wording.feeds)}</p>`,
        `<h1>${escapeMarkup(feed.title)}</h1>`,
        ...(feed.description === '' ? [] : [`<p class="subtitle">${escapeMarkup(feed.description)}</p>`]),
        `<div class="explained">${paragraph(wording.explained)}${paragraph(wording.howTo)}`,
        ...addresses(feed, site),
        '</div>',
        ...(items.length === 0 ? [] : [`<h2>${escapeMarkup(wording.newest)}</h2>`]),
        '<ol class="items">',
        ...items.slice(0, SHOWN).map(({ title, url, publishedAt, language }) => {
          const when = timeForPeople(publishedAt, feed.language);
          const link = `<a href="${escapeMarkup(url)}">${escapeMarkup(title)}</a>`;
          return `<li lang="${escapeMarkup(language)}">${link}<p>${when}</p></li>`;
        }),
        '</ol>',
      ],
    },
    site,
  );
}
