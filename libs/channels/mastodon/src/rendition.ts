import { z } from 'zod';

/** A part of the article that a status shows the beginning of, in graphemes. */
const cut = z.object({
  part: z.enum(['headline', 'note', 'attribution', 'body']),
  shown: z.int(),
  of: z.int(),
});
export type Cut = z.infer<typeof cut>;

/** What a status shows of an article. The text is what is sent; the rest are facts about it for people. */
export const statusRendition = z.object({
  kind: z.literal('status'),
  text: z.string(),
  link: z.string(),
  /** Of the article, as Mastodon takes it (ISO 639). */
  language: z.string(),
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
  visibility: z.enum(['public', 'unlisted', 'private']),
});
export type SentStatus = z.infer<typeof sentStatus>;
