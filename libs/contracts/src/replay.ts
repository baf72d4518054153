import { z } from 'zod';
import { channelId } from './channel.js';
import { RETRYABLE_STATES } from './delivery.js';
import { instant } from './text.js';

/** The longest window of one replay, days. */
export const MOST_REPLAY_DAYS = 31;
/** Articles a second of one replay: the most, and unless the caller says otherwise. */
export const MOST_REPLAYS_PER_SECOND = 50;
export const REPLAYS_PER_SECOND = 5;

/** What both ends keep: the ledger's years have four digits. */
const bound = instant
  .transform((text) => new Date(text))
  .refine((at) => at.getUTCFullYear() >= 1 && at.getUTCFullYear() < 9999, {
    message: 'must be within the years 1 to 9998',
    // The length of such a window says nothing.
    abort: true,
  });

const state = z.enum(RETRYABLE_STATES, `must be one of ${RETRYABLE_STATES.join(', ')}`);

/** Body of `POST /api/v1/deliveries/replay`. */
export const replayInput = z
  .strictObject({
    channel: channelId,
    /** Half-open window on the release of articles by Newsrelay, of any of their versions. */
    since: bound,
    until: bound,
    /** Only existing deliveries in these states. */
    state: z.union([state, z.array(state).min(1).max(RETRYABLE_STATES.length)]).optional(),
    ratePerSecond: z
      .number('must be a number')
      .int('must be a whole number')
      .min(1, 'must be at least 1')
      .max(MOST_REPLAYS_PER_SECOND, `must be at most ${MOST_REPLAYS_PER_SECOND}`)
      .default(REPLAYS_PER_SECOND),
    dryRun: z.boolean('must be true or false').default(false),
  })
  .superRefine(({ since, until }, context) => {
    // A bound that is no instant has its own complaint, and is still the text that came.
    if (!(since instanceof Date && until instanceof Date)) return;
    const length = until.getTime() - since.getTime();
    const message =
      length <= 0
        ? 'must be after since'
        : length > MOST_REPLAY_DAYS * 86_400_000
          ? `must be at most ${MOST_REPLAY_DAYS} days after since: replay a shorter window, one after another`
          : null;
    if (message !== null) context.addIssue({ code: 'custom', path: ['until'], message });
  });
export type ReplayInput = z.infer<typeof replayInput>;
