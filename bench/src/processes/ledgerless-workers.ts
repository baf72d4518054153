import { AckPolicy, jetstream, jetstreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { answerParent } from './answer-parent.js';
import { signedPost } from './signed-post.js';

/*
 * The first baseline's worker process: JetStream → addBulk → worker → signed POST. What Newsrelay's worker process does,
 * without a ledger: nothing is routed, rendered, claimed or recorded, and a repeat would go unnoticed.
 */

const [natsUrl = '', redisUrl = '', name = '', subject = ''] = process.argv.slice(2);

/** As in Newsrelay's worker process. */
const CONCURRENCY = 64;
const HANDLERS = 16;

/** With no ledger to keep them, the bytes travel with the job. */
interface Job {
  readonly url: string;
  readonly body: string;
}

let outlets: readonly string[] = [];
/** What a partner gets, around the marker of the article: rendered once, outside of any measurement. */
let envelope: readonly string[] = [];

const nats = await connect({ servers: natsUrl, noAsyncTraces: true });
const manager = await jetstreamManager(nats);
await manager.streams.add({
  name,
  subjects: [subject],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
});
await manager.consumers.add(name, {
  durable_name: name,
  ack_policy: AckPolicy.Explicit,
  max_ack_pending: 1_000,
});
const redis = () => new Redis(redisUrl, { maxRetriesPerRequest: null });
const queue = new Queue<Job>(name, {
  connection: redis(),
  defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 1 },
});
const worker = new Worker<Job>(
  name,
  async ({ id, data }) => {
    await signedPost(data.url, id ?? '', data.body);
  },
  { connection: redis(), concurrency: CONCURRENCY },
);
await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);

const consumer = await jetstream(nats).consumers.get(name, name);
const messages = await consumer.consume({
  max_messages: HANDLERS,
  callback: (message) => {
    void (async () => {
      const { id, article } = message.json<{ id: string; article: { headline: string } }>();
      const body = envelope.join(/bench-[0-9a-z]+-\d+/.exec(article.headline)?.[0] ?? '');
      await queue.addBulk(
        outlets.map((url, index) => ({
          name: 'push',
          data: { url, body },
          opts: { jobId: `${id}-${index}` },
        })),
      );
      message.ack();
    })();
  },
});

answerParent({
  use: (given: { outlets: readonly string[]; envelope: readonly string[] }) => {
    ({ outlets, envelope } = given);
  },
  stop: async () => {
    messages.stop();
    await worker.close();
    await queue.obliterate({ force: true });
    await manager.streams.delete(name);
  },
});
