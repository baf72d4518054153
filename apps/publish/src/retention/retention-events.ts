import { Inject, Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { LOGGER, type Logger } from '@newsrelay/telemetry/logger';
import { Metrics } from '@newsrelay/telemetry/metrics';

/** Counts and logs what the ledger forgets. */
@Injectable()
export class RetentionEvents {
  readonly #pruned: Counter;

  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.#pruned = new Counter({
      name: 'newsrelay_pruned_total',
      help: 'Texts of the ledger that were past their time and emptied, by kind',
      labelNames: ['kind'],
      registers: [metrics.registry],
    });
  }

  pruned(kind: string, count: number): void {
    if (count > 0) this.#pruned.inc({ kind }, count);
  }

  /** Once a run and kind, and only if it came to something. */
  ran(kind: string, count: number): void {
    if (count > 0) this.logger.info({ kind, count }, 'texts past their time were emptied');
  }
}
