import type { FastifyInstance } from 'fastify';
import { Problem } from '@newsrelay/contracts/problem';

/** A NUL in path or query names nothing that we have, and PostgreSQL takes none in any text. @throws Problem 400 */
export function refuseNul(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async (request) => {
    if (request.url.includes('%00')) throw new Problem(400, 'The address holds a NUL character (%00).');
    return Promise.resolve();
  });
}
