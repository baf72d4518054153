import { once } from 'node:events';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { DeliveryAction } from '@newsrelay/contracts/delivery';
import { jobId } from '@newsrelay/contracts/keys';
import { QUEUES } from '@newsrelay/contracts/subjects';
import { addingSpan, tracedJob } from './job-trace.js';

/** What a job holds: ids only. The ledger has the rest, and is the truth. */
export interface DeliveryJob {
  deliveryId: string;
}

export interface DueDelivery {
  id: string;
  action: DeliveryAction;
}

/** A turn that is put off, though its delivery is due, comes again within this, milliseconds. */
export const PUT_OFF_MAX_MS = 10_000;

/** Finished jobs leave at once: a job that is still there would swallow the next one of the same id. */
const JOB_OPTIONS = { removeOnComplete: true, removeOnFail: true, attempts: 1 } as const;

/** BullMQ sorts delayed jobs by their time in milliseconds × 4,096, and a count below (its `getDelayedScore`). */
const DELAYED_SCORE_PER_MS = 0x1000;

/** How long a caller waits for a connection that is being made, milliseconds. */
const REACHED_WITHIN_MS = 1_000;

/** Connection for whoever adds jobs: fails at once while Redis is away, since the reconciler adds what is missing. */
export function producerConnection(url: string): Redis {
  const connection = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 3_000,
    lazyConnect: false,
  });
  // Without a listener ioredis prints each failed reconnect.
  connection.on('error', () => undefined);
  return connection;
}

/** The clock of deliveries: jobs in BullMQ, one lane for publishing and one for withdrawals. */
export class DeliveryQueue {
  readonly #publish: Queue<DeliveryJob>;
  readonly #withdraw: Queue<DeliveryJob>;
  #reaching: Promise<unknown> | undefined;

  constructor(private readonly connection: Redis) {
    this.#publish = new Queue(QUEUES.deliveries, { connection, defaultJobOptions: JOB_OPTIONS });
    this.#withdraw = new Queue(QUEUES.withdrawals, { connection, defaultJobOptions: JOB_OPTIONS });
    for (const queue of this.lanes()) queue.on('error', () => undefined);
  }

  lanes(): Queue<DeliveryJob>[] {
    return [this.#publish, this.#withdraw];
  }

  lane(action: DeliveryAction): Queue<DeliveryJob> {
    return action === 'withdraw' ? this.#withdraw : this.#publish;
  }

  /**
   * Resolves if Redis can be asked, at once or when the connection that is being made is there: BullMQ itself waits for a
   * first connection for as long as that takes.
   *
   * @throws Error if it cannot
   */
  async reached(): Promise<void> {
    const { connection } = this;
    if (connection.status === 'connecting' || connection.status === 'connect') {
      // One wait for all that ask.
      this.#reaching ??= once(connection, 'ready', { signal: AbortSignal.timeout(REACHED_WITHIN_MS) })
        .catch(() => undefined)
        .finally(() => {
          this.#reaching = undefined;
        });
      await this.#reaching;
    }
    const status: string = connection.status;
    if (status !== 'ready') throw new Error(`Redis is not reached (${status})`);
  }

  /** Adds a job for each that has none, to be run now. Throws while Redis is away. */
  async add(deliveries: readonly DueDelivery[]): Promise<void> {
    await this.reached();
    for (const action of ['withdraw', 'publish'] as const) {
      const due = deliveries.filter((delivery) => delivery.action === action);
      if (due.length > 0) await this.#addTo(this.lane(action), action, due);
    }
  }

  async #addTo(lane: Queue<DeliveryJob>, action: DeliveryAction, due: readonly DueDelivery[]): Promise<void> {
    const span = addingSpan(lane.name, due.length);
    try {
      await lane.addBulk(
        due.map(({ id }) => ({
          name: action,
          data: { deliveryId: id },
          opts: { jobId: jobId(id), ...tracedJob(span.carrier) },
        })),
      );
      span.end();
    } catch (error) {
      span.end(error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  /**
   * As `addNow` for those that have no job, or one that waits longer than a turn is ever put off; returns how many those
   * were.
   */
  async addMissing(deliveries: readonly DueDelivery[]): Promise<number> {
    await this.reached();
    const pipeline = this.connection.pipeline();
    for (const { id, action } of deliveries) pipeline.exists(this.lane(action).toKey(jobId(id)));
    const exists = answersOf(await pipeline.exec());
    const waits = await this.#delays(deliveries);
    const missing = deliveries.filter(
      (_delivery, index) => exists[index] === 0 || (waits[index] ?? 0) > PUT_OFF_MAX_MS,
    );
    await this.addNow(missing);
    return missing.length;
  }

  /** As `add`, but jobs that wait for a later time run now. */
  async addNow(deliveries: readonly DueDelivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    await this.add(deliveries);
    const waits = await this.#delays(deliveries);
    for (const { id, action } of deliveries.filter((_delivery, index) => waits[index] !== null)) {
      const job = await this.lane(action).getJob(jobId(id));
      if (job === undefined || !(await job.isDelayed())) continue;
      // Between the question and the promotion it may have become due by itself.
      await job.promote().catch(async (error: unknown) => {
        if (await job.isDelayed()) throw error;
      });
    }
  }

  /** For each, in how many milliseconds its job is to run; null where none waits for a later time. */
  async #delays(deliveries: readonly DueDelivery[]): Promise<(number | null)[]> {
    const pipeline = this.connection.pipeline();
    for (const { id, action } of deliveries) pipeline.zscore(this.lane(action).toKey('delayed'), jobId(id));
    const now = Date.now();
    return answersOf(await pipeline.exec()).map((score) =>
      score === null ? null : Number(score) / DELAYED_SCORE_PER_MS - now,
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.lanes().map((queue) => queue.close()));
  }
}

/** A pipeline's answers; throws the first error among them. */
function answersOf(results: [error: Error | null, answer: unknown][] | null): unknown[] {
  return (results ?? []).map(([error, answer]) => {
    if (error) throw error;
    return answer;
  });
}
