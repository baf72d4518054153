import { setTimeout as delay } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type BeforeApplicationShutdown,
} from '@nestjs/common';
import { releaseDueVersions } from '@newsrelay/ledger/article-versions';
import type { Ledger } from '@newsrelay/ledger/database';
import { LedgerStart } from '@newsrelay/ledger/ledger.module';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { LOGGER, RateLimitedLog, type Logger } from '@newsrelay/telemetry/logger';
import { IngestEvents } from '../events.js';

/** Well within the two seconds that the contract allows. */
const INTERVAL_MS = 500;
const BATCH = 50;

/** Releases scheduled versions when their embargo ends. Every ingest process runs one; they skip each other's rows. */
@Injectable()
export class EmbargoClock implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(LedgerStart) private readonly start: LedgerStart,
    @Inject(IngestEvents) private readonly events: IngestEvents,
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
      let released = 0;
      try {
        released = await this.ledger.transaction().execute((tx) => releaseDueVersions(tx, BATCH));
        if (released > 0) this.events.embargoEnded(released);
      } catch (error) {
        log.say(
          { reason: error instanceof Error ? error.message : String(error) },
          'embargoes cannot be looked at now',
        );
      }
      // A full batch means that more are due.
      if (released < BATCH) await delay(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
