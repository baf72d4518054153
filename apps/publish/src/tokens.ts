/** Injection token of the Redis connection that adds jobs. */
export const PRODUCER_REDIS = Symbol('ProducerRedis');
/** Connections for the batches of the hot path. */
export const BATCH_LEDGER = Symbol('batch ledger');
