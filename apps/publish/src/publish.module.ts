import { Module, type DynamicModule } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { connectorOf, connectors } from '@newsrelay/channel-registry/registry';
import { attemptDelivery } from '@newsrelay/delivery/attempt';
import { DeliveryEvents } from '@newsrelay/delivery/events';
import { InFlight } from '@newsrelay/delivery/in-flight';
import { PlatformProbeRounds } from '@newsrelay/delivery/platform-probe';
import { DeliveryQueue, producerConnection } from '@newsrelay/delivery/queue';
import { Reconciler } from '@newsrelay/delivery/reconciler';
import { DeliveryWorkers } from '@newsrelay/delivery/worker';
import type { Ledger } from '@newsrelay/ledger/database';
import { readClaimCandidates } from '@newsrelay/ledger/deliveries';
import { InBatches } from '@newsrelay/ledger/in-batches';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { parseEncryptionKey, Sealing } from '@newsrelay/sealing/seal';
import { LOGGER, type Logger } from '@newsrelay/telemetry/logger';
import { Metrics } from '@newsrelay/telemetry/metrics';
import { alarmProviders, type AlarmSettings } from './alarms/alarm-providers.js';
import { DeliveryLifetime } from './delivery-lifetime.js';
import { Lanes } from './lanes.js';
import { Pruner, RETENTION, type Retention } from './retention/pruner.js';
import { RetentionEvents } from './retention/retention-events.js';
import { RenditionEventsController } from './rendition-events.controller.js';
import { PRODUCER_REDIS } from './tokens.js';
import { WithdrawalWatch } from './withdrawal-watch.js';

export interface PublishSettings extends AlarmSettings {
  REDIS_URL: string;
  NEWSRELAY_ENCRYPTION_KEY: string;
  NEWSRELAY_ALLOW_TARGETS: readonly string[];
  NEWSRELAY_RETRY_SCHEDULE: readonly number[];
  NEWSRELAY_RETAIN_ANSWERS_DAYS: number | null;
  NEWSRELAY_RETAIN_OBSOLETE_DAYS: number | null;
}

/**
 * Attempts at once in one process, to all destinations together; one that hangs holds two of them. A turn that waits for
 * an outlet costs a promise, so that withdrawals have as many.
 */
const CONCURRENCY = 64;
const WITHDRAWAL_CONCURRENCY = 64;
/** How long a platform may take to tell its limits, milliseconds. */
const PROBE_DEADLINE_MS = 10_000;

/** Delivers. Needs the telemetry, ledger and messaging modules of its process. */
@Module({})
export class PublishModule {
  static forRoot(settings: PublishSettings): DynamicModule {
    const { NEWSRELAY_RETRY_SCHEDULE: schedule } = settings;
    const sealing = new Sealing(parseEncryptionKey(settings.NEWSRELAY_ENCRYPTION_KEY));
    const unseal = (sealed: string, channelId: string) => sealing.unseal(sealed, channelId);
    return {
      module: PublishModule,
      controllers: [RenditionEventsController],
      providers: [
        InFlight,
        { provide: Lanes, useFactory: () => new Lanes(settings.NEWSRELAY_ALLOW_TARGETS) },
        { provide: PRODUCER_REDIS, useFactory: () => producerConnection(settings.REDIS_URL) },
        {
          provide: DeliveryQueue,
          inject: [PRODUCER_REDIS],
          useFactory: (redis: Redis) => new DeliveryQueue(redis),
        },
        {
          provide: DeliveryEvents,
          inject: [LOGGER, Metrics],
          useFactory: (logger: Logger, metrics: Metrics) => new DeliveryEvents(logger, metrics),
        },
        {
          provide: DeliveryWorkers,
          inject: [LEDGER, Lanes, InFlight, DeliveryEvents, LOGGER],
          useFactory: (
            ledger: Ledger,
            lanes: Lanes,
            inFlight: InFlight,
            events: DeliveryEvents,
            logger: Logger,
          ) => {
            const candidates = new InBatches((ids: readonly string[]) => readClaimCandidates(ledger, ids));
            const parts = { ledger, candidates, connectorOf, unseal, lanes, inFlight, events, schedule };
            return new DeliveryWorkers({
              redisUrl: settings.REDIS_URL,
              concurrency: CONCURRENCY,
              withdrawalConcurrency: WITHDRAWAL_CONCURRENCY,
              run: (deliveryId, signal) => attemptDelivery(deliveryId, parts, signal),
              logger,
            });
          },
        },
        {
          provide: Reconciler,
          inject: [LEDGER, DeliveryQueue, DeliveryEvents, LOGGER],
          useFactory: (ledger: Ledger, queue: DeliveryQueue, events: DeliveryEvents, logger: Logger) =>
            new Reconciler({ ledger, queue, connectorOf, schedule, events, logger }),
        },
        {
          provide: PlatformProbeRounds,
          inject: [LEDGER, Lanes, LOGGER],
          useFactory: (ledger: Ledger, lanes: Lanes, logger: Logger) => {
            const types = connectors
              .filter(({ publisher }) => publisher.probe !== undefined)
              .map(({ manifest }) => manifest.type);
            const { outbound } = lanes.publish;
            return new PlatformProbeRounds(
              { ledger, connectorOf, unseal, outbound, types, logger },
              PROBE_DEADLINE_MS,
            );
          },
        },
        WithdrawalWatch,
        DeliveryLifetime,
        {
          provide: RETENTION,
          useValue: {
            answersDays: settings.NEWSRELAY_RETAIN_ANSWERS_DAYS,
            obsoleteDays: settings.NEWSRELAY_RETAIN_OBSOLETE_DAYS,
          } satisfies Retention,
        },
        RetentionEvents,
        Pruner,
        ...alarmProviders(settings, sealing),
      ],
    };
  }
}
