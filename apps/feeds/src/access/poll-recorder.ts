import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Ledger } from '@newsrelay/ledger/database';
import { addPolls } from '@newsrelay/ledger/feed-polls';
import { LedgerStart } from '@newsrelay/ledger/ledger.module';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { Rounds } from '@newsrelay/ledger/rounds';
import { LOGGER, type Logger } from '@newsrelay/telemetry/logger';
import { PollCounts, type Poll } from './poll-counts.js';

/** How often counts are written down: a crash loses those since. */
const EVERY_MS = 3_000;
/** Rows of one statement at most. */
const BATCH = 500;

/** Counts who polls, and writes it down apart from all requests. */
@Injectable()
export class PollRecorder implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #counts = new PollCounts();
  readonly #rounds: Rounds;

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(LedgerStart) start: LedgerStart,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#rounds = new Rounds({
      everyMs: EVERY_MS,
      round: () => this.#write(),
      failure: 'polls of feeds cannot be written down now; they are kept',
      logger,
      begin: () => start.migrated(),
    });
  }

  count(poll: Poll): void {
    this.#counts.add(poll);
  }

  onApplicationBootstrap(): void {
    this.#rounds.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#rounds.stop();
    // What came since the last round; a ledger that is away by then keeps no process from ending.
    await this.#write().catch(() => undefined);
  }

  async #write(): Promise<boolean> {
    const taken = this.#counts.take();
    while (taken.length > 0) {
      const batch = taken.slice(0, BATCH);
      try {
        await addPolls(this.ledger, batch);
      } catch (error) {
        this.#counts.giveBack(taken);
        throw error;
      }
      taken.splice(0, BATCH);
    }
    return false;
  }
}
