import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { RenditionReady } from '@newsrelay/contracts/events';
import { SUBJECTS } from '@newsrelay/contracts/subjects';
import { DeliveryQueue } from '@newsrelay/delivery/queue';
import { isLedgerAway, type Ledger } from '@newsrelay/ledger/database';
import { createDeliveries } from '@newsrelay/ledger/deliveries';
import type { DueRow } from '@newsrelay/ledger/due-row';
import { RetryLater } from '@newsrelay/messaging/handler-errors';
import { LOGGER, RateLimitedLog, type Logger } from '@newsrelay/telemetry/logger';
import { BATCH_LEDGER } from './tokens.js';

const AWAY_MS = 1_000;

/** `rendition.ready` in: deliveries into the ledger, then jobs into the queue. */
@Controller()
export class RenditionEventsController {
  readonly #queueLog: RateLimitedLog;

  constructor(
    @Inject(BATCH_LEDGER) private readonly ledger: Ledger,
    @Inject(DeliveryQueue) private readonly queue: DeliveryQueue,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#queueLog = new RateLimitedLog((fields, message) => {
      logger.warn(fields, message);
    });
  }

  @EventPattern(SUBJECTS.renditionReady)
  async ready(@Payload() event: RenditionReady): Promise<void> {
    const due = await this.#create(event);
    try {
      await this.queue.add(due);
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
      return await createDeliveries(this.ledger, event);
    } catch (error) {
      if (isLedgerAway(error)) throw new RetryLater(AWAY_MS, 'PostgreSQL is away', { cause: error });
      throw error;
    }
  }
}
