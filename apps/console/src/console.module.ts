import { Inject, Injectable, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { outboundProxySettings, type OutboundProxyGiven } from '@newsrelay/config/outbound-proxy';
import { loadProfiles } from '@newsrelay/feed-editions/profiles';
import { DeliveryQueue, producerConnection } from '@newsrelay/delivery/queue';
import { GuardedHttp } from '@newsrelay/outbound/guarded-http';
import { GuardedMail } from '@newsrelay/outbound/guarded-mail';
import { parseEncryptionKey, Sealing } from '@newsrelay/sealing/seal';
import { Health } from '@newsrelay/telemetry/health';
import { AlarmSinksController } from './alarms/alarm-sinks.controller.js';
import { AlarmSinks } from './alarms/alarm-sinks.js';
import { OperatorEventsController } from './alarms/operator-events.controller.js';
import { AuditController } from './audit/audit.controller.js';
import { BoardController } from './board/board.controller.js';
import { ChannelsController } from './channels/channels.controller.js';
import { Channels } from './channels/channels.js';
import { EDITION_NAMES } from './channels/edition-names.js';
import { DeliveriesController } from './deliveries/deliveries.controller.js';
import { DueJobs } from './deliveries/due-jobs.js';
import { ConsoleEvents } from './events.js';
import { SubscriptionsController } from './hub/subscriptions.controller.js';
import { KeysController } from './keys/keys.controller.js';
import { Keys } from './keys/keys.js';
import { SessionController } from './keys/session.controller.js';
import { Sessions } from './keys/sessions.js';
import { LiveStreams } from './live/live-streams.js';
import { StreamController } from './live/stream.controller.js';
import { OpenapiController, PUBLIC_URL } from './openapi/openapi.controller.js';
import { FeedTokensController } from './partners/feed-tokens.controller.js';
import { FeedTokens } from './partners/feed-tokens.js';
import { QueueBoard } from './queues/queue-board.js';
import { QUEUE_REDIS } from './queue-redis.js';
import { ReplaysController } from './replays/replays.controller.js';
import { LedgerGauges } from './status/ledger-gauges.js';
import { StatusController } from './status/status.controller.js';
import { TasksController } from './tasks/tasks.controller.js';
import { PageController } from './web/page.controller.js';

export interface ConsoleSettings extends OutboundProxyGiven {
  REDIS_URL: string;
  NEWSRELAY_PUBLIC_URL: string;
  NEWSRELAY_ENCRYPTION_KEY: string;
  NEWSRELAY_ALLOW_TARGETS: readonly string[];
  NEWSRELAY_EDITIONS_DIR?: string | undefined;
}

@Injectable()
class ConsoleConnections implements OnApplicationShutdown {
  constructor(
    @Inject(QUEUE_REDIS) private readonly redis: Redis,
    @Inject(DeliveryQueue) private readonly queue: DeliveryQueue,
    @Inject(GuardedHttp) private readonly outbound: GuardedHttp,
    @Inject(Health) health: Health,
  ) {
    health.register('redis', false, async () => {
      if (this.redis.status !== 'ready') return `Redis is not reached (${this.redis.status})`;
      await this.redis.ping();
      return null;
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.queue.close().catch(() => undefined);
    this.redis.disconnect();
    await this.outbound.destroy();
  }
}

/** The API of operators and partners. Needs the telemetry and ledger modules of its process; keeps no state of its own. */
@Module({})
export class ConsoleModule {
  static forRoot(settings: ConsoleSettings): DynamicModule {
    return {
      module: ConsoleModule,
      controllers: [
        BoardController,
        ChannelsController,
        FeedTokensController,
        DeliveriesController,
        ReplaysController,
        TasksController,
        StatusController,
        StreamController,
        KeysController,
        SessionController,
        AuditController,
        AlarmSinksController,
        SubscriptionsController,
        OperatorEventsController,
        OpenapiController,
        PageController,
      ],
      providers: [
        {
          provide: EDITION_NAMES,
          // What is wrong with the others, the feeds service tells.
          useFactory: () => [...loadProfiles(settings.NEWSRELAY_EDITIONS_DIR ?? null).byName.keys()],
        },
        Channels,
        FeedTokens,
        AlarmSinks,
        ConsoleEvents,
        DueJobs,
        Keys,
        Sessions,
        LedgerGauges,
        LiveStreams,
        QueueBoard,
        ConsoleConnections,
        { provide: PUBLIC_URL, useValue: settings.NEWSRELAY_PUBLIC_URL },
        {
          provide: Sealing,
          useFactory: () => new Sealing(parseEncryptionKey(settings.NEWSRELAY_ENCRYPTION_KEY)),
        },
        {
          provide: GuardedHttp,
          useFactory: () =>
            new GuardedHttp({
              allowTargets: settings.NEWSRELAY_ALLOW_TARGETS,
              proxy: outboundProxySettings(settings),
            }),
        },
        {
          provide: GuardedMail,
          useFactory: () => new GuardedMail({ allowTargets: settings.NEWSRELAY_ALLOW_TARGETS }),
        },
        { provide: QUEUE_REDIS, useFactory: () => producerConnection(settings.REDIS_URL) },
        {
          provide: DeliveryQueue,
          inject: [QUEUE_REDIS],
          useFactory: (redis: Redis) => new DeliveryQueue(redis),
        },
      ],
    };
  }
}
