import { randomUUID } from 'node:crypto';
import { Module, type DynamicModule } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { outboundProxySettings, type OutboundProxyGiven } from '@newsrelay/config/outbound-proxy';
import { connectorOf, connectors } from '@newsrelay/channel-registry/registry';
import { attemptDelivery, type AttemptParts } from '@newsrelay/delivery/attempt';
import { destinationOf } from '@newsrelay/delivery/destination';
import { Dispatcher } from '@newsrelay/delivery/dispatcher';
import { DeliveryEvents } from '@newsrelay/delivery/events';
import { InFlight } from '@newsrelay/delivery/in-flight';
import { MessageComposer } from '@newsrelay/delivery/message-composer';
import { PlatformProbeRounds } from '@newsrelay/delivery/platform-probe';
import { DeliveryQueue, producerConnection } from '@newsrelay/delivery/queue';
import { RateLimiter } from '@newsrelay/delivery/rate-limiter';
import { Reconciler } from '@newsrelay/delivery/reconciler';
import { DeliveryWorkers } from '@newsrelay/delivery/worker';
import { findChannels } from '@newsrelay/ledger/channels';
import { CandidateReader } from '@newsrelay/ledger/claim-candidates';
import { claimDeliveries, type ClaimRequest } from '@newsrelay/ledger/claims';
import type { Ledger } from '@newsrelay/ledger/database';
import { endSubscription } from '@newsrelay/ledger/hub-subscriptions';
import { InBatches } from '@newsrelay/ledger/in-batches';
import { Leader } from '@newsrelay/ledger/leader';
import { LEDGER, LEDGER_BY_KEYS } from '@newsrelay/ledger/ledger-token';
import { settlePlainArrivals, type Settlement } from '@newsrelay/ledger/settlements';
import { parseEncryptionKey, Sealing } from '@newsrelay/sealing/seal';
import { LOGGER, type Logger } from '@newsrelay/telemetry/logger';
import { Metrics } from '@newsrelay/telemetry/metrics';
import { alarmProviders, type AlarmSettings } from './alarms/alarm-providers.js';
import { DeliveryLifetime } from './delivery-lifetime.js';
import { EvidenceRounds } from './evidence-rounds.js';
import { HubEvents } from './hub/hub-events.js';
import { HubLifetime } from './hub/hub-lifetime.js';
import { TopicReader } from './hub/topic-reader.js';
import { LANE_LIMITS, Lanes } from './lanes.js';
import { openedOnce } from './opened-secrets.js';
import { ReplayEvents } from './replay/replay-events.js';
import { ReplayRunner } from './replay/replay-runner.js';
import { Pruner, RETENTION, type Retention } from './retention/pruner.js';
import { RetentionEvents } from './retention/retention-events.js';
import { RenditionEventsController } from './rendition-events.controller.js';
import { PRODUCER_REDIS } from './tokens.js';
import { WithdrawalWatch } from './withdrawal-watch.js';

export interface PublishSettings extends OutboundProxyGiven, AlarmSettings {
  DATABASE_URL: string;
  REDIS_URL: string;
  NEWSRELAY_ENCRYPTION_KEY: string;
  NEWSRELAY_PUBLIC_URL: string;
  NEWSRELAY_ALLOW_TARGETS: readonly string[];
  NEWSRELAY_RETRY_SCHEDULE: readonly number[];
  NEWSRELAY_AUTO_PAUSE_FAILURES: number;
  NEWSRELAY_AUTO_PAUSE_HOURS: number;
  NEWSRELAY_RETAIN_ANSWERS_DAYS: number | null;
  NEWSRELAY_RETAIN_OBSOLETE_DAYS: number | null;
}

/** A process that reconciles and vanishes is succeeded after this, milliseconds. */
const RECONCILER_LEASE_MS = 5_000;
/** How long a platform may take to tell its limits, milliseconds. */
const PROBE_DEADLINE_MS = 10_000;

/** Delivers. Needs the telemetry, ledger and messaging modules of its process. */
@Module({})
export class PublishModule {
  static forRoot(settings: PublishSettings): DynamicModule {
    const { NEWSRELAY_RETRY_SCHEDULE: schedule } = settings;
    const sealing = new Sealing(parseEncryptionKey(settings.NEWSRELAY_ENCRYPTION_KEY));
    const unseal = openedOnce(sealing);
    return {
      module: PublishModule,
      controllers: [RenditionEventsController],
      providers: [
        InFlight,
        {
          provide: Lanes,
          useFactory: () =>
            new Lanes({
              allowTargets: settings.NEWSRELAY_ALLOW_TARGETS,
              proxy: outboundProxySettings(settings),
            }),
        },
        {
          provide: CandidateReader,
          inject: [LEDGER_BY_KEYS],
          useFactory: (byKeys: Ledger) => new CandidateReader(byKeys),
        },
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
          provide: Dispatcher,
          inject: [
            LEDGER,
            LEDGER_BY_KEYS,
            CandidateReader,
            DeliveryQueue,
            PRODUCER_REDIS,
            Lanes,
            InFlight,
            DeliveryEvents,
            LOGGER,
          ],
          useFactory: (
            ledger: Ledger,
            byKeys: Ledger,
            reader: CandidateReader,
            queue: DeliveryQueue,
            redis: Redis,
            outbound: Lanes,
            inFlight: InFlight,
            events: DeliveryEvents,
            logger: Logger,
          ) => {
            const holder = randomUUID();
            const channels = new InBatches((ids: readonly string[]) => findChannels(ledger, ids));
            const rates = new RateLimiter(redis);
            const topics = new TopicReader(ledger, settings.NEWSRELAY_PUBLIC_URL);
            const parts: AttemptParts = {
              ledger,
              candidates: new InBatches((ids: readonly string[]) => reader.read(ids)),
              claims: new InBatches((requests: readonly ClaimRequest[]) => claimDeliveries(byKeys, requests)),
              arrivals: new InBatches((results: readonly Settlement[]) =>
                settlePlainArrivals(byKeys, results),
              ),
              messages: new MessageComposer(),
              connectorOf,
              unseal,
              outbound,
              inFlight,
              events,
              schedule,
              autoPause: {
                failures: settings.NEWSRELAY_AUTO_PAUSE_FAILURES,
                forMs: settings.NEWSRELAY_AUTO_PAUSE_HOURS * 3_600_000,
              },
              holder,
              topicsOf: (channelId, carries) => topics.documentsFor(channelId, carries),
              closeChannel: (channelId, reason) =>
                ledger.transaction().execute((tx) => endSubscription(tx, channelId, reason)),
            };
            return new Dispatcher({
              ledger,
              byKeys,
              queue,
              holder,
              limits: LANE_LIMITS,
              attempt: (deliveryId, stopping) => attemptDelivery(deliveryId, parts, stopping),
              destinationOf: async (channelId) => {
                const channel = await channels.get(channelId);
                const manifest = channel && connectorOf(channel.type)?.manifest;
                // A channel that is gone, or of a type that this build does not know: its turn will tell.
                return channel === undefined || manifest === undefined
                  ? { origin: null, rate: null }
                  : destinationOf(channel, manifest);
              },
              reserve: (channelId, rate) => rates.reserve(channelId, rate),
              logger,
            });
          },
        },
        {
          provide: DeliveryWorkers,
          inject: [Dispatcher, DeliveryEvents, LOGGER],
          useFactory: (dispatcher: Dispatcher, events: DeliveryEvents, logger: Logger) =>
            new DeliveryWorkers({
              redisUrl: settings.REDIS_URL,
              heard: (action, entry) => {
                dispatcher.put(action, entry);
              },
              silent: (queue, waiting) => {
                events.workerSilent(queue, waiting);
              },
              logger,
            }),
        },
        {
          provide: Reconciler,
          inject: [LEDGER, LEDGER_BY_KEYS, DeliveryQueue, DeliveryEvents, LOGGER],
          useFactory: (
            ledger: Ledger,
            byKeys: Ledger,
            queue: DeliveryQueue,
            events: DeliveryEvents,
            logger: Logger,
          ) => {
            const leader = new Leader(ledger, { name: 'reconciler', leaseMs: RECONCILER_LEASE_MS });
            return new Reconciler({ ledger, byKeys, leader, queue, connectorOf, schedule, events, logger });
          },
        },
        {
          provide: PlatformProbeRounds,
          inject: [LEDGER, Lanes, LOGGER],
          useFactory: (ledger: Ledger, lanes: Lanes, logger: Logger) => {
            const types = connectors
              .filter(({ publisher }) => publisher.probe !== undefined)
              .map(({ manifest }) => manifest.type);
            const outbound = lanes.publish;
            return new PlatformProbeRounds(
              { ledger, connectorOf, unseal, outbound, types, logger },
              PROBE_DEADLINE_MS,
            );
          },
        },
        WithdrawalWatch,
        DeliveryLifetime,
        HubEvents,
        HubLifetime,
        {
          provide: RETENTION,
          useValue: {
            answersDays: settings.NEWSRELAY_RETAIN_ANSWERS_DAYS,
            obsoleteDays: settings.NEWSRELAY_RETAIN_OBSOLETE_DAYS,
          } satisfies Retention,
        },
        RetentionEvents,
        Pruner,
        EvidenceRounds,
        ...alarmProviders(settings, sealing),
        ReplayEvents,
        ReplayRunner,
      ],
    };
  }
}
