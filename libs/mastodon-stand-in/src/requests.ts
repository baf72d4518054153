import type { IncomingMessage } from 'node:http';
import { z } from 'zod';

/** An answer that ends a request. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const BODY_BYTES = 256 * 1024;

/** Parameters as Rails reads them: JSON or a form. What is neither is a bad request. @throws Refusal 400, 413, 415 */
export function readParameters(request: IncomingMessage, body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  if (body.length > BODY_BYTES) throw new Refusal(413, 'Payload Too Large');
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  const text = body.toString('utf8');
  if (type === 'application/x-www-form-urlencoded') return Object.fromEntries(new URLSearchParams(text));
  if (type !== 'application/json') throw new Refusal(415, 'Unsupported Media Type');
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    throw new Refusal(400, 'There was a problem in the JSON you submitted');
  }
}

const bool = z
  .union([z.boolean(), z.enum(['true', 'false', '0', '1'])])
  .transform((value) => (typeof value === 'boolean' ? value : value === 'true' || value === '1'));
const text = z.string();

/** Mastodon leaves out what it does not know without a word; here it is refused, since it is a mistake of the caller. */
export const newStatus = z.strictObject({
  status: text.default(''),
  spoiler_text: text.default(''),
  sensitive: bool.default(false),
  visibility: z.enum(['public', 'unlisted', 'private', 'direct']).default('public'),
  language: text.nullish(),
});
export const editedStatus = z.strictObject({
  status: text.default(''),
  spoiler_text: text.default(''),
  sensitive: bool.default(false),
  language: text.nullish(),
});
export const pageOfStatuses = z.strictObject({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .catch(20)
    .default(20)
    .transform((limit) => Math.min(limit, 40)),
  max_id: z.string().regex(/^\d+$/).optional(),
  since_id: z.string().regex(/^\d+$/).optional(),
  min_id: z.string().regex(/^\d+$/).optional(),
  exclude_reblogs: bool.optional(),
  exclude_replies: bool.optional(),
  only_media: bool.optional(),
  pinned: bool.optional(),
  tagged: text.optional(),
});

/** @throws Refusal 422 that names the parameter, as "Validation failed: …" */
export function parsed<T>(shape: z.ZodType<T>, parameters: unknown): T {
  const read = shape.safeParse(parameters);
  if (read.success) return read.data;
  const said = read.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `${issue.keys.join(', ')} is unknown`
      : `${issue.path.join('.') || 'parameters'} is invalid`,
  );
  throw new Refusal(422, `Validation failed: ${said.join(', ')}`);
}

/** ISO 639 codes that Mastodon knows, as far as this server does; others are dropped, as Mastodon does. */
export function languageOf(code: string | null | undefined): string | null {
  return code != null && /^[a-z]{2,3}(?:-[A-Z]{2})?$/.test(code) ? code : null;
}
