import type { Redis } from 'ioredis';
import type { Rate } from '@newsrelay/channel-kit/rate';

/** Requests that may follow each other at once after a silence: a tenth of what a minute takes, at least one. */
const BURST_SECONDS = 6;

/**
 * GCRA (generic cell rate algorithm, ITU-T I.371) with reservation: one call takes the next moment that is free, so that
 * nobody has to ask again. The state is one time for each channel, by Redis's clock, in microseconds.
 */
const RESERVE = `
local now = redis.call('TIME')
now = now[1] * 1000000 + now[2]
local interval = tonumber(ARGV[1])
local tolerance = tonumber(ARGV[2])
local free = tonumber(redis.call('GET', KEYS[1]) or now)
if free < now then free = now end
local at = free - tolerance
if at < now then at = now end
redis.call('SET', KEYS[1], string.format('%.0f', free + interval), 'PX', math.ceil((free + interval - now) / 1000) + 1000)
return string.format('%.0f', at - now)
`;

type ReservingRedis = Redis & {
  newsrelayReserve(key: string, intervalMicros: number, toleranceMicros: number): Promise<string>;
};

/** Moments at which channels with a rate may be sent something, shared by all processes through Redis. */
export class RateLimiter {
  readonly #redis: ReservingRedis;

  constructor(redis: Redis) {
    redis.defineCommand('newsrelayReserve', { numberOfKeys: 1, lua: RESERVE });
    this.#redis = redis as ReservingRedis;
  }

  /**
   * Takes the channel's next free moment and returns the milliseconds until it. What is taken is gone, used or not.
   *
   * @throws Error while Redis is away
   */
  async reserve(channelId: string, { requests, perSeconds }: Rate): Promise<number> {
    const interval = (perSeconds * 1_000_000) / requests;
    const burst = Math.max(1, Math.floor((BURST_SECONDS * requests) / perSeconds));
    const micros = await this.#redis.newsrelayReserve(
      `newsrelay:rate:${channelId}`,
      Math.ceil(interval),
      Math.floor(interval * (burst - 1)),
    );
    return Math.ceil(Number(micros) / 1000);
  }
}
