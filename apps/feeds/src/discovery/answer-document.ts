import type { FastifyReply, FastifyRequest } from 'fastify';
import { endWithoutBody, statusFor } from '../http/conditional-answer.js';
import type { KeptDocument } from './kept-documents.js';

/** No date of change is told: a client that goes by dates alone gets the document. */
const UNDATED = Number.POSITIVE_INFINITY;

export interface DocumentHeaders {
  contentType: string;
  /** Seconds for which caches may use it. */
  maxAge: number;
  headers?: Readonly<Record<string, string>>;
}

/** 304 for those that have these bytes already, else 200 with them. */
export async function answerDocument(
  document: KeptDocument,
  { contentType, maxAge, headers = {} }: DocumentHeaders,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { body, etag } = document;
  const status = statusFor(request, { etag, lastModified: UNDATED });
  reply.code(status).headers({
    etag,
    'cache-control': `public, max-age=${maxAge}`,
    vary: 'Accept-Encoding',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  if (status === 200) await reply.type(contentType).send(body);
  else endWithoutBody(status, reply);
}
