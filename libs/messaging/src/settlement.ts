/** What came of one delivery of a message. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry-later'; readonly afterMs: number; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'poison'; readonly reason: string };

/** What is told to the server. `dead-letter`: first the dead letter is stored, then the message acked. */
export type Settlement =
  | { readonly action: 'ack' }
  | { readonly action: 'nak'; readonly delayMs: number }
  | { readonly action: 'dead-letter'; readonly reason: string };

/** Milliseconds; each failure waits `factor` times as long as the one before, up to `capMs`. */
export interface Backoff {
  readonly firstMs: number;
  readonly factor: number;
  readonly capMs: number;
}

export interface DeliveryFacts {
  /** 1 for the first delivery, as the server counts them; crashes and lost acks count. */
  readonly deliveryCount: number;
  /** From this delivery on, a failure makes a dead letter. */
  readonly maxDeliveries: number;
  readonly backoff: Backoff;
  /** From 0 to below 1; spreads what failed together. */
  readonly jitter: number;
}

/** Part of a delay that the jitter adds at most. */
const JITTER_SHARE = 0.2;

/**
 * The one place that decides about ack, nak and dead letter.
 *
 * `term()` has no part in it: on nats-server 2.9 it would leave a message nobody has a record of. The consumer's
 * own `backoff` has none either, since it does not apply to nak.
 */
export function settle(outcome: Outcome, delivery: DeliveryFacts): Settlement {
  switch (outcome.kind) {
    case 'done':
      return { action: 'ack' };
    case 'poison':
      return { action: 'dead-letter', reason: outcome.reason };
    case 'retry-later':
      return { action: 'nak', delayMs: spread(Math.max(0, outcome.afterMs), delivery.jitter) };
    case 'failed':
      return delivery.deliveryCount >= delivery.maxDeliveries
        ? { action: 'dead-letter', reason: outcome.reason }
        : { action: 'nak', delayMs: backoffMs(delivery) };
  }
}

/** The wait before the next delivery, in milliseconds; also used when a dead letter cannot be stored. */
export function backoffMs({ deliveryCount, backoff, jitter }: Omit<DeliveryFacts, 'maxDeliveries'>): number {
  const grown = backoff.firstMs * backoff.factor ** (Math.max(1, deliveryCount) - 1);
  return spread(Math.min(grown, backoff.capMs), jitter);
}

function spread(ms: number, jitter: number): number {
  return Math.round(ms * (1 + JITTER_SHARE * jitter));
}
