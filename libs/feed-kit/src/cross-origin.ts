/** Feeds are there for the scripts of every page (the CORS protocol of the Fetch standard). Without credentials, which `*` excludes. */
export const CROSS_ORIGIN = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'ETag, Link, Retry-After',
} as const;
