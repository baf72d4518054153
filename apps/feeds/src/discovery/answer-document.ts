import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerWith, statusFor, type Representation } from '../http/conditional-answer.js';
import { UNDATED } from '@newsrelay/feed-kit/validators';
import type { KeptDocument } from './kept-documents.js';

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
  const shown: Representation = {
    body,
    etag,
    lastModified: UNDATED,
    contentType,
    headers: {
      'cache-control': `public, max-age=${maxAge}`,
      vary: 'Accept-Encoding',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
  };
  await answerWith(shown, statusFor(request, shown), reply);
}
