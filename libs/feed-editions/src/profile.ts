import { z } from 'zod';
import { LIST_NAMES } from './fields.js';
import { HTML_TAGS } from './html-tags.js';
import { DATE_FORMATS, isTimeZone } from './dates.js';

/*
 * The language of profiles. Strict throughout: a word that is not known is refused by name. What concerns several parts of
 * a profile at once is checked in profile-rules.ts.
 */

export const EDITION_FORMATS = ['rss', 'atom', 'json'] as const;
export type EditionFormat = (typeof EDITION_FORMATS)[number];

/** As in addresses and in a channel's settings. */
export const EDITION_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

const zone = z.string().refine(isTimeZone, 'must be a time zone such as Asia/Shanghai, UTC or +08:00');
const fieldName = z.string().min(1);
const scalar = z.union([z.string(), z.number(), z.boolean()], 'must be a text, a number, true or false');

/** What stands in an element or attribute: a field, the first of several that has something to say, or a constant. */
const valueShape = {
  value: z
    .union(
      [fieldName, z.array(fieldName).min(1, 'must name a field')],
      'must be the name of a field, or a list of names',
    )
    .optional(),
  text: scalar.optional(),
  date: z.enum(DATE_FORMATS, `must be one of ${DATE_FORMATS.join(', ')}`).optional(),
  zone: zone.optional(),
  join: z.string().optional(),
  pattern: z
    .string()
    .regex(/^[^{}]*\{\}[^{}]*$/, 'must hold {} once, where the value goes')
    .optional(),
};

const condition = z
  .string()
  .regex(/^(has|no) [A-Za-z.]+$/, 'must be "has FIELD" or "no FIELD", such as "has withdrawn"');

const attributeSource = z.strictObject(valueShape);
export type ValueSource = z.infer<typeof attributeSource>;
const attribute = z.union(
  [scalar, attributeSource],
  'must be a constant, or a mapping with "value" and the name of a field',
);

const nodeShape = {
  name: z.string().min(1, 'must be the name of an element, or of a member in JSON'),
  ...valueShape,
  as: z.enum(['text', 'cdata'], 'must be text or cdata').optional(),
  attributes: z.record(z.string(), attribute).optional(),
  when: z
    .union([condition, z.array(condition)], 'must be a condition such as "has kicker", or a list of them')
    .optional(),
  empty: z.enum(['omit', 'keep'], 'must be omit or keep').optional(),
  each: z.enum(LIST_NAMES, `must be one of ${LIST_NAMES.join(', ')}`).optional(),
  role: z.string().min(1).optional(),
};

export interface ProfileNode extends ValueSource {
  name: string;
  as?: 'text' | 'cdata' | undefined;
  attributes?: Record<string, z.infer<typeof attribute>> | undefined;
  when?: string | string[] | undefined;
  empty?: 'omit' | 'keep' | undefined;
  each?: (typeof LIST_NAMES)[number] | undefined;
  role?: string | undefined;
  children?: ProfileNode[] | undefined;
}

const node: z.ZodType<ProfileNode> = z.strictObject({
  ...nodeShape,
  get children() {
    return z.array(node).min(1, 'must name an element').optional();
  },
});

const bytes = z
  .int('must be a whole number of bytes')
  .min(10_000, 'must be at least 10000')
  .max(50_000_000, 'must be at most 50000000');

const guid = z.discriminatedUnion(
  'rule',
  [
    z.strictObject({ rule: z.literal('urn-uuid') }),
    z.strictObject({ rule: z.literal('uuid') }),
    z.strictObject({ rule: z.literal('url') }),
    z.strictObject({
      rule: z.literal('tag'),
      authority: z
        .string()
        .regex(/^[a-z0-9.@_-]+$/i, 'must be a domain or e-mail address of yours (RFC 4151)'),
      date: z
        .string()
        .regex(
          /^\d{4}(-\d\d(-\d\d)?)?$/,
          'must be a day on which the authority was yours, such as "2025-01-01"',
        ),
    }),
  ],
  'must have "rule": urn-uuid, uuid, url or tag',
);
export type GuidRule = z.infer<typeof guid>;

export const profileSchema = z.strictObject({
  edition: z
    .string()
    .regex(EDITION_NAME, 'must be a name of a-z, 0-9 and -, at most 40 characters: it stands in addresses'),
  title: z.string().min(1, 'must say for whom the edition is').max(200),
  format: z.enum(EDITION_FORMATS, 'must be rss, atom or json'),
  contentType: z
    .string()
    .regex(/^(application|text)\/[a-z0-9.+-]+$/, 'must be a media type without parameters')
    .optional(),
  namespaces: z
    .record(
      z.string().regex(/^(?!xml)[A-Za-z_][\w.-]*$/i, 'must be a prefix that does not begin with xml'),
      z.url('must be the address that names the namespace'),
    )
    .default({}),
  guid,
  dates: z
    .strictObject({
      format: z.enum(DATE_FORMATS, `must be one of ${DATE_FORMATS.join(', ')}`).default('rfc3339'),
      zone: zone.default('Asia/Shanghai'),
    })
    .prefault({}),
  corrections: z
    .strictObject({
      move: z.enum(['modified', 'published', 'both', 'none'], 'must be modified, published, both or none'),
    })
    .default({ move: 'modified' }),
  titles: z
    .strictObject({
      min: z.int().min(1).max(300).default(1),
      max: z.int().min(10, 'must be at least 10').max(1000).optional(),
      short: z.enum(['keep', 'lengthen', 'leave-out'], 'must be keep, lengthen or leave-out').default('keep'),
    })
    .prefault({}),
  limits: z
    .strictObject({
      items: z.int('must be a whole number').min(1).max(500, 'must be at most 500').default(50),
      articleBytes: bytes.optional(),
      feedBytes: bytes.optional(),
      overflow: z.enum(['summary', 'leave-out'], 'must be summary or leave-out').default('summary'),
    })
    .prefault({}),
  html: z
    .strictObject({
      tags: z
        .array(z.enum(HTML_TAGS, `must be one of those that are stored: ${HTML_TAGS.join(', ')}`))
        .default([...HTML_TAGS]),
      media: z.enum(['include', 'omit'], 'must be include or omit').default('include'),
    })
    .prefault({}),
  images: z
    .strictObject({
      max: z.int().min(0).max(100, 'must be at most 100').default(100),
      types: z
        .array(z.string().regex(/^image\/[a-z0-9.+-]+$/, 'must be a media type such as image/jpeg'))
        .optional(),
      httpsOnly: z.boolean('must be true or false').default(false),
    })
    .prefault({}),
  expires: z
    .strictObject({
      days: z.int('must be a whole number of days').min(1).max(36_500),
      after: z.enum(['published', 'modified'], 'must be published or modified').default('published'),
    })
    .optional(),
  statuses: z
    .strictObject({
      published: z.string().min(1).default('published'),
      updated: z.string().min(1).default('updated'),
      withdrawn: z.string().min(1).default('withdrawn'),
    })
    .prefault({}),
  withdrawals: z.enum(['absent', 'notice', 'status'], 'must be absent, notice or status').default('notice'),
  channel: z.array(node).default([]),
  itemsName: z.string().min(1).default('items'),
  item: z.array(node).min(1, 'must say what an item holds'),
});

/** A profile whose defaults are filled in. Checked by `profile-rules.ts` too before anything is made of it. */
export type Profile = z.infer<typeof profileSchema>;
