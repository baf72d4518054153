import { readFileSync } from 'node:fs';
import fastify from 'fastify';
import { answerParent } from './answer-parent.js';

/* A bare Fastify route that answers with the bytes of a file and the headers that it is told, or 304. */

const [file = '', headersAsJson = '{}'] = process.argv.slice(2);
const body = readFileSync(file);
const headers = JSON.parse(headersAsJson) as Record<string, string>;
const { 'content-type': _type, ...headersOf304 } = headers;

const app = fastify();
app.get('/feeds/:file', (request, reply) => {
  if (request.headers['if-none-match'] === headers['etag'])
    return reply.code(304).headers(headersOf304).send();
  return reply.headers(headers).send(body);
});

const url = await app.listen({ port: 0, host: '127.0.0.1' });
answerParent({ url: () => url });
