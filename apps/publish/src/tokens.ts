/** Injection token of the Redis connection that adds jobs. */
export const PRODUCER_REDIS = Symbol('ProducerRedis');
