import {
  Inject,
  Injectable,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { NOTIFICATIONS } from '@newsrelay/contracts/subjects';
import { Health } from '@newsrelay/telemetry/health';
import { LOGGER, type Logger, RateLimitedLog } from '@newsrelay/telemetry/logger';
import { openLedger, type Ledger } from './database.js';
import { LEDGER } from './ledger-token.js';
import { migrate } from './migrate.js';
import { LedgerNotifications } from './notifications.js';

export interface LedgerSettings {
  DATABASE_URL: string;
  /** Connections of this process at most. */
  poolSize: number;
}

/** Migrates as soon as PostgreSQL answers, for as long as that takes; until then the process is not ready. */
@Injectable()
export class LedgerStart implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #stopping = new AbortController();
  #migrating: Promise<void> | undefined;
  #reason: string | null = 'PostgreSQL has not answered yet';

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(LedgerNotifications) private readonly notifications: LedgerNotifications,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Health) health: Health,
  ) {
    health.register('postgresql', true, async () => {
      if (this.#reason !== null) return this.#reason;
      await sql`select 1`.execute(this.ledger);
      return null;
    });
  }

  onApplicationBootstrap(): void {
    this.notifications.start();
    this.#migrating = this.#migrateUntilDone();
  }

  /** Resolves once the schema is there. */
  async migrated(): Promise<void> {
    await this.#migrating;
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await this.notifications.stop();
    await this.ledger.destroy();
  }

  async #migrateUntilDone(): Promise<void> {
    const { signal } = this.#stopping;
    const log = new RateLimitedLog((fields, message) => {
      this.logger.warn(fields, message);
    });
    while (!signal.aborted) {
      try {
        await migrate(this.ledger);
        this.#reason = null;
        return;
      } catch (error) {
        this.#reason = error instanceof Error && error.message !== '' ? error.message : String(error);
        log.say({ reason: this.#reason }, 'PostgreSQL cannot be used yet; trying again');
        await delay(500, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}

@Module({})
export class LedgerModule {
  static forRoot(service: string, settings: LedgerSettings): DynamicModule {
    return {
      module: LedgerModule,
      global: true,
      providers: [
        {
          provide: LEDGER,
          inject: [LOGGER],
          useFactory: (logger: Logger): Ledger =>
            openLedger({
              url: settings.DATABASE_URL,
              poolSize: settings.poolSize,
              applicationName: `newsrelay-${service}`,
              onIdleError: (error) => {
                logger.warn({ reason: error.message }, 'a connection to PostgreSQL broke');
              },
            }),
        },
        {
          provide: LedgerNotifications,
          useFactory: () => new LedgerNotifications(settings.DATABASE_URL, Object.values(NOTIFICATIONS)),
        },
        LedgerStart,
      ],
      exports: [LEDGER, LedgerNotifications, LedgerStart],
    };
  }
}
