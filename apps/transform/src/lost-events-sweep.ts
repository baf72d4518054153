import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { VersionOfArticle } from '@newsrelay/ledger/article-versions';
import { isLedgerAway, type Ledger } from '@newsrelay/ledger/database';
import { LedgerStart } from '@newsrelay/ledger/ledger.module';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { Rounds } from '@newsrelay/ledger/rounds';
import { undistributedVersions, undistributedWithdrawals } from '@newsrelay/ledger/undistributed';
import { LOGGER, type Logger } from '@newsrelay/telemetry/logger';
import { Distribution, type Distributed } from './distribution.js';
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
  readonly #rounds: Rounds;

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(LedgerStart) start: LedgerStart,
    @Inject(Distribution) private readonly distribution: Distribution,
    @Inject(TransformEvents) private readonly events: TransformEvents,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#rounds = new Rounds({
      everyMs: INTERVAL_MS,
      round: () => this.#sweep(),
      failure: 'lost events cannot be looked for now',
      logger,
      begin: () => start.migrated(),
    });
  }

  onApplicationBootstrap(): void {
    this.#rounds.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#rounds.stop();
  }

  async #sweep(): Promise<boolean> {
    const withdrawals = await undistributedWithdrawals(this.ledger, OVERDUE_SECONDS, BATCH);
    await this.#distribute(withdrawals, (each) => this.distribution.withdraw(each));
    const versions = await undistributedVersions(this.ledger, OVERDUE_SECONDS, BATCH);
    await this.#distribute(versions, (each) => this.distribution.release(each));
    // Never at once: what was sent again needs its moment, too.
    return false;
  }

  /** One that cannot be distributed holds up none of those behind it; a server that is away ends the round. */
  async #distribute(
    found: readonly VersionOfArticle[],
    distribute: (each: VersionOfArticle) => Promise<Distributed>,
  ): Promise<void> {
    let done = 0;
    for (const each of found) {
      const distributed = await distribute(each).catch((error: unknown) => {
        if (isLedgerAway(error)) throw error;
        this.events.stillUndistributed(each.articleId, each.version, error);
        return null;
      });
      if (distributed === null) continue;
      if ('failure' in distributed) throw distributed.failure;
      if (distributed.done) done += 1;
    }
    this.events.lostEventsFound(done);
  }
}
