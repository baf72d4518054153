import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '@newsrelay/contracts/problem';
import type { Authenticator } from './authenticator.js';
import type { Identity } from './identity.js';
import { may, rolesThatMay, type Permission } from './roles.js';
import { pathOf } from './route-table.js';

/** Below these a key is asked for before it is told that there is nothing. */
const GUARDED = /^\/(api|queues|metrics)(\/|$)/;

/** @throws Problem 403 that names the roles which may */
export function refuseOtherRoles({ keyName, role }: Identity, permission: Permission): void {
  if (may(role, permission)) return;
  const roles = rolesThatMay(permission);
  const needed = roles.length === 1 ? `the role ${String(roles[0])}` : `one of the roles ${roles.join(', ')}`;
  throw new Problem(403, `This needs ${needed}; the key ${keyName} has the role ${role}.`);
}

/**
 * Before any body is read: each route is marked with what it needs, and whoever sends the request must hold it by key
 * (`Authorization: Bearer KEY`, RFC 6750) or by session. @throws Problem 401, 403
 */
export function guardRoutes(fastify: FastifyInstance, authenticator: Authenticator): void {
  fastify.decorateRequest('identity', null);
  fastify.addHook('onRequest', async (request, reply) => {
    // The matched route decides, not the spelling of the URL: "/%61pi/v1" reaches the same handler.
    const { url, config } = request.routeOptions;
    const mark = (config as FastifyContextConfig | undefined)?.newsrelay;
    if (mark !== undefined && 'open' in mark) return undefined;
    if (mark === undefined && url === undefined && !GUARDED.test(pathOf(request.url))) return undefined;
    try {
      request.identity = await authenticator.identify(request);
    } catch (error) {
      if (mark?.loginAt === undefined || !isBrowserWithoutSession(error, request)) throw error;
      return reply.redirect(mark.loginAt, 303);
    }
    if (mark !== undefined) refuseOtherRoles(request.identity, mark.needs);
    else if (url !== undefined) throw new Problem(403, 'This route is marked for no role.');
    return undefined;
  });
}

function isBrowserWithoutSession(error: unknown, { method, headers }: FastifyRequest): boolean {
  const unknown = error instanceof Problem && error.status === 401 && headers.authorization === undefined;
  return unknown && method === 'GET' && /\btext\/html\b/i.test(headers.accept ?? '');
}
