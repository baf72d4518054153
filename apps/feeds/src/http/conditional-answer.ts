import type { FastifyReply, FastifyRequest } from 'fastify';
import { isNotModified, lastModifiedHeader, type Validators } from '@newsrelay/feed-kit/validators';

export interface Representation extends Validators {
  body: Buffer;
  contentType: string;
  /** Of 304 as of 200. */
  headers: Readonly<Record<string, string>>;
}

/** 304 where the request's conditions say that its sender has these bytes already, else 200 with them. */
export function statusFor({ headers }: FastifyRequest, validators: Validators): 200 | 304 {
  const conditions = {
    ifNoneMatch: headers['if-none-match'],
    ifModifiedSince: headers['if-modified-since'],
  };
  return isNotModified(conditions, validators) ? 304 : 200;
}

/** Answers with it. `status` comes from `statusFor`. */
export async function answerWith(
  shown: Representation,
  status: 200 | 304,
  reply: FastifyReply,
): Promise<void> {
  reply
    .code(status)
    .headers(shown.headers)
    .header('last-modified', lastModifiedHeader(shown.lastModified, new Date()));
  if (status === 200) await reply.type(shown.contentType).send(shown.body);
  else endWithoutBody(status, reply);
}

/** Written here, because Fastify gives a 304 of HEAD a Content-Length of 0: it would be that of the 200 (RFC 9110, section 8.6). */
export function endWithoutBody(status: number, reply: FastifyReply): void {
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  reply.raw.writeHead(status).end();
}
