import { once } from 'node:events';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { DeliveryAction } from '@newsrelay/contracts/delivery';
import { jobId, laterJobId } from '@newsrelay/contracts/keys';
import { QUEUES } from '@newsrelay/contracts/subjects';
import { addingSpan, tracedJob } from './job-trace.js';

/** What a job holds: ids only. The ledger has the rest, and is the truth. */
export interface DeliveryJob {
  deliveryId: string;
  channelId: string;
}

export interface DueDelivery {
  id: string;
  action: DeliveryAction;
  channelId: string;
}

/** Finished jobs leave at once: a job that is still there would swallow the next one of the same id. */
const JOB_OPTIONS = { removeOnComplete: true, removeOnFail: true, attempts: 1 } as const;

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

/**
 * The clock of deliveries, in BullMQ: a job says that a delivery's time has come, and is over as soon as a process has heard
 * it. Three lanes: first attempts, what comes again later, and withdrawals.
 */
export class DeliveryQueue {
  readonly #fresh: Queue<DeliveryJob>;
  readonly #retries: Queue<DeliveryJob>;
  readonly #withdrawals: Queue<DeliveryJob>;
  #reaching: Promise<unknown> | undefined;

  constructor(private readonly connection: Redis) {
    const open = (name: string) =>
      new Queue<DeliveryJob>(name, { connection, defaultJobOptions: JOB_OPTIONS });
    this.#fresh = open(QUEUES.deliveries);
    this.#retries = open(QUEUES.retries);
    this.#withdrawals = open(QUEUES.withdrawals);
    for (const queue of this.lanes()) queue.on('error', () => undefined);
  }

  lanes(): Queue<DeliveryJob>[] {
    return [this.#fresh, this.#retries, this.#withdrawals];
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

  /** A job for each that has none, to be heard now, as for a first attempt. Throws while Redis is away. */
  async add(deliveries: readonly DueDelivery[]): Promise<void> {
    await this.#addNow(deliveries, this.#fresh);
  }

  /** As {@link add}, behind whatever is sent for the first time. Returns how many had no job. */
  async addMissing(deliveries: readonly DueDelivery[]): Promise<number> {
    if (deliveries.length === 0) return 0;
    await this.reached();
    const pipeline = this.connection.pipeline();
    for (const { id, action } of deliveries) {
      const lanes = action === 'withdraw' ? [this.#withdrawals] : [this.#fresh, this.#retries];
      pipeline.exists(...lanes.map((lane) => lane.toKey(jobId(id))));
    }
    const there = answersOf(await pipeline.exec());
    const missing = deliveries.filter((_delivery, index) => there[index] === 0);
    await this.#addNow(missing, this.#retries);
    return missing.length;
  }

  /** The delivery comes again in `inMs` milliseconds. Throws while Redis is away. */
  async addLater(deliveries: readonly (DueDelivery & { inMs: number })[]): Promise<void> {
    await this.reached();
    await this.#inLanes(deliveries, this.#retries, ({ id, inMs }) => ({
      // Of its own id: it must not keep a job away that is to be heard sooner.
      jobId: laterJobId(id),
      delay: Math.max(0, Math.ceil(inMs)),
    }));
  }

  async close(): Promise<void> {
    await Promise.all(this.lanes().map((queue) => queue.close()));
  }

  async #addNow(deliveries: readonly DueDelivery[], lane: Queue<DeliveryJob>): Promise<void> {
    if (deliveries.length === 0) return;
    await this.reached();
    await this.#inLanes(deliveries, lane, ({ id }) => ({ jobId: jobId(id) }));
  }

  async #inLanes<D extends DueDelivery>(
    deliveries: readonly D[],
    publishLane: Queue<DeliveryJob>,
    options: (delivery: D) => { jobId: string; delay?: number },
  ): Promise<void> {
    // Withdrawals first: never behind anything else.
    for (const [action, lane] of [
      ['withdraw', this.#withdrawals],
      ['publish', publishLane],
    ] as const) {
      const due = deliveries.filter((delivery) => delivery.action === action);
      if (due.length === 0) continue;
      const span = addingSpan(lane.name, due.length);
      try {
        await lane.addBulk(
          due.map((delivery) => ({
            name: action,
            data: { deliveryId: delivery.id, channelId: delivery.channelId },
            opts: { ...options(delivery), ...tracedJob(span.carrier) },
          })),
        );
        span.end();
      } catch (error) {
        span.end(error instanceof Error ? error.message : String(error));
        throw error;
      }
    }
  }
}

/** A pipeline's answers; throws the first error among them. */
function answersOf(results: [error: Error | null, answer: unknown][] | null): unknown[] {
  return (results ?? []).map(([error, answer]) => {
    if (error) throw error;
    return answer;
  });
}
