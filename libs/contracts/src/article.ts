import { z } from 'zod';
import { instant, lineOf, optionalLineOf, cleanText } from './text.js';

/** Largest article by API, in bytes of the request body. */
export const MAX_ARTICLE_BYTES = 1024 * 1024;
/** Largest newspaper page, in bytes of the request body. */
export const MAX_PAGE_BYTES = 4 * 1024 * 1024;

export const byline = z.strictObject({
  role: optionalLineOf(40).describe('记者, 通讯员, 摄影 …; null where none is printed'),
  name: lineOf(80),
});
export type Byline = z.infer<typeof byline>;

const httpUrl = z
  .url({ protocol: /^https?$/, message: 'must be an absolute http or https URL' })
  .max(2048, 'must be at most 2048 characters')
  .transform((url) => new URL(url).href);

export const media = z.strictObject({
  url: httpUrl,
  type: z
    .string()
    .max(100)
    .regex(/^(image|video|audio)\/[a-z0-9.+-]+$/, 'must be a media type such as image/jpeg'),
  caption: z.string().max(2000).transform(cleanText).default(''),
  credit: z.string().max(200).transform(cleanText).default(''),
  alt: z.string().max(1000).transform(cleanText).default(''),
});
export type Media = z.infer<typeof media>;

const label = lineOf(60);

const contentFields = {
  kicker: optionalLineOf(300),
  headline: lineOf(300),
  subtitle: optionalLineOf(600),
  dateline: optionalLineOf(100),
  bylines: z.array(byline).max(50).default([]),
  editor: optionalLineOf(80),
  media: z.array(media).max(100).default([]),
  sections: z.array(label).max(50).default([]),
  keywords: z.array(label).max(100).default([]),
  language: z
    .string()
    .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a BCP 47 language tag such as zh-CN')
    .default('zh-CN'),
  url: httpUrl.nullable().default(null),
  embargoUntil: instant.nullable().default(null),
};

const textBody = z
  .array(z.string().transform(cleanText))
  .max(5000)
  .transform((paragraphs) => paragraphs.filter((paragraph) => paragraph !== ''));

function needsABody(input: { body?: string[] | undefined; bodyHtml?: string | null | undefined }): boolean {
  return (input.body?.length ?? 0) > 0 || (input.bodyHtml ?? '').trim() !== '';
}
const bodyRule = { message: 'is required: paragraphs of plain text, or bodyHtml', path: ['body'] };

/** Body of `POST /api/v1/articles`. */
export const articleInput = z
  .strictObject({
    source: lineOf(60).describe('who sends it; with sourceId the identity of the article'),
    sourceId: lineOf(200),
    ...contentFields,
    body: textBody.optional(),
    bodyHtml: z.string().nullable().optional(),
    publishedAt: instant.optional(),
  })
  .refine(needsABody, bodyRule);
export type ArticleInput = z.infer<typeof articleInput>;

const readOnly = z.unknown().optional();

/** Body of `PUT /api/v1/articles/{id}`: what GET gives may be sent back whole; its read-only fields are ignored. */
export const correctionInput = z
  .strictObject({
    source: lineOf(60).optional(),
    sourceId: lineOf(200).optional(),
    ...contentFields,
    body: textBody.optional(),
    bodyHtml: z.string().nullable().optional(),
    publishedAt: instant.optional(),
    note: optionalLineOf(1000).describe('the visible note (更正) of the correction'),
    id: readOnly,
    version: readOnly,
    publishedVersion: readOnly,
    state: readOnly,
    holds: readOnly,
    repairs: readOnly,
    createdAt: readOnly,
    updatedAt: readOnly,
  })
  .refine(needsABody, bodyRule);
export type CorrectionInput = z.infer<typeof correctionInput>;

/** What a version says: the article without its identity and life. `bodyHtml` is sanitised; null where the body came as plain text. */
export interface ArticleContent {
  kicker: string | null;
  headline: string;
  subtitle: string | null;
  dateline: string | null;
  bylines: Byline[];
  editor: string | null;
  body: string[];
  bodyHtml: string | null;
  media: Media[];
  sections: string[];
  keywords: string[];
  language: string;
  url: string | null;
}

export const VERSION_STATES = ['held', 'scheduled', 'published', 'discarded', 'withdrawn'] as const;
export type VersionState = (typeof VERSION_STATES)[number];

/** Why a version waits for an editor. */
export interface Hold {
  code: string;
  message: string;
}

/** What was mended, is proposed, or looks odd. `before` and `after` are short excerpts for people; `place` is for the machine. */
export interface Repair {
  /** Unique within the version. */
  id: string;
  class: 'auto' | 'propose' | 'flag';
  kind: string;
  /** `headline`, `body/3` … */
  field: string;
  before: string;
  after: string;
  /** How many equal mechanical mends this entry stands for. */
  count: number;
  /** What an editor decided of a proposal; null until then, and for the other classes. */
  decision: 'accept' | 'reject' | null;
  /** Set for proposals. */
  place: RepairPlace | null;
}

/** A repair as the API shows it. */
export type RepairView = Omit<Repair, 'place'>;

/** Where a proposal changes the text: UTF-16 offset and length in the field as delivered. */
export interface RepairPlace {
  field: 'kicker' | 'headline' | 'subtitle' | 'dateline' | 'bylines' | 'editor' | `body/${number}`;
  offset: number;
  length: number;
  replacement: string;
}

/** As large as the ledger's column takes. */
const versionNumber = z.int32().positive();

/** Body of `POST /api/v1/articles/{id}/approve`. */
export const approvalInput = z.strictObject({
  version: versionNumber,
  repairs: z.record(z.string(), z.enum(['accept', 'reject'])).default({}),
});
export const discardInput = z.strictObject({ version: versionNumber });
export const withdrawalInput = z.strictObject({ reason: lineOf(1000) });
