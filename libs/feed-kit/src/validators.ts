import { createHash } from 'node:crypto';

/** What a client may compare its copy by. */
export interface Validators {
  /** Strong: a hash of the bytes, with its quotes (RFC 9110, section 8.8.3). */
  etag: string;
  /** Of the same content in other codings, where there are any: whoever holds one of them holds this. */
  otherEtags?: readonly string[];
  /** Seconds since 1970 of `Last-Modified`. */
  lastModified: number;
}

/** In place of a `lastModified`: no date of change is told, and a client that goes by dates alone gets the document. */
export const UNDATED = Number.POSITIVE_INFINITY;

/** The same bytes have the same tag on every instance and after every restart. */
export function strongEtag(bytes: Buffer): string {
  return `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`;
}

/**
 * The second of `Last-Modified` for a change at this instant: the full second after it. Rounding down would give two
 * changes within one second the same date, and a client that came between them would never hear of the later one.
 */
export function lastModifiedOf(changedAt: Date): number {
  return Math.floor(changedAt.getTime() / 1000) + 1;
}

/** `Last-Modified` as it may be sent at `now`: never in the future (RFC 9110, section 8.8.2.1). */
export function lastModifiedHeader(lastModified: number, now: Date): string {
  return new Date(Math.min(lastModified * 1000, now.getTime())).toUTCString();
}

/** The conditional fields of a request; of several lines of one field the values joined by ", ". */
export interface Conditions {
  ifNoneMatch: string | undefined;
  ifModifiedSince: string | undefined;
}

/** True if a GET or HEAD with these conditions is answered 304 (RFC 9110, section 13.2.2). */
export function isNotModified({ ifNoneMatch, ifModifiedSince }: Conditions, validators: Validators): boolean {
  if (ifNoneMatch !== undefined) return namedTag(ifNoneMatch, validators) !== null;
  if (ifModifiedSince === undefined) return false;
  const since = httpDate(ifModifiedSince);
  return since !== null && validators.lastModified <= since;
}

/**
 * The tag of ours that an `If-None-Match` names: `etag` before the others, also for `*`; null if it names none. Section 13.1.2:
 * weak comparison, any tag of the list.
 */
export function namedTag(
  ifNoneMatch: string,
  { etag, otherEtags = [] }: Pick<Validators, 'etag' | 'otherEtags'>,
): string | null {
  // What nearly all clients send.
  if (ifNoneMatch === etag || ifNoneMatch.trim() === '*') return etag;
  let other: string | null = null;
  for (const [tag] of ifNoneMatch.matchAll(/"[\x21\x23-\x7E\x80-\xFF]*"/g)) {
    if (tag === etag) return etag;
    if (other === null && otherEtags.includes(tag)) other = tag;
  }
  return other;
}

const HTTP_DATES = [
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/,
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT$/,
];
const ASCTIME = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/;

/** Seconds since 1970 of an HTTP-date in any of its three forms (section 5.6.7); null for anything else, which is then ignored. */
export function httpDate(text: string): number | null {
  const trimmed = text.trim();
  const known = HTTP_DATES.some((form) => form.test(trimmed)) || ASCTIME.test(trimmed);
  if (!known) return null;
  const at = Date.parse(ASCTIME.test(trimmed) ? `${trimmed} GMT` : trimmed);
  return Number.isNaN(at) ? null : at / 1000;
}
