import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { NOTIFICATIONS } from '@newsrelay/contracts/subjects';
import type { Ledger } from '@newsrelay/ledger/database';
import { LedgerStart } from '@newsrelay/ledger/ledger.module';
import { LEDGER_BY_KEYS } from '@newsrelay/ledger/ledger-token';
import { LedgerNotifications } from '@newsrelay/ledger/notifications';
import { relayOutbox, type OutboxRow } from '@newsrelay/ledger/outbox';
import { Rounds } from '@newsrelay/ledger/rounds';
import { JetStreamPublisher } from '@newsrelay/messaging/publisher';
import { LOGGER, RateLimitedLog, type Logger } from '@newsrelay/telemetry/logger';
import { IngestEvents } from '../events.js';

const BATCH = 200;
/** Finds what a crash, a lost notification or an absent NATS left. */
const SWEEP_MS = 1_000;

/** Publishes the outbox to JetStream: at once when told, and in a sweep. The event id makes a repeat harmless. */
@Injectable()
export class OutboxRelay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #rounds: Rounds;
  readonly #log: RateLimitedLog;

  constructor(
    @Inject(LEDGER_BY_KEYS) private readonly ledger: Ledger,
    @Inject(LedgerStart) start: LedgerStart,
    @Inject(LedgerNotifications) private readonly notifications: LedgerNotifications,
    @Inject(JetStreamPublisher) private readonly publisher: JetStreamPublisher,
    @Inject(IngestEvents) private readonly events: IngestEvents,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#log = new RateLimitedLog((fields, message) => {
      logger.warn(fields, message);
    });
    this.#rounds = new Rounds({
      everyMs: SWEEP_MS,
      round: () => this.#relay(),
      failure: 'the outbox cannot be relayed now',
      logger,
      begin: () => start.migrated(),
    });
  }

  onApplicationBootstrap(): void {
    this.notifications.on(NOTIFICATIONS.outbox, () => {
      this.#rounds.wake();
    });
    this.#rounds.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#rounds.stop();
  }

  async #relay(): Promise<boolean> {
    const { taken, published } = await relayOutbox(this.ledger, BATCH, (rows) => this.#publish(rows));
    if (published > 0) this.events.relayed(published);
    return taken === BATCH && published === taken;
  }

  async #publish(rows: OutboxRow[]): Promise<OutboxRow[]> {
    const outcomes = await this.publisher.publishAll(
      rows.map((row) => ({
        subject: row.subject,
        data: row.payload,
        id: row.eventId,
        ...(row.trace === null ? {} : { headers: row.trace }),
      })),
    );
    const failed = outcomes.find((outcome) => !outcome.ok);
    if (failed !== undefined) this.#log.say({ reason: failed.failure.message }, 'events stay in the outbox');
    return rows.filter((_row, index) => outcomes[index]?.ok);
  }
}
