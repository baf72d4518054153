import { CROSS_ORIGIN } from '@newsrelay/feed-kit/cross-origin';

/** Methods of a feed's address. */
export const FEED_METHODS = 'GET, HEAD, OPTIONS';

/**
 * Answer to OPTIONS of what is read and never written: a browser asks it before a conditional GET of a page's own making.
 * To be kept for a day.
 */
export const PREFLIGHT = {
  ...CROSS_ORIGIN,
  allow: FEED_METHODS,
  'access-control-allow-methods': FEED_METHODS,
  'access-control-allow-headers': 'A-IM, Authorization, Cache-Control, If-Modified-Since, If-None-Match',
  'access-control-max-age': '86400',
} as const;
