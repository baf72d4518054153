import { z } from 'zod';

/** A part of the article that a status shows the beginning of, in graphemes. */
const cut = z.object({
  part: z.enum(['headline', 'note', 'attribution', 'body']),
  shown: z.int(),
  of: z.int(),
});
export type Cut = z.infer<typeof cut>;

const visibility = z.enum(['public', 'unlisted', 'private']);

/** What a status shows of an article. The text is what is sent; the rest are facts about it for people. */
export const statusRendition = z.object({
  kind: z.literal('status'),
  text: z.string(),
  link: z.string(),
  /** Of the article, as Mastodon takes it (ISO 639). */
  language: z.string(),
  /** Who sees it; renditions of earlier builds have none, and their channels no other. */
  visibility: visibility.default('public'),
  /** As Mastodon counts; at most `limit`. */
  characters: z.int(),
  limit: z.int(),
  /** Every truncation. */
  cut: z.array(cut),
  /** What of the article a status of this type never shows, or had no room for. */
  leftOut: z.array(z.enum(['kicker', 'subtitle', 'note', 'attribution', 'body', 'media'])),
  /** Marks in the text that were kept from becoming mentions, hashtags or links. */
  defused: z.object({ mentions: z.int(), hashtags: z.int(), links: z.int() }),
});
export type StatusRendition = z.infer<typeof statusRendition>;

/** Nothing of the article: which statuses are to go, the ledger knows. */
export interface WithdrawalRendition {
  kind: 'withdrawal';
}

/** The frozen bytes of a delivery. */
export const sentStatus = z.strictObject({
  status: z.string(),
  language: z.string(),
  visibility,
});
export type SentStatus = z.infer<typeof sentStatus>;
