import { Controller, Get, Inject } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import { DeliveryQueue } from '@newsrelay/delivery/queue';
import { Needs } from '@newsrelay/http-api/route-marks';
import { listChannels } from '@newsrelay/ledger/channels';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { outboxBacklog } from '@newsrelay/ledger/outbox';
import { channelHealth, listServices, type Breaker } from '@newsrelay/ledger/service-status';
import { QUEUE_REDIS } from '../queue-redis.js';
import { queueStatus } from './queue-status.js';
import { redisStatus } from './redis-status.js';

/** Channels in one status answer at most. */
const MAX_CHANNELS = 10_000;

/** `closed`: attempts go out; `open`: none does; `half-open`: the next one to be due tries. */
function breakerView(breaker: Breaker | null) {
  if (breaker === null) return { state: 'closed', failures: 0, failingSince: null, openUntil: null };
  const { failures, failingSince, openUntil } = breaker;
  const state = openUntil === null ? 'closed' : openUntil.getTime() > Date.now() ? 'open' : 'half-open';
  return {
    state,
    failures,
    failingSince: toShanghaiTime(failingSince),
    openUntil: openUntil === null ? null : toShanghaiTime(openUntil),
  };
}

/** What an operator asks first at night. */
@Controller('api/v1/status')
export class StatusController {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(DeliveryQueue) private readonly queue: DeliveryQueue,
    @Inject(QUEUE_REDIS) private readonly redis: Redis,
  ) {}

  @Get()
  @Needs('read')
  async status() {
    const [services, queues, redis, outbox, channels] = await Promise.all([
      this.#services(),
      queueStatus(this.queue),
      redisStatus(this.queue, this.redis),
      outboxBacklog(this.ledger),
      this.#channels(),
    ]);
    return {
      services,
      queues,
      redis,
      outbox: { waiting: outbox.count, oldestSeconds: outbox.oldestSeconds },
      channels,
    };
  }

  /** By service; of several instances the one heard last, and how many are up. */
  async #services() {
    const instances = await listServices(this.ledger);
    const names = [...new Set(instances.map(({ service }) => service))];
    return Object.fromEntries(
      names.map((name) => {
        const own = instances.filter(({ service }) => service === name);
        const [last] = own;
        return [
          name,
          {
            up: own.some(({ up }) => up),
            pid: last?.pid ?? null,
            version: last?.version ?? null,
            instances: own.filter(({ up }) => up).length,
            seenAt: last === undefined ? null : toShanghaiTime(last.seenAt),
          },
        ];
      }),
    );
  }

  async #channels() {
    const [channels, health] = await Promise.all([
      listChannels(this.ledger, MAX_CHANNELS, null),
      channelHealth(this.ledger),
    ]);
    return Object.fromEntries(
      channels.map((channel) => {
        const seen = health.get(channel.id);
        const attempts = seen?.attemptsLastHour ?? 0;
        return [
          channel.id,
          {
            type: channel.type,
            enabled: channel.enabled,
            paused:
              channel.paused === null
                ? null
                : { since: toShanghaiTime(channel.paused.since), reason: channel.paused.reason },
            waiting: seen?.waiting ?? 0,
            lastSuccessAt: seen?.lastSuccessAt == null ? null : toShanghaiTime(seen.lastSuccessAt),
            attemptsLastHour: attempts,
            /** Share of the last hour's attempts that failed; null if there were none. */
            failureRate: attempts === 0 ? null : (seen?.failuresLastHour ?? 0) / attempts,
            breaker: breakerView(seen?.breaker ?? null),
          },
        ];
      }),
    );
  }
}
