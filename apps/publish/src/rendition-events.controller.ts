import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { RenditionReady } from '@newsrelay/contracts/events';
import { SUBJECTS } from '@newsrelay/contracts/subjects';
import { Dispatcher } from '@newsrelay/delivery/dispatcher';
import { DeliveryQueue } from '@newsrelay/delivery/queue';
import { CandidateReader } from '@newsrelay/ledger/claim-candidates';
import { isLedgerAway, type Ledger } from '@newsrelay/ledger/database';
import { createDeliveries, createManyDeliveries } from '@newsrelay/ledger/deliveries';
import type { DueRow } from '@newsrelay/ledger/due-row';
import { InBatches } from '@newsrelay/ledger/in-batches';
import { LEDGER_BY_KEYS } from '@newsrelay/ledger/ledger-token';
import { RetryLater } from '@newsrelay/messaging/handler-errors';
import { LOGGER, RateLimitedLog, type Logger } from '@newsrelay/telemetry/logger';

const AWAY_MS = 1_000;

/** `rendition.ready` in: deliveries into the ledger, then to their turns here, or into the queue for others. */
@Controller()
export class RenditionEventsController {
  readonly #created: InBatches<RenditionReady, DueRow[]>;
  readonly #queueLog: RateLimitedLog;

  constructor(
    @Inject(LEDGER_BY_KEYS) private readonly ledger: Ledger,
    @Inject(CandidateReader) private readonly candidates: CandidateReader,
    @Inject(Dispatcher) private readonly dispatcher: Dispatcher,
    @Inject(DeliveryQueue) private readonly queue: DeliveryQueue,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#created = new InBatches(
      (events: readonly RenditionReady[]) => createManyDeliveries(ledger, events),
      ({ channelIds }) => channelIds.length,
    );
    this.#queueLog = new RateLimitedLog((fields, message) => {
      logger.warn(fields, message);
    });
  }

  @EventPattern(SUBJECTS.renditionReady)
  async ready(@Payload() event: RenditionReady): Promise<void> {
    this.candidates.foresee(event.renditionId);
    const left = this.dispatcher.take(await this.#create(event));
    try {
      await this.queue.add(left);
    } catch (error) {
      // The ledger has them: the reconciler gives them jobs when Redis is back.
      this.#queueLog.say(
        { reason: error instanceof Error ? error.message : String(error) },
        'jobs cannot be added now',
      );
    }
  }

  async #create(event: RenditionReady): Promise<DueRow[]> {
    try {
      // What kept it from being written with the others is told by itself.
      return (await this.#created.get(event)) ?? (await createDeliveries(this.ledger, event));
    } catch (error) {
      if (isLedgerAway(error)) throw new RetryLater(AWAY_MS, 'PostgreSQL is away', { cause: error });
      throw error;
    }
  }
}
