import { element } from '@newsrelay/channel-feed/xml';
import {
  archivePageUrl,
  changesUrl,
  feedUrl,
  MEDIA_TYPES,
  withdrawalsUrl,
  type FeedFormat,
} from './addresses.js';
import type { FeedState } from './feed-state.js';

/** RFC 5005, section 2. */
const FEED_HISTORY = 'http://purl.org/syndication/history/1.0';

type Relation = 'prev-archive' | 'next-archive' | 'current';

/** True of an archive page, which never changes and so is no topic of the hub. */
export const isPage = ({ archive }: FeedState): boolean => archive?.kind === 'page';

/** The document's own address. */
export function documentUrl(state: FeedState, publicUrl: string, format: FeedFormat): string {
  return state.archive?.kind === 'page'
    ? archivePageUrl(publicUrl, state.channelId, state.archive.number, format)
    : feedUrl(publicUrl, state.channelId, format);
}

/**
 * Links along the archive. A page names the next one before that is cut, so that it does not change when it is: the address of a
 * page to come leads to the feed itself.
 */
function archiveLinks({ channelId, archive }: FeedState, publicUrl: string, format: FeedFormat) {
  const link = (rel: Relation, href: string) => ({ rel, href });
  const page = (rel: Relation, number: number | null) =>
    number === null ? [] : [link(rel, archivePageUrl(publicUrl, channelId, number, format))];
  if (archive === undefined) return [];
  if (archive.kind === 'current') return page('prev-archive', archive.newestPage);
  return [
    ...page('prev-archive', archive.previous),
    ...page('next-archive', archive.number + 1),
    link('current', feedUrl(publicUrl, channelId, format)),
  ];
}

/** The links as elements of a feed's head, with `fh:archive` on a page. @param prefix of Atom's namespace in the document */
export function archiveElements(
  state: FeedState,
  publicUrl: string,
  format: 'rss' | 'atom',
  prefix: '' | 'atom:',
): string[] {
  const links = archiveLinks(state, publicUrl, format).map(({ rel, href }) =>
    element(`${prefix}link`, { rel, href, type: MEDIA_TYPES[format] }),
  );
  return state.archive?.kind === 'page'
    ? [element('fh:archive', { 'xmlns:fh': FEED_HISTORY }), ...links]
    : links;
}

/**
 * The same as members of a JSON feed: `next_url` leads to older items (JSON Feed 1.1), the rest is our extension, since that
 * format has no words for it.
 */
export function archiveMembers(state: FeedState, publicUrl: string): Record<string, unknown> {
  const { channelId, archive } = state;
  if (archive === undefined) return {};
  const links = Object.fromEntries(
    archiveLinks(state, publicUrl, 'json').map(({ rel, href }) => [rel.replace('-', '_'), href]),
  );
  const older = links['prev_archive'];
  return {
    ...(older === undefined ? {} : { next_url: older }),
    _newsrelay: {
      changes: changesUrl(publicUrl, channelId),
      withdrawals: withdrawalsUrl(publicUrl, channelId),
      ...(archive.kind === 'page' ? { archive: true } : {}),
      ...links,
    },
  };
}
