import { z } from 'zod';
import { channelId } from '@newsrelay/contracts/channel';
import { FEED_ACCESS, SILENT_AFTER_HOURS } from '@newsrelay/contracts/feed-token';
import { cleanText } from '@newsrelay/contracts/text';

/** Most items a feed document holds, whatever is asked for. */
export const MAX_ITEMS = 500;

/** Days that a notice stays where the channel says nothing. */
export const NOTICE_DAYS = 30;

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
  // Not there rather than empty where there are none: a process of the version before knows no such field.
  editions: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be the name of an edition such as google'))
    .max(20, 'must be at most 20')
    .refine((names) => new Set(names).size === names.length, 'must name each edition once')
    .optional()
    .describe('editions for partners, each at /feeds/CHANNEL/EDITION.xml or .json (docs/editions.md)'),
  hubSignature: z
    .enum(['sha1', 'sha256', 'sha384', 'sha512'])
    .optional()
    .describe('how pushes of the hub are signed for subscribers that gave a secret; sha256 if left out'),
  access: z
    .enum(FEED_ACCESS)
    .default('public')
    .describe('who may read the feed: everybody, or partners with a token'),
  silentAfterHours: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(8760, 'must be at most 8760')
    .optional()
    .describe(
      `hours without a request after which operators are told; without it ${SILENT_AFTER_HOURS} for each partner with a token, and never for a public feed`,
    ),
  withdrawalNoticeDays: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(3650, 'must be at most 3650')
    .optional()
    .describe('for how many days a withdrawn article stays as a notice; 30 if nothing is said'),
  movedTo: channelId
    .optional()
    .describe('id of the feed that takes the place of this one: readers are sent there for good'),
});
export type FeedSettings = z.infer<typeof feedSettings>;

/** What shapes an archive page: of the settings at the moment it was cut, whatever else those hold. */
export const feedPageSettings = z.object(
  feedSettings.pick({ title: true, description: true, language: true, content: true }).shape,
);
export type FeedPageSettings = z.infer<typeof feedPageSettings>;
