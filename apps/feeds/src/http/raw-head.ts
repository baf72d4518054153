import { lastModifiedHeader, UNDATED } from '@newsrelay/feed-kit/validators';
import type { Coding } from '@newsrelay/feed-kit/codings';
import type { Representation } from './representation.js';

/** Names and values in turn, as `writeHead` takes them without putting them into objects first. */
export type RawHead = readonly string[];

/** Heads of one representation, by the tag that they carry. */
interface Heads {
  readonly ok: Map<string, RawHead>;
  readonly notModified: Map<string, RawHead>;
}

const kept = new WeakMap<Representation, Heads>();

/** Of a 200 in this coding: made once for each, as soon as its `Last-Modified` does not move any more. */
export function headOf200(shown: Representation, coding: Coding, body: Buffer): RawHead {
  const etag = shown.coded?.etags[coding] ?? shown.etag;
  return once(shown, 'ok', etag, (now) => [
    ...sharedHead(shown, etag, now),
    ...['content-type', shown.contentType],
    ...(coding === 'identity' ? [] : ['content-encoding', coding]),
    ...['content-length', String(body.length)],
  ]);
}

/** Of a 304 that names this tag; without a length, which would be that of the 200 (RFC 9110, section 8.6). */
export function headOf304(shown: Representation, etag: string): RawHead {
  return once(shown, 'notModified', etag, (now) => sharedHead(shown, etag, now));
}

/** Node's own `Date` is that of a second before, at times more where the machine is busy, milliseconds. */
const DATE_LAGS_MS = 2_000;

function once(shown: Representation, kind: keyof Heads, etag: string, make: (now: Date) => RawHead): RawHead {
  const heads = kept.get(shown);
  const known = heads?.[kind].get(etag);
  if (known !== undefined) return known;
  const now = new Date();
  const head = make(now);
  // Until its second is over `Last-Modified` is the time of the answer, and never later than its `Date` (section 8.8.2.1).
  if (shown.lastModified !== UNDATED && now.getTime() < shown.lastModified * 1000 + DATE_LAGS_MS)
    return [...head, 'date', now.toUTCString()];
  const own = heads ?? { ok: new Map<string, RawHead>(), notModified: new Map<string, RawHead>() };
  own[kind].set(etag, head);
  if (heads === undefined) kept.set(shown, own);
  return head;
}

function sharedHead(shown: Representation, etag: string, now: Date): string[] {
  const { headers, lastModified } = shown;
  const dated = lastModified === UNDATED ? {} : { 'last-modified': lastModifiedHeader(lastModified, now) };
  return Object.entries({ ...headers, etag, ...dated }).flat();
}
