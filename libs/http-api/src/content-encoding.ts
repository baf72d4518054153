import type { FastifyInstance } from 'fastify';
import { Problem } from '@newsrelay/contracts/problem';

/**
 * Bodies are read as they come: what they unpack to could be any size. RFC 9110, section 8.4, asks for 415 and for a
 * word on what is taken instead. @throws Problem 415
 */
export function refuseContentEncodings(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async (request, reply) => {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && !/^\s*(identity)?\s*$/i.test(encoding)) {
      void reply.header('accept-encoding', 'identity');
      throw new Problem(415, `The content encoding ${encoding} is not taken: send the body as it is.`);
    }
    return Promise.resolve();
  });
}
