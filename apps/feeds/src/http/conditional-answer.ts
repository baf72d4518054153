import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { Problem } from '@newsrelay/contracts/problem';
import { acceptedCodings, type Coding } from '@newsrelay/feed-kit/codings';
import { isNotModified, namedTag, type Validators } from '@newsrelay/feed-kit/validators';
import { headOf200, headOf304 } from './raw-head.js';
import type { Representation } from './representation.js';

export type { Representation } from './representation.js';

/** What of a request decides how it is answered. */
export interface Asked {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Node joins the lines of each of these to one text (`http.IncomingMessage.headers`). */
function headerOf({ headers }: Asked, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** 304 where the request's conditions say that its sender has this already, else 200 with it. */
export function statusFor(request: Asked, validators: Validators): 200 | 304 {
  const conditions = {
    ifNoneMatch: headerOf(request, 'if-none-match'),
    ifModifiedSince: headerOf(request, 'if-modified-since'),
  };
  return isNotModified(conditions, validators) ? 304 : 200;
}

/** True for a request that says what its sender has. */
export function isConditional(request: Asked): boolean {
  return (
    headerOf(request, 'if-none-match') !== undefined || headerOf(request, 'if-modified-since') !== undefined
  );
}

/** The coding to answer in; null where the request refuses every one that there is. */
export function codingFor(request: Asked, { coded }: Pick<Representation, 'coded'>): Coding | null {
  const accepted = headerOf(request, 'accept-encoding');
  if (coded !== undefined) return coded.codingFor(accepted);
  return acceptedCodings(accepted).includes('identity') ? 'identity' : null;
}

/** @throws Problem 406 */
export function refuseCodings(): never {
  throw new Problem(406, 'Accept-Encoding refuses every coding there is: br, gzip and identity.');
}

/**
 * The tag that goes with a 304: that of the coding which a 200 would have; but where the client holds another coding alone,
 * the one that it named, because a cache looks for what it has by that (RFC 9111, section 4.3.4).
 */
export function tagOf304(request: Asked, shown: Representation, coding: Coding): string {
  const etag = shown.coded?.etags[coding] ?? shown.etag;
  const ifNoneMatch = headerOf(request, 'if-none-match');
  if (ifNoneMatch === undefined) return etag;
  const otherEtags = [shown.etag, ...(shown.otherEtags ?? [])];
  return namedTag(ifNoneMatch, { etag, otherEtags }) ?? etag;
}

/**
 * Answers with it. `status` comes from `statusFor`. Written past Fastify, which would give a 304 of HEAD a Content-Length
 * of 0. @throws Problem 406
 */
export async function answerWith(
  shown: Representation,
  status: 200 | 304,
  reply: FastifyReply,
): Promise<void> {
  const { request } = reply;
  const coding = codingFor(request, shown);
  if (coding === null && status === 200) {
    reply.header('vary', shown.headers['vary'] ?? 'Accept-Encoding');
    refuseCodings();
  }
  const used = coding ?? 'identity';
  const body = status === 304 ? null : await (shown.coded?.in(used) ?? shown.body);
  // Hooks and callers may have said something already.
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  reply.hijack();
  if (body === null) write304(reply.raw, request, shown, used);
  else write200(reply.raw, shown, used, body);
}

/** HEAD as GET: Node leaves the body out. */
export function write200(
  response: ServerResponse,
  shown: Representation,
  coding: Coding,
  body: Buffer,
): void {
  response.writeHead(200, headOf200(shown, coding, body) as string[]).end(body);
}

export function write304(
  response: ServerResponse,
  request: Asked,
  shown: Representation,
  coding: Coding,
): void {
  response.writeHead(304, headOf304(shown, tagOf304(request, shown, coding)) as string[]).end();
}
