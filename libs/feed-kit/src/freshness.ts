import type { FeedAccess } from '@newsrelay/contracts/feed-token';

/* How long a copy may be used. Feed elements and HTTP headers say the same. */

/** Minutes between two polls. Short, because a cache must not keep a withdrawn text for long. */
const TTL_MINUTES = 1;

/** RSS 2.0 `ttl`, minutes. */
export const FEED_TTL = TTL_MINUTES;
/** RSS 1.0 Syndication module: times per period. */
export const SYNDICATION = { period: 'hourly', frequency: 60 / TTL_MINUTES } as const;
/** RFC 9111 and RFC 5861, seconds: a minute fresh, half a minute old while asking again, five minutes while we are away. */
export const FEED_CACHE_CONTROL = `public, max-age=${TTL_MINUTES * 60}, stale-while-revalidate=30, stale-if-error=300`;
/** The same of a feed that only partners with a token may read: no cache that others share keeps it. */
const PROTECTED_FEED_CACHE_CONTROL = `private, max-age=${TTL_MINUTES * 60}`;
/** Of archive pages and lists: never `immutable`, since a withdrawn text leaves them too, and never longer stale than this. */
export const ARCHIVE_CACHE_CONTROL = `public, max-age=${TTL_MINUTES * 60}`;

/**
 * What HTTP says of who may read it; `freshness` is that of everybody's. Of a protected feed also: other sites are not told its
 * address, which may hold a token, and search engines keep nothing of it.
 */
export function accessHeaders(access: FeedAccess, freshness: string): Readonly<Record<string, string>> {
  if (access === 'public') return { 'cache-control': freshness, vary: 'Accept-Encoding' };
  return {
    'cache-control': PROTECTED_FEED_CACHE_CONTROL,
    vary: 'Authorization, Accept-Encoding',
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'noindex, noarchive',
  };
}
