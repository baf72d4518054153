import { setTimeout as delay } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type BeforeApplicationShutdown,
} from '@nestjs/common';
import { NOTIFICATIONS } from '@newsrelay/contracts/subjects';
import type { Ledger } from '@newsrelay/ledger/database';
import { LedgerStart } from '@newsrelay/ledger/ledger.module';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { LedgerNotifications } from '@newsrelay/ledger/notifications';
import { relayOutbox, type OutboxRow } from '@newsrelay/ledger/outbox';
import { JetStreamPublisher } from '@newsrelay/messaging/publisher';
import { LOGGER, RateLimitedLog, type Logger } from '@newsrelay/telemetry/logger';
import { IngestEvents } from '../events.js';

const BATCH = 200;
/** Finds what a crash, a lost notification or an absent NATS left. */
const SWEEP_MS = 1_000;

/** Publishes the outbox to JetStream: at once when told, and in a sweep. The event id makes a repeat harmless. */
@Injectable()
export class OutboxRelay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #wake = new AbortController();

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(LedgerStart) private readonly start: LedgerStart,
    @Inject(LedgerNotifications) private readonly notifications: LedgerNotifications,
    @Inject(JetStreamPublisher) private readonly publisher: JetStreamPublisher,
    @Inject(IngestEvents) private readonly events: IngestEvents,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.notifications.on(NOTIFICATIONS.outbox, () => {
      this.#wake.abort();
    });
    this.#running = this.#run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const stopping = this.#stopping.signal;
    const log = new RateLimitedLog((fields, message) => {
      this.logger.warn(fields, message);
    });
    if (!(await this.start.migrated())) return;
    while (!stopping.aborted) {
      // Before the look into the table, so that an event that comes meanwhile is not slept over.
      this.#wake = new AbortController();
      let more = false;
      try {
        const { taken, published } = await relayOutbox(this.ledger, BATCH, (rows) =>
          this.#publish(rows, log),
        );
        if (published > 0) this.events.relayed(published);
        more = taken === BATCH && published === taken;
      } catch (error) {
        log.say(
          { reason: error instanceof Error ? error.message : String(error) },
          'the outbox cannot be relayed now',
        );
      }
      if (!more)
        await delay(SWEEP_MS, undefined, { signal: AbortSignal.any([stopping, this.#wake.signal]) }).catch(
          () => undefined,
        );
    }
  }

  async #publish(rows: OutboxRow[], log: RateLimitedLog): Promise<OutboxRow[]> {
    const outcomes = await this.publisher.publishAll(
      rows.map((row) => ({ subject: row.subject, data: row.payload, id: row.eventId })),
    );
    const failed = outcomes.find((outcome) => !outcome.ok);
    if (failed !== undefined) log.say({ reason: failed.failure.message }, 'events stay in the outbox');
    return rows.filter((_row, index) => outcomes[index]?.ok);
  }
}
