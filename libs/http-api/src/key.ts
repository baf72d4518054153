import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '@newsrelay/contracts/problem';
import { pathOf } from './route-table.js';

/** Paths below these ask for a key. */
const GUARDED = [/^\/api(\/|$)/, /^\/metrics(\.json)?$/];
const OPEN = new Set(['/api/v1/openapi.json']);

const digest = (text: string) => createHash('sha256').update(text).digest();

function asksForKey(request: FastifyRequest): boolean {
  // The matched route decides, not the spelling of the URL: "/%61pi/v1" reaches the same handler.
  const route = request.routeOptions.url ?? pathOf(request.url);
  return !OPEN.has(route) && (GUARDED.some((pattern) => pattern.test(route)) || route === '*');
}

/** Before any body is read: `Authorization: Bearer KEY` on the guarded paths (RFC 6750). @throws Problem 401 */
export function requireKey(fastify: FastifyInstance, adminKey: string): void {
  const expected = digest(adminKey);
  fastify.addHook('onRequest', async (request) => {
    if (!asksForKey(request)) return Promise.resolve();
    const given = /^Bearer\s+(\S+)\s*$/i.exec(request.headers.authorization ?? '')?.[1];
    if (given === undefined) throw new Problem(401, 'A key is missing: send "Authorization: Bearer KEY".');
    if (!timingSafeEqual(digest(given), expected)) throw new Problem(401, 'The key is not known.');
    return Promise.resolve();
  });
}
