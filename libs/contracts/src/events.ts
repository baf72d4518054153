import { z } from 'zod';
import { channelId } from './channel.js';
import { DELIVERY_ACTIONS } from './delivery.js';
import { SUBJECTS } from './subjects.js';

/* Events carry ids, never article bodies: NATS refuses messages over 1 MiB, and the ledger has the text. */

/** A version became public, or is asked for again by a replay, which names its channel. */
export const articleReleased = z.strictObject({
  articleId: z.uuid(),
  version: z.int().positive(),
  releasedAt: z.iso.datetime(),
  /** Of those that the version goes to, the ones that it is to be rendered for; all if left out. */
  channelIds: z.array(channelId).min(1).max(500).optional(),
});
export type ArticleReleased = z.infer<typeof articleReleased>;

/** An article was withdrawn; `version` is the newest that could have gone out. */
export const articleWithdrawn = z.strictObject({
  articleId: z.uuid(),
  version: z.int().positive(),
  orderId: z.uuid(),
});
export type ArticleWithdrawn = z.infer<typeof articleWithdrawn>;

/** Most channels one `rendition.ready` names, which keeps the message far below 1 MiB. */
export const RENDITION_BATCH = 500;

/** A rendition lies in the ledger for these channels. */
export const renditionReady = z.strictObject({
  renditionId: z.string().min(1),
  articleId: z.uuid(),
  version: z.int().positive(),
  action: z.enum(DELIVERY_ACTIONS),
  channelIds: z.array(channelId).min(1).max(RENDITION_BATCH),
});
export type RenditionReady = z.infer<typeof renditionReady>;

/** Schema of each subject's payload: messages are validated on the way out and on the way in. */
export const EVENT_SCHEMAS = {
  [SUBJECTS.articleReleased]: articleReleased,
  [SUBJECTS.articleWithdrawn]: articleWithdrawn,
  [SUBJECTS.renditionReady]: renditionReady,
} as const;
export type EventSubject = keyof typeof EVENT_SCHEMAS;
