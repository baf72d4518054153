import type { FastifyReply } from 'fastify';
import type { Problem } from '@newsrelay/contracts/problem';

/** Answers with problem details (RFC 9457) and what goes with the status. */
export function sendProblem(reply: FastifyReply, problem: Problem): void {
  // Feeds ask for other credentials than the API.
  if (problem.status === 401 && !reply.hasHeader('www-authenticate'))
    void reply.header('www-authenticate', 'Bearer realm="newsrelay"');
  if (problem.status === 503) void reply.header('retry-after', '1');
  // Fastify would close the connection under a sender that is still writing, who then never sees this answer; Node
  // reads the rest away, for as long as its request timeout lets it.
  if (problem.status === 413) void reply.removeHeader('connection');
  // A cache may keep a 404 or 410 that says nothing of it (RFC 9111, section 4.2.2), and what is not there yet may come.
  void reply.header('cache-control', 'no-store');
  void reply.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}
