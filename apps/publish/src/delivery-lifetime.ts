import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { Redis } from 'ioredis';
import { checkConnectors } from '@newsrelay/channel-registry/registry';
import { Dispatcher } from '@newsrelay/delivery/dispatcher';
import { DeliveryQueue } from '@newsrelay/delivery/queue';
import { PlatformProbeRounds } from '@newsrelay/delivery/platform-probe';
import { Reconciler } from '@newsrelay/delivery/reconciler';
import { RedisSafety } from '@newsrelay/delivery/redis-safety';
import { DeliveryWorkers } from '@newsrelay/delivery/worker';
import type { Ledger } from '@newsrelay/ledger/database';
import { LedgerStart } from '@newsrelay/ledger/ledger.module';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { channelTypesInUse } from '@newsrelay/ledger/channels';
import { Rounds } from '@newsrelay/ledger/rounds';
import { Health } from '@newsrelay/telemetry/health';
import { LOGGER, type Logger } from '@newsrelay/telemetry/logger';
import { Metrics } from '@newsrelay/telemetry/metrics';
import { Lanes } from './lanes.js';
import { turnGauges } from './turn-gauges.js';
import { PRODUCER_REDIS } from './tokens.js';

/** Requests under way may end by themselves for this long at shutdown, milliseconds. */
const GRACE_MS = 5_000;

const WAITING = 'waiting for PostgreSQL';
const CHECK_EVERY_MS = 1_000;

/** Starts and stops what works on deliveries, in order: nothing is claimed before the schema and the connectors are there. */
@Injectable()
export class DeliveryLifetime
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  #starting: Promise<void> | undefined;
  #stopped = false;
  readonly #connectorCheck: Rounds;
  readonly #redisSafety: RedisSafety;
  #reason: string | null = WAITING;

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(LedgerStart) private readonly ledgerStart: LedgerStart,
    @Inject(DeliveryWorkers) private readonly workers: DeliveryWorkers,
    @Inject(Dispatcher) private readonly dispatcher: Dispatcher,
    @Inject(Reconciler) private readonly reconciler: Reconciler,
    @Inject(PlatformProbeRounds) private readonly probes: PlatformProbeRounds,
    @Inject(DeliveryQueue) private readonly queue: DeliveryQueue,
    @Inject(PRODUCER_REDIS) private readonly redis: Redis,
    @Inject(Lanes) private readonly lanes: Lanes,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Health) health: Health,
    @Inject(Metrics) metrics: Metrics,
  ) {
    turnGauges(metrics, dispatcher);
    health.register('redis', true, async () => {
      if (this.redis.status !== 'ready') return `Redis is not reached (${this.redis.status})`;
      await this.redis.ping();
      return null;
    });
    this.#redisSafety = new RedisSafety(redis, logger);
    health.register('redis-eviction', true, () => this.#redisSafety.eviction);
    // Not needed: the ledger gives back what a crash of Redis takes.
    health.register('redis-persistence', false, () => this.#redisSafety.persistence);
    health.register('deliveries', true, () => this.#reason);
    this.#connectorCheck = new Rounds({
      everyMs: CHECK_EVERY_MS,
      round: () => this.#checkConnectors(),
      failure: 'the channel types in use cannot be read now',
      logger,
    });
  }

  onApplicationBootstrap(): void {
    this.#redisSafety.start();
    this.#starting = this.#start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    await this.#starting;
    await this.#connectorCheck.stop();
    await this.probes.stop();
    await this.reconciler.stop();
    await this.workers.stop();
    await this.dispatcher.stop(GRACE_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#redisSafety.stop();
    await this.queue.close().catch(() => undefined);
    this.redis.disconnect();
    await this.lanes.destroy();
  }

  async #start(): Promise<void> {
    if (!(await this.ledgerStart.migrated()) || this.#stopped) return;
    this.dispatcher.start();
    this.workers.start();
    this.reconciler.start();
    this.probes.start();
    this.#connectorCheck.start();
  }

  /** Until it could be asked; whether the connectors are in order changes only with a new build. */
  async #checkConnectors(): Promise<boolean> {
    if (this.#reason !== WAITING) return false;
    const types = await channelTypesInUse(this.ledger);
    try {
      checkConnectors(types);
      this.#reason = null;
    } catch (error) {
      this.#reason = error instanceof Error ? error.message : String(error);
      this.logger.error({ reason: this.#reason }, 'the connectors are not in order');
    }
    return false;
  }
}
