import { z } from 'zod';
import { instant, lineOf } from './text.js';

/** Prefix by which a partner's token is known as one of ours: no channel id has "_", so that it is told apart in a path. */
export const FEED_TOKEN_PREFIX = 'nrf_';
/** 32 bytes as base64url. */
export const FEED_TOKEN = /^nrf_[\w-]{43}$/;

/** Whatever may be a token, or a piece of one, in a text that others read. */
const WRITTEN_TOKEN = /nrf_[\w%~.-]{4,}/g;

/** The text without tokens, for log lines and whatever else is kept. */
export function withoutFeedTokens(text: string): string {
  return text.includes(FEED_TOKEN_PREFIX) ? text.replace(WRITTEN_TOKEN, `${FEED_TOKEN_PREFIX}…`) : text;
}

/** Setting of a served channel: who may read it. */
export const FEED_ACCESS = ['public', 'token'] as const;
export type FeedAccess = (typeof FEED_ACCESS)[number];

/** A partner's reader that was not heard for longer is silent, hours, where its channel says nothing else (`silentAfterHours`). */
export const SILENT_AFTER_HOURS = 24;

/** Of a channel as a whole, hours; null where it may be silent for ever: a public feed that says nothing of it. */
export function silentAfterHoursOf(settings: Readonly<Record<string, unknown>>): number | null {
  const { silentAfterHours: own, access } = settings;
  if (typeof own === 'number') return own;
  return access === 'token' ? SILENT_AFTER_HOURS : null;
}

/**
 * What one token may ask for in a clock hour: twice as many full answers as a reader gets that fetches whenever the feed's
 * minute is over, and a request a second in all.
 */
export const MOST_POLLS_AN_HOUR = { full: 120, all: 3_600 } as const;

/** Format characters (Unicode category Cf): a name with them reads as another one. */
const INVISIBLE = /\p{Cf}/u;

/** Body of `POST /api/v1/channels/{id}/tokens`. */
export const feedTokenInput = z.strictObject({
  name: lineOf(60)
    .refine((name) => !INVISIBLE.test(name), 'must not hold invisible or direction characters')
    .describe('who gets it; one token of a name in a channel'),
  expiresAt: instant.optional().describe('end of its validity; without it, until it is revoked'),
});
export type FeedTokenInput = z.output<typeof feedTokenInput>;

/** Longest time for which a token that was replaced goes on being taken, hours: 30 days. */
const LONGEST_OVERLAP = 720;

/** Body of `POST …/tokens/{tokenId}/rotate`. */
export const rotationInput = z
  .strictObject({
    overlapHours: z
      .number('must be a number')
      .min(0, 'must be at least 0')
      .max(LONGEST_OVERLAP, `must be at most ${LONGEST_OVERLAP}`)
      .default(24)
      .describe('for how long the old token is taken beside the new one; 0: not at all'),
  })
  .prefault({});
export type RotationInput = z.output<typeof rotationInput>;
