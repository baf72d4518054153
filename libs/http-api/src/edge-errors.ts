import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '@newsrelay/contracts/problem';

/* What goes wrong before any route and any filter, told as problem details all the same. */

/** An address that cannot be read, or that is longer in one of its parts than anything we have. */
export function frameworkErrors(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  const problem =
    error.code === 'FST_ERR_MAX_PARAM_LENGTH'
      ? new Problem(404, 'There is nothing at this address: a part of it is longer than any name here.')
      : new Problem(400, 'The address cannot be read: its percent-encoding is broken.');
  void reply
    .status(problem.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify(problem));
}

/** A request that Node cannot read as HTTP: there is a socket only, and it is closed after the answer. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const problem = problemOf(error.code);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.toJSON().title}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
}

function problemOf(code: string | undefined): Problem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Problem(408, 'The request took too long to arrive.');
  if (code === 'HPE_HEADER_OVERFLOW') return new Problem(431, 'The header fields are too large.');
  if (code === 'HPE_INVALID_METHOD') return new Problem(400, 'The method is none that HTTP knows.');
  return new Problem(400, 'The request cannot be read as HTTP.');
}
