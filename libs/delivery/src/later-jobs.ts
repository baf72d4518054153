import type { RateLimitedLog } from '@newsrelay/telemetry/logger';
import type { DeliveryQueue, DueDelivery } from './queue.js';

type Later = DueDelivery & { inMs: number };

/** Adds jobs for later, those of one moment together. The ledger knows them as well: while Redis is away nothing is lost. */
export class LaterJobs {
  #waiting: Later[] = [];
  #adding = false;

  constructor(
    private readonly queue: DeliveryQueue,
    private readonly log: RateLimitedLog,
  ) {}

  add(later: Later): void {
    this.#waiting.push(later);
    if (!this.#adding) void this.#addAll();
  }

  async #addAll(): Promise<void> {
    this.#adding = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, 200);
      try {
        await this.queue.addLater(batch);
      } catch (error) {
        this.log.say(
          { reason: error instanceof Error ? error.message : String(error) },
          'jobs cannot be added now; the reconciler will',
        );
      }
    }
    this.#adding = false;
  }
}
