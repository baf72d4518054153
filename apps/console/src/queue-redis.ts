/** Token of the connection to the Redis of the queues. */
export const QUEUE_REDIS = Symbol('QueueRedis');
