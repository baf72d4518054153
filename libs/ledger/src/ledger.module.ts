import {
  Inject,
  Injectable,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { NOTIFICATIONS } from '@newsrelay/contracts/subjects';
import { Health } from '@newsrelay/telemetry/health';
import { LOGGER, type Logger, RateLimitedLog } from '@newsrelay/telemetry/logger';
import { isLedgerUnavailable, openLedger, type Ledger, type LedgerOptions } from './database.js';
import { LEDGER, LEDGER_BY_KEYS } from './ledger-token.js';
import { isMigrated, migrate } from './migrate.js';
import { LedgerNotifications } from './notifications.js';

export interface LedgerSettings {
  DATABASE_URL: string;
  /** Connections of this process at most. */
  poolSize: number;
  /** Whether this process brings the schema up to date, or waits until the migration job has. */
  migrate: 'at-start' | 'wait';
}

/** Why a process is not ready, for people. */
const SCHEMA_AWAITED = 'the schema is older than this version: the migration job (apps/migrate) has to run';

/** Connections for what is looked up by keys, opened as they are needed: batches, and the transactions of articles. */
const KEYED_CONNECTIONS = 8;

/** Injection token: {@link LedgerSettings.migrate}. */
const WHO_MIGRATES = Symbol('WhoMigrates');

/**
 * Migrates as soon as PostgreSQL answers, or waits for the job that does, for as long as that takes; until then the process
 * is not ready.
 */
@Injectable()
export class LedgerStart implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  readonly #stopping = new AbortController();
  readonly #migrated = Promise.withResolvers<boolean>();
  #reason: string | null = 'PostgreSQL has not answered yet';

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(LEDGER_BY_KEYS) private readonly byKeys: Ledger,
    @Inject(LedgerNotifications) private readonly notifications: LedgerNotifications,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(WHO_MIGRATES) private readonly whoMigrates: LedgerSettings['migrate'],
    @Inject(Health) private readonly health: Health,
  ) {
    health.register('postgresql', true, async () => {
      if (this.#reason !== null) return this.#reason;
      await sql`select 1`.execute(this.ledger);
      return null;
    });
  }

  onApplicationBootstrap(): void {
    // Shown only: what can be read is served, and a process that cannot write says so to whoever asks it to.
    this.health.register('postgresql-writes', false, async () => {
      const { rows } = await sql<{ off: boolean }>`
        select current_setting('transaction_read_only') = 'on' as off`.execute(this.ledger);
      return rows[0]?.off === true ? 'PostgreSQL is read-only now' : null;
    });
    this.notifications.start();
    void this.#migrateUntilDone().then(this.#migrated.resolve, this.#migrated.reject);
  }

  /** Resolves with true once the schema is there, with false if the process stops before that. */
  migrated(): Promise<boolean> {
    return this.#migrated.promise;
  }

  /** First of all at a shutdown: whoever waits for the schema must not hold it up. */
  onModuleDestroy(): void {
    this.#stopping.abort();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.notifications.stop();
    await this.byKeys.destroy();
    await this.ledger.destroy();
  }

  async #bringUpToDate(): Promise<void> {
    if (this.whoMigrates !== 'at-start') {
      if (!(await isMigrated(this.ledger))) throw new Error(SCHEMA_AWAITED);
      return;
    }
    try {
      await migrate(this.ledger);
    } catch (error) {
      // What is there can be read from a standby too, which takes no changes.
      if (!isLedgerUnavailable(error) || !(await isMigrated(this.ledger))) throw error;
    }
  }

  async #migrateUntilDone(): Promise<boolean> {
    const { signal } = this.#stopping;
    const log = new RateLimitedLog((fields, message) => {
      this.logger.warn(fields, message);
    });
    while (!signal.aborted) {
      try {
        await this.#bringUpToDate();
        this.#reason = null;
        return true;
      } catch (error) {
        this.#reason = error instanceof Error && error.message !== '' ? error.message : String(error);
        log.say({ reason: this.#reason }, 'PostgreSQL cannot be used yet; trying again');
        await delay(500, undefined, { signal }).catch(() => undefined);
      }
    }
    return false;
  }
}

@Module({})
export class LedgerModule {
  static forRoot(service: string, settings: LedgerSettings): DynamicModule {
    const open = (logger: Logger, options: Pick<LedgerOptions, 'poolSize' | 'applicationName' | 'byKeys'>) =>
      openLedger({
        url: settings.DATABASE_URL,
        onIdleError: (error) => {
          logger.warn({ reason: error.message }, 'a connection to PostgreSQL broke');
        },
        ...options,
      });
    return {
      module: LedgerModule,
      global: true,
      providers: [
        {
          provide: LEDGER,
          inject: [LOGGER],
          useFactory: (logger: Logger): Ledger =>
            open(logger, { poolSize: settings.poolSize, applicationName: `newsrelay-${service}` }),
        },
        {
          provide: LEDGER_BY_KEYS,
          inject: [LOGGER],
          useFactory: (logger: Logger): Ledger =>
            open(logger, {
              poolSize: KEYED_CONNECTIONS,
              applicationName: `newsrelay-${service}-by-keys`,
              byKeys: true,
            }),
        },
        {
          provide: LedgerNotifications,
          useFactory: () => new LedgerNotifications(settings.DATABASE_URL, Object.values(NOTIFICATIONS)),
        },
        { provide: WHO_MIGRATES, useValue: settings.migrate },
        LedgerStart,
      ],
      exports: [LEDGER, LEDGER_BY_KEYS, LedgerNotifications, LedgerStart],
    };
  }
}
