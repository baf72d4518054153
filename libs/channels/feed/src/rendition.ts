import { z } from 'zod';

/** One item, ready to be joined into the three documents. */
const itemFragments = z.strictObject({
  /** `<item>…</item>`. */
  rss: z.string(),
  /** The entry around its `atom:updated`, which differs per feed: two entries with the same instant are told apart there. */
  atom: z.strictObject({ beforeUpdated: z.string(), afterUpdated: z.string() }),
  /** JSON text of the item object. */
  json: z.string(),
});
export type ItemFragments = z.infer<typeof itemFragments>;

/**
 * What the feed formatter makes. Both contents a feed can be set to are in it, so that a changed setting applies to
 * every item at once and all feeds share one rendition.
 */
export const feedItemRendition = z.strictObject({
  kind: z.literal('item'),
  full: itemFragments,
  summary: itemFragments,
});
export type FeedItemRendition = z.infer<typeof feedItemRendition>;

/** Ids and times only: the notice is made from them where the document is made, with or without this rendition. */
export const feedWithdrawalRendition = z.strictObject({
  kind: z.literal('withdrawal'),
  articleId: z.string(),
  version: z.int(),
  withdrawnAt: z.iso.datetime(),
  language: z.string(),
});
export type FeedWithdrawalRendition = z.infer<typeof feedWithdrawalRendition>;
