import { Inject, Injectable } from '@nestjs/common';
import { DeliveryQueue, type DueDelivery } from '@newsrelay/delivery/queue';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { dueAfterResume } from '@newsrelay/ledger/waiting-deliveries';
import { LOGGER, type Logger } from '@newsrelay/telemetry/logger';

/** Whoever hears of so many of a channel looks for the others in the ledger. */
const FIRST_OF_CHANNEL = 200;

/** Jobs for deliveries that the ledger says are due now. While Redis is away the reconciler adds them later. */
@Injectable()
export class DueJobs {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(DeliveryQueue) private readonly queue: DeliveryQueue,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async of(delivery: DueDelivery): Promise<void> {
    await this.#whileRedisAnswers(() => this.queue.add([delivery]));
  }

  /** Not waited for: the ledger has them due already. */
  ofChannel(channelId: string): void {
    void this.#whileRedisAnswers(async () => {
      await this.queue.add(await dueAfterResume(this.ledger, channelId, FIRST_OF_CHANNEL));
    });
  }

  async #whileRedisAnswers(add: () => Promise<void>): Promise<void> {
    try {
      await add();
    } catch (error) {
      this.logger.warn(
        { reason: error instanceof Error ? error.message : String(error) },
        'jobs cannot be added now; the reconciler will',
      );
    }
  }
}
