/*
 * What a handler throws says what becomes of its message; anything else is a failure that may pass and is tried
 * again with backoff, up to the consumer's `maxDeliveries`.
 */

/**
 * "Not now": what the handler needs is away, and the message is not to blame. Delivered again after `afterMs`
 * milliseconds, however often; only the stream's age limit ends it.
 */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  constructor(
    readonly afterMs: number,
    reason = 'not now',
    options?: ErrorOptions,
  ) {
    super(reason, options);
  }
}

/** The message can never be handled: it becomes a dead letter at once. */
export class Poison extends Error {
  override readonly name = 'Poison';
}
