import { DelayedError, Worker, type Job } from 'bullmq';
import { Redis } from 'ioredis';
import { QUEUES } from '@newsrelay/contracts/subjects';
import { RateLimitedLog, type Logger } from '@newsrelay/telemetry/logger';
import { continuing } from '@newsrelay/telemetry/tracing';
import type { JobFate } from './attempt.js';
import { traceOfJob } from './job-trace.js';
import type { DeliveryJob } from './queue.js';

/** BullMQ's lock on a job, milliseconds: how long a killed worker's jobs lie. It is renewed; the ledger's claim is what counts. */
const LOCK_MS = 10_000;
/** A turn that the ledger could not take (PostgreSQL away) comes again after this. */
const LEDGER_AWAY_MS = 1_000;

export interface WorkerOptions {
  redisUrl: string;
  /** Attempts at once in the publish lane. */
  concurrency: number;
  /** Attempts at once in the withdrawal lane, which is never behind the other. */
  withdrawalConcurrency: number;
  run: (deliveryId: string, signal: AbortSignal) => Promise<JobFate>;
  logger: Logger;
}

/** The workers of both lanes. */
export class DeliveryWorkers {
  readonly #workers: { worker: Worker<DeliveryJob>; connection: Redis }[] = [];
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<JobFate>>();
  readonly #redisLog: RateLimitedLog;

  constructor(private readonly options: WorkerOptions) {
    this.#redisLog = new RateLimitedLog((fields, message) => {
      options.logger.warn(fields, message);
    });
  }

  start(): void {
    this.#open(QUEUES.deliveries, this.options.concurrency);
    this.#open(QUEUES.withdrawals, this.options.withdrawalConcurrency);
  }

  /** Finishes what is being sent, for at most `graceMs`; then aborts it. */
  async stop(graceMs: number): Promise<void> {
    const abort = setTimeout(() => {
      this.#stopping.abort(new Error('the service is shutting down'));
    }, graceMs);
    await Promise.all(
      this.#workers.map(async ({ worker, connection }) => {
        // While Redis is away BullMQ cannot say goodbye to it.
        await worker.close(connection.status !== 'ready').catch(() => undefined);
        connection.disconnect();
      }),
    );
    // Which BullMQ waits for only while Redis answers: their results are still to be written.
    await Promise.allSettled(this.#running);
    clearTimeout(abort);
  }

  #open(queue: string, concurrency: number): void {
    // Workers wait for Redis for ever; only producers fail fast.
    const connection = new Redis(this.options.redisUrl, {
      maxRetriesPerRequest: null,
      retryStrategy: () => 500,
    });
    connection.on('error', (error) => {
      this.#redisLog.say({ reason: error.message }, 'Redis cannot be reached; trying again');
    });
    const worker = new Worker<DeliveryJob>(queue, (job, token) => this.#turn(job, token), {
      connection,
      concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: 5_000,
      maxStalledCount: 1_000,
    });
    worker.on('error', (error) => {
      this.#redisLog.say({ reason: error.message }, 'the queue reports an error');
    });
    worker.on('failed', (job, error) => {
      this.options.logger.warn(
        { delivery: job?.data.deliveryId, reason: error.message },
        'a job failed; the reconciler brings it back',
      );
    });
    this.#workers.push({ worker, connection });
  }

  async #turn(job: Job<DeliveryJob>, token: string | undefined): Promise<void> {
    let fate: JobFate;
    const run = continuing(traceOfJob(job), () =>
      this.options.run(job.data.deliveryId, this.#stopping.signal),
    );
    this.#running.add(run);
    try {
      fate = await run;
    } catch (error) {
      this.#redisLog.say({ err: error, delivery: job.data.deliveryId }, 'a turn failed; it comes again');
      fate = { done: false, againInMs: LEDGER_AWAY_MS };
    } finally {
      this.#running.delete(run);
    }
    if (fate.done) return;
    await job.moveToDelayed(Date.now() + fate.againInMs, token);
    throw new DelayedError();
  }
}
