import { z } from 'zod';

/** At most so many requests in so many seconds, evenly spread but for a short burst. */
export interface Rate {
  requests: number;
  perSeconds: number;
}

/** Most that can be asked for: a thousand requests a second. */
const MOST_A_MINUTE = 60_000;

/** A setting of channel types that make requests: how many a minute at most, where the outlet wants fewer than its type allows. */
export const maxPerMinute = z
  .int('must be a whole number of requests a minute')
  .min(1, 'must be at least 1')
  .max(MOST_A_MINUTE, `must be at most ${MOST_A_MINUTE}`)
  .optional()
  .describe('Requests a minute at most; left out: as many as the type allows.');

/** What a channel may get: the rate of its type, lowered by its settings. Null if there is none. */
export function rateOf(rate: Rate | null, settings: Record<string, unknown>): Rate | null {
  const asked = settings['maxPerMinute'];
  const own = typeof asked === 'number' ? { requests: asked, perSeconds: 60 } : null;
  if (rate === null || own === null) return rate ?? own;
  return own.requests / own.perSeconds < rate.requests / rate.perSeconds ? own : rate;
}
