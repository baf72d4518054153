import { z } from 'zod';
import { channelId } from '@newsrelay/contracts/channel';
import { cleanText } from '@newsrelay/contracts/text';

/** Most items a feed document holds, whatever is asked for. */
export const MAX_ITEMS = 500;

/** Settings of a feed channel. Strict: an unknown field is refused by name. */
export const feedSettings = z.strictObject({
  title: z
    .string()
    .max(200, 'must be at most 200 characters')
    .transform((text) => cleanText(text).replace(/\s+/g, ' '))
    .pipe(z.string().min(1, 'must not be empty'))
    .describe('title of the feed as readers show it'),
  description: z
    .string()
    .max(1000, 'must be at most 1000 characters')
    .transform((text) => cleanText(text).replace(/\s+/g, ' '))
    .default('')
    .describe('one line about the feed'),
  language: z
    .string()
    .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a BCP 47 language tag such as zh-CN')
    .default('zh-CN'),
  maxItems: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(MAX_ITEMS, `must be at most ${MAX_ITEMS}`)
    .default(50)
    .describe('how many of the newest articles the feed holds'),
  content: z
    .enum(['full', 'summary'])
    .default('full')
    .describe('full text, or the first sentences with a link'),
  movedTo: channelId
    .optional()
    .describe('id of the feed that takes the place of this one: readers are sent there for good'),
});
export type FeedSettings = z.infer<typeof feedSettings>;
