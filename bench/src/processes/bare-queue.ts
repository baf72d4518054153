import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { answerParent } from './answer-parent.js';
import { plainPost } from './signed-post.js';

/* The second baseline, in one process: addBulk → worker → POST. Nothing is taken in, announced, signed or recorded. */

const [redisUrl = '', name = ''] = process.argv.slice(2);
const CONCURRENCY = 64;

interface Job {
  readonly url: string;
  readonly body: string;
}

const redis = () => new Redis(redisUrl, { maxRetriesPerRequest: null });
const queue = new Queue<Job>(name, {
  connection: redis(),
  defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 1 },
});
const worker = new Worker<Job>(name, async ({ data }) => plainPost(data.url, data.body), {
  connection: redis(),
  concurrency: CONCURRENCY,
});
await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);

answerParent({
  run: async (given: {
    outlets: readonly string[];
    envelope: readonly string[];
    markers: readonly string[];
  }) => {
    for (const marker of given.markers) {
      const body = given.envelope.join(marker);
      await queue.addBulk(given.outlets.map((url) => ({ name: 'push', data: { url, body } })));
    }
  },
  stop: async () => {
    await worker.close();
    await queue.obliterate({ force: true });
  },
});
