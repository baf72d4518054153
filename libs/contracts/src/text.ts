import { z } from 'zod';

/*
 * C0 and C1 controls but tab and line breaks, lone surrogates, and the non-characters of Unicode (section 23.7): XML 1.0 refuses
 * some, HTML calls the others an error. A mark in their place (U+FFFD) would be one more thing that validators warn of.
 */
const NOT_TEXT =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\p{Surrogate}\p{Noncharacter_Code_Point}]/gu;

/** Text as Newsrelay keeps it: no control characters, no lone surrogates, trimmed; nothing else is touched. */
export function cleanText(text: string): string {
  return text.replace(NOT_TEXT, '').trim();
}

/** One line of text, cleaned, of 1 to `max` UTF-16 units after cleaning. */
export function lineOf(max: number) {
  return z
    .string()
    .transform((text) => cleanText(text).replace(/\s*[\r\n\t\u2028\u2029]+\s*/g, ' '))
    .pipe(z.string().min(1, 'must not be empty').max(max, `must be at most ${max} characters`));
}

/** As `lineOf`, but an empty line or null means "not there". */
export function optionalLineOf(max: number) {
  return z
    .string()
    .max(max, `must be at most ${max} characters`)
    .transform((text) => cleanText(text).replace(/\s*[\r\n\t\u2028\u2029]+\s*/g, ' ') || null)
    .nullable()
    .default(null);
}

/** An instant with zone, RFC 3339. A date without a time or a time without a zone is refused. */
export const instant = z.iso.datetime({
  offset: true,
  message: 'must be an RFC 3339 instant with zone, e.g. 2025-01-03T00:00:00+08:00',
});

const SHANGHAI_OFFSET_MS = 8 * 3600_000;

/** RFC 3339 in Asia/Shanghai, which has had a fixed +08:00 since 1991; fractions only where there are any. */
export function toShanghaiTime(at: Date): string {
  const local = new Date(at.getTime() + SHANGHAI_OFFSET_MS).toISOString();
  return local.replace(/(?:\.000)?Z$/, '+08:00');
}
