import { z } from 'zod';
import { canonicalJson } from '@newsrelay/contracts/canonical-json';
import type { AttemptResult, Formatter, OutboundMessage } from './connector.js';
import type { RenditionContent } from './rendition.js';

/*
 * Channels that tell somebody where something changed, and nothing of what it says: a search engine reads the page itself.
 * Publication, correction and withdrawal are told alike; a withdrawn page answers 410, which takes it out of the index.
 */

const announcement = z.strictObject({ url: z.string() });

const addressOf = (canonicalUrl: string): RenditionContent => ({ url: new URL(canonicalUrl).href });

/** No setting shapes an address: all channels of a type share one rendition a version. */
export const announcementFormatter: Formatter<unknown> = {
  shape: () => ({}),
  render: ({ article }) => addressOf(article.canonicalUrl),
  renderWithdrawal: ({ canonicalUrl }) => addressOf(canonicalUrl),
};

/** What is frozen; the request around it is made of the channel's settings. */
export const composeAnnouncement = (rendition: RenditionContent): string => canonicalJson(rendition);

/** The address that a frozen message tells of. */
export function announcedUrl({ body }: Pick<OutboundMessage, 'body'>): string {
  return announcement.parse(JSON.parse(body)).url;
}

/** A setting: the site that a key or token belongs to, without a trailing slash. */
export const announcedSite = z
  .url({ protocol: /^https?$/, message: 'must be the address of the site, such as https://news.example' })
  .max(1024, 'must be at most 1024 characters')
  .refine((text) => !/[?#]/.test(text) && !/\/\/[^/]*@/.test(text), {
    message: 'must be an address without query, fragment or password',
  })
  .transform((text) => new URL(text).href.replace(/\/+$/, ''))
  .describe('address of the site whose pages are told of, such as https://news.example');

/** True if the page is one of the site: of its scheme, host and port, and below its path. */
export function isOfSite(url: string, site: string): boolean {
  return url === site || url.startsWith(`${site}/`);
}

/** Nothing was sent, since it is none of the site's pages: an engine would refuse it, rightly, each time. */
export function notOfSite(url: string, site: string): AttemptResult {
  return {
    outcome: 'delivered',
    status: null,
    error: null,
    response: `Nothing was sent: ${url} is not a page of ${site}.`,
  };
}
