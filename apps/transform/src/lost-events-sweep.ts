import { setTimeout as delay } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Ledger } from '@newsrelay/ledger/database';
import { LedgerStart } from '@newsrelay/ledger/ledger.module';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { undistributedVersions, undistributedWithdrawals } from '@newsrelay/ledger/undistributed';
import { LOGGER, RateLimitedLog, type Logger } from '@newsrelay/telemetry/logger';
import { Distribution } from './distribution.js';
import { TransformEvents } from './events.js';

const INTERVAL_MS = 5_000;
/** Events need a moment; only what has lain this long is looked after, in seconds. */
const OVERDUE_SECONDS = 30;
const BATCH = 100;

/**
 * Distributes again what lies in the ledger without deliveries: its event, or the one that transform sent, was lost
 * with NATS's data or became a dead letter. The ledger is the truth; NATS makes it fast.
 */
@Injectable()
export class LostEventsSweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(LedgerStart) private readonly start: LedgerStart,
    @Inject(Distribution) private readonly distribution: Distribution,
    @Inject(TransformEvents) private readonly events: TransformEvents,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#running = this.#run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const log = new RateLimitedLog((fields, message) => {
      this.logger.warn(fields, message);
    });
    if (!(await this.start.migrated())) return;
    while (!signal.aborted) {
      try {
        await this.#round();
      } catch (error) {
        log.say(
          { reason: error instanceof Error ? error.message : String(error) },
          'lost events cannot be looked for now',
        );
      }
      await delay(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #round(): Promise<void> {
    const versions = await undistributedVersions(this.ledger, OVERDUE_SECONDS, BATCH);
    for (const version of versions) await this.distribution.release(version);
    const withdrawals = await undistributedWithdrawals(this.ledger, OVERDUE_SECONDS, BATCH);
    for (const withdrawal of withdrawals) await this.distribution.withdraw(withdrawal);
    this.events.lostEventsFound(versions.length + withdrawals.length);
  }
}
