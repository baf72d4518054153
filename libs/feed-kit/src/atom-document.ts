import { createHash } from 'node:crypto';
import { Feed } from 'feed';
import { itemId } from '@newsrelay/channel-feed/feed-item';
import type { ItemFragments } from '@newsrelay/channel-feed/rendition';
import { element, escapeMarkup, legalText, plainText } from '@newsrelay/channel-feed/xml';
import { hubUrl, MEDIA_TYPES } from './addresses.js';
import { archiveElements, documentUrl, isPage } from './archive-links.js';
import { distinctUpdated, inMicroseconds } from './atom-updated.js';
import type { FeedState } from './feed-state.js';
import { GENERATOR } from './generator.js';
import { withStylesheet } from './stylesheet.js';

const TOMBSTONES = 'http://purl.org/atompub/tombstones/1.0';
const ROOT =
  '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"';

const asFeedText = (text: string) => legalText(text).replaceAll('&', '&amp;');

/**
 * Atom 1.0 (RFC 4287) around entries that are rendered already: the head by `feed`, then a tombstone for each withdrawn
 * entry, then the entries.
 */
export function atomDocument(
  state: FeedState,
  publicUrl: string,
  changedAt: Date,
  items: readonly ItemFragments['atom'][],
): string {
  const { title, description, language } = state.settings;
  const updated = distinctUpdated(state.entries);
  const feed = new Feed({
    id: feedId(state),
    title: asFeedText(title),
    link: `${publicUrl}/`,
    ...(description === '' ? {} : { description: asFeedText(description) }),
    generator: GENERATOR,
    updated: changedAt,
    // Entries without a byline are the feed's own (section 4.1.2: an entry or its feed names an author).
    author: { name: asFeedText(title) },
    feedLinks: { atom: documentUrl(state, publicUrl, 'atom') },
    ...(isPage(state) ? {} : { hub: hubUrl(publicUrl) }),
  });
  const rendered = feed.atom1();
  const head = rendered
    .slice(0, rendered.lastIndexOf('</feed>'))
    .trimEnd()
    .replace(/<feed\b[^>]*>/, () => `${ROOT} xml:lang="${escapeMarkup(language)}">`)
    // The title before it is escaped and so cannot hold this text.
    .replace(/<updated>[^<]*<\/updated>/, () => element('updated', {}, feedUpdated(changedAt, updated)))
    // As `plainText` writes them.
    .replace(/<title>[^<]*<\/title>/, () => element('title', {}, plainText(title)))
    .replace(/<name>[^<]*<\/name>/, () => element('name', {}, plainText(title)))
    .replace(/<subtitle>[^<]*<\/subtitle>/, () => element('subtitle', {}, plainText(description)))
    .replace('rel="self"', (self) => `${self} type="${MEDIA_TYPES.atom}"`);
  const entries = items.map(
    ({ beforeUpdated, afterUpdated }, at) => `    ${beforeUpdated}${updated[at] ?? ''}${afterUpdated}`,
  );
  const links = archiveElements(state, publicUrl, 'atom', '').map((link) => `    ${link}`);
  const lines = [head, ...links, ...tombstones(state, updated), ...entries, '</feed>', ''];
  return withStylesheet(lines.join('\n'), publicUrl);
}

/** Not before any of its entries: a reader that goes by it would leave the newest one unread. */
function feedUpdated(changedAt: Date, updated: readonly string[]): string {
  // All of one form and zone, so that they sort as text.
  return [inMicroseconds(changedAt, 0n), ...updated].reduce((latest, at) => (at > latest ? at : latest));
}

/**
 * RFC 6721 for those that honour it, of the same instant as the notice: a later notice would bring the entry back. Without
 * children: a reader would take a link or person in it for the feed's own.
 */
function tombstones({ entries }: FeedState, updated: readonly string[]): string[] {
  return entries.flatMap(({ articleId, withdrawnAt }, at) => {
    if (withdrawnAt === null) return [];
    const when = updated[at] ?? '';
    return [`    ${element('at:deleted-entry', { 'xmlns:at': TOMBSTONES, ref: itemId(articleId), when })}`];
  });
}

/** The feed's id: a UUID (RFC 9562, version 8) of the channel's id and birth, so that it survives a change of the public URL. */
export function feedId({
  channelId,
  channelCreatedAt,
}: Pick<FeedState, 'channelId' | 'channelCreatedAt'>): string {
  const hash = createHash('sha256').update(`${channelId}\n${channelCreatedAt.toISOString()}`).digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x80, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)];
  return itemId(parts.join('-'));
}
