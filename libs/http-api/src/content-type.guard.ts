import { type CanActivate, type ExecutionContext, SetMetadata, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { Problem } from '@newsrelay/contracts/problem';
import { JSON_TYPE, UnreadableBody } from './body-parsers.js';

const TAKES = 'newsrelay:takes';

/** Media types that a route takes where it is not plain JSON alone. */
export const Takes = (...types: string[]) => SetMetadata(TAKES, types);

/** A text body on a JSON route (and the other way round) is answered 415, not with a list of missing fields. */
@Injectable()
export class ContentTypeGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const header = request.headers['content-type'];
    if (header === undefined || request.body === undefined) return true;
    const type = header.split(';')[0]?.trim().toLowerCase() ?? '';
    const taken = this.reflector.get<string[] | undefined>(TAKES, context.getHandler()) ?? [JSON_TYPE];
    if (!taken.includes(type))
      throw new Problem(415, `The media type ${type} is not taken here: send ${taken.join(' or ')}.`);
    if (request.body instanceof UnreadableBody) throw request.body.problem;
    return true;
  }
}
