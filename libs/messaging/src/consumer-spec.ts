import type { Backoff } from './settlement.js';
import type { DurableSpec } from './topology.js';

/** One durable consumer of a service, and how its messages are handled. */
export interface ConsumerSpec {
  /** Name on the server; several processes that give the same one share its messages. */
  readonly durable: string;
  readonly stream: string;
  /** One subject; wildcards allowed. */
  readonly filterSubject: string;
  /** Handlers running at a time in this process (64). */
  readonly concurrency?: number;
  /** From this delivery on, a failure makes a dead letter (20: some fifteen minutes of failures). */
  readonly maxDeliveries?: number;
  /** Waits between failures (1 s, doubling, at most 60 s). */
  readonly backoff?: Backoff;
  /** After this an unsettled message of a vanished process is delivered again (30). */
  readonly ackWaitSeconds?: number;
  /** Messages delivered and not settled, over all processes; waiting retries count (2,000). */
  readonly maxAckPending?: number;
  /** A handler that runs longer has failed (300). */
  readonly handlerTimeoutSeconds?: number;
}

export type FullConsumerSpec = Required<ConsumerSpec> & DurableSpec;

export function withDefaults(spec: ConsumerSpec): FullConsumerSpec {
  return {
    concurrency: 64,
    maxDeliveries: 20,
    backoff: { firstMs: 1_000, factor: 2, capMs: 60_000 },
    ackWaitSeconds: 30,
    maxAckPending: 2_000,
    handlerTimeoutSeconds: 300,
    ...spec,
  };
}
