import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { releaseDueVersions } from '@newsrelay/ledger/article-versions';
import type { Ledger } from '@newsrelay/ledger/database';
import { LedgerStart } from '@newsrelay/ledger/ledger.module';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { Rounds } from '@newsrelay/ledger/rounds';
import { LOGGER, type Logger } from '@newsrelay/telemetry/logger';
import { IngestEvents } from '../events.js';

/** Well within the two seconds that the contract allows. */
const INTERVAL_MS = 500;
const BATCH = 50;

/** Releases scheduled versions when their embargo ends. Every ingest process runs one; they skip each other's rows. */
@Injectable()
export class EmbargoClock implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #rounds: Rounds;

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(LedgerStart) start: LedgerStart,
    @Inject(IngestEvents) private readonly events: IngestEvents,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#rounds = new Rounds({
      everyMs: INTERVAL_MS,
      round: () => this.#release(),
      failure: 'embargoes cannot be looked at now',
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

  async #release(): Promise<boolean> {
    const released = await this.ledger.transaction().execute((tx) => releaseDueVersions(tx, BATCH));
    if (released > 0) this.events.embargoEnded(released);
    return released === BATCH;
  }
}
