import { Inject, Injectable } from '@nestjs/common';
import { DeliveryQueue, type DueDelivery } from '@newsrelay/delivery/queue';
import type { Ledger } from '@newsrelay/ledger/database';
import { waitingOfChannel } from '@newsrelay/ledger/deliveries';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { LOGGER, type Logger } from '@newsrelay/telemetry/logger';

const BATCH = 1_000;

/** Jobs for deliveries that the ledger says are due now. While Redis is away the reconciler adds them later. */
@Injectable()
export class DueJobs {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(DeliveryQueue) private readonly queue: DeliveryQueue,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async of(delivery: DueDelivery): Promise<void> {
    await this.#whileRedisAnswers(() => this.queue.addNow([delivery]));
  }

  /** Not waited for: there may be very many, and the ledger has them due already. */
  ofChannel(channelId: string): void {
    void this.#whileRedisAnswers(async () => {
      let afterId = '';
      for (;;) {
        const waiting = await waitingOfChannel(this.ledger, channelId, afterId, BATCH);
        await this.queue.addNow(waiting);
        if (waiting.length < BATCH) return;
        afterId = waiting.at(-1)?.id ?? '';
      }
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
