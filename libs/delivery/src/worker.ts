import { Worker, type Job, type WorkerOptions as WorkerOptionsOfBullMq } from 'bullmq';
import { Redis } from 'ioredis';
import type { DeliveryAction } from '@newsrelay/contracts/delivery';
import { QUEUES } from '@newsrelay/contracts/subjects';
import { RateLimitedLog, type Logger } from '@newsrelay/telemetry/logger';
import { traceOfJob } from './job-trace.js';
import type { MailboxEntry } from './mailboxes.js';
import type { DeliveryJob } from './queue.js';

/** Jobs at once: each is over as soon as it was heard, so that a few fill the time until Redis has answered. */
const CONCURRENCY = 32;
/** BullMQ's lock on a job, milliseconds: how long one lies that a killed process had just taken. The ledger brings it sooner. */
const LOCK_MS = 10_000;
/** How often a worker that hears nothing is looked at, milliseconds. */
const WATCH_EVERY_MS = 2_000;
/** A worker that has heard nothing for this long while jobs wait is opened anew, milliseconds. */
const SILENT_MS = 10_000;

const LANES = [
  { queue: QUEUES.deliveries, action: 'publish' },
  { queue: QUEUES.retries, action: 'publish' },
  { queue: QUEUES.withdrawals, action: 'withdraw' },
] as const;

export interface WorkerOptions {
  redisUrl: string;
  /** Told of each delivery whose time has come. */
  heard: (action: DeliveryAction, entry: MailboxEntry) => void;
  /** Told of a worker that heard nothing while jobs waited. */
  silent: (queue: string, waiting: number) => void;
  logger: Logger;
  /** BullMQ's options beside ours; for specs. */
  workerOptions?: (queue: string) => Pick<WorkerOptionsOfBullMq, 'autorun'>;
}

/** Hears from BullMQ whose time has come. */
export class DeliveryWorkers {
  #lanes: Lane[] = [];
  readonly #redisLog: RateLimitedLog;
  #watch: NodeJS.Timeout | undefined;

  constructor(private readonly options: WorkerOptions) {
    this.#redisLog = new RateLimitedLog((fields, message) => {
      options.logger.warn(fields, message);
    });
  }

  start(): void {
    this.#lanes = LANES.map(({ queue, action }) => this.#open(queue, action));
    this.#watch = setInterval(() => {
      for (const lane of this.#lanes) void this.#lookAt(lane);
    }, WATCH_EVERY_MS);
  }

  /** Hears of nothing more. */
  async stop(): Promise<void> {
    clearInterval(this.#watch);
    await Promise.all(this.#lanes.map(close));
    this.#lanes = [];
  }

  #open(queue: string, action: DeliveryAction): Lane {
    // Workers wait for Redis for ever; only producers fail fast.
    const connection = new Redis(this.options.redisUrl, {
      maxRetriesPerRequest: null,
      retryStrategy: () => 500,
    });
    connection.on('error', (error) => {
      this.#redisLog.say({ reason: error.message }, 'Redis cannot be reached; trying again');
    });
    const lane: Lane = {
      queue,
      action,
      connection,
      heardAt: performance.now(),
      waitingSince: null,
      worker: new Worker<DeliveryJob>(
        queue,
        (job) => {
          lane.heardAt = performance.now();
          this.#hear(action, job);
          return Promise.resolve();
        },
        {
          connection,
          concurrency: CONCURRENCY,
          lockDuration: LOCK_MS,
          stalledInterval: 5_000,
          maxStalledCount: 1_000,
          ...this.options.workerOptions?.(queue),
        },
      ),
    };
    lane.worker.on('error', (error) => {
      this.#redisLog.say({ reason: error.message }, 'the queue reports an error');
    });
    lane.worker.on('failed', (job, error) => {
      this.options.logger.warn(
        { delivery: job?.data.deliveryId, reason: error.message },
        'a job failed; the reconciler brings it back',
      );
    });
    return lane;
  }

  #hear(action: DeliveryAction, job: Job<DeliveryJob>): void {
    const { deliveryId, channelId } = job.data as Partial<DeliveryJob>;
    // A job of an earlier build names no channel: the reconciler brings its delivery again.
    if (deliveryId === undefined || channelId === undefined) return;
    this.options.heard(action, { deliveryId, channelId, trace: traceOfJob(job) });
  }

  /**
   * A worker may go on waiting on a connection that was replaced under it, and hear nothing ever again (BullMQ's commonest
   * complaint): one that hears nothing while jobs wait is opened anew.
   */
  async #lookAt(lane: Lane): Promise<void> {
    const reached = lane.connection.status === 'ready';
    const waiting = reached ? await lane.connection.llen(lane.worker.toKey('wait')).catch(() => 0) : 0;
    if (waiting === 0) lane.waitingSince = null;
    else lane.waitingSince ??= performance.now();
    const since = lane.waitingSince;
    // It may have been stopped while Redis was asked.
    if (since === null || !this.#lanes.includes(lane)) return;
    if (performance.now() - Math.max(since, lane.heardAt) < SILENT_MS) return;
    this.options.silent(lane.queue, waiting);
    this.#lanes = this.#lanes.map((each) => (each === lane ? this.#open(lane.queue, lane.action) : each));
    await close(lane);
  }
}

interface Lane {
  queue: string;
  action: DeliveryAction;
  connection: Redis;
  worker: Worker<DeliveryJob>;
  /** On the monotonic clock. */
  heardAt: number;
  /** Since when jobs have been seen to wait; null while none was. */
  waitingSince: number | null;
}

async function close({ worker, connection }: Lane): Promise<void> {
  // While Redis is away BullMQ cannot say goodbye to it.
  await worker.close(connection.status !== 'ready').catch(() => undefined);
  connection.disconnect();
}
