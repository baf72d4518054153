import { randomUUID } from 'node:crypto';
import { jetstream } from '@nats-io/jetstream';
import { connect, headers } from '@nats-io/transport-node';
import fastify from 'fastify';
import { answerParent } from './answer-parent.js';

/*
 * The first baseline's HTTP process: takes an article in, publishes it to JetStream, answers 202 when that has it. What
 * Newsrelay's own HTTP process does, without a ledger.
 */

const [natsUrl = '', subject = ''] = process.argv.slice(2);

const nats = await connect({ servers: natsUrl, noAsyncTraces: true });
const stream = jetstream(nats);
const app = fastify();

app.post('/api/v1/articles', { bodyLimit: 2 ** 20 }, async (request, reply) => {
  const id = randomUUID();
  const header = headers();
  header.set('Nats-Msg-Id', id);
  await stream.publish(subject, JSON.stringify({ id, article: request.body }), { headers: header });
  return reply.code(202).send({ id });
});

const url = await app.listen({ port: 0, host: '127.0.0.1' });
answerParent({ url: () => url });
