import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problem } from '@newsrelay/contracts/problem';
import type { Actor } from '@newsrelay/ledger/audit';

/** Who a request is from. */
export interface Identity extends Actor {
  /** The one source of a key of the role source; null for all others. */
  source: string | null;
  /** End of the session that the request was sent with; null for a key itself. */
  expiresAt: Date | null;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null on open routes. */
    identity: Identity | null;
  }
}

export function identityOf(request: FastifyRequest): Identity {
  if (request.identity === null) throw new Error('an open route asked for the identity of its caller');
  return request.identity;
}

/** Parameter of a handler: who the request is from. Only on routes that need a key. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): Identity =>
  identityOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** A key of a source sends articles of that source only. @throws Problem 403 */
export function refuseOtherSource({ source: own }: Identity, source: string): void {
  if (own === null || own === source) return;
  throw new Problem(403, `source: this key may only send articles of the source ${own}, not of ${source}.`, [
    { path: '/source', message: `must be ${own}` },
  ]);
}
