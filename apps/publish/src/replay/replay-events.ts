import { Inject, Injectable } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { LOGGER, type Logger } from '@newsrelay/telemetry/logger';
import { Metrics } from '@newsrelay/telemetry/metrics';

/** Counts and logs what replays come to. */
@Injectable()
export class ReplayEvents {
  readonly #running: Gauge;
  readonly #articles: Counter;

  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.#running = new Gauge({
      name: 'newsrelay_replays_running',
      help: 'Replays that are not over, as the ledger has them; every publish process tells the same',
      registers: [metrics.registry],
    });
    this.#articles = new Counter({
      name: 'newsrelay_replayed_articles_total',
      help: 'Articles that replays saw to, by what came of it: repeated, made or skipped',
      labelNames: ['result'],
      registers: [metrics.registry],
    });
  }

  running(count: number): void {
    this.#running.set(count);
  }

  article(result: 'repeated' | 'made' | 'skipped'): void {
    this.#articles.inc({ result });
  }

  ended(replay: string, state: string): void {
    this.logger.info({ replay, state }, 'replay ended');
  }

  jobNotAdded(delivery: string, error: unknown): void {
    this.logger.warn(
      { delivery, reason: error instanceof Error ? error.message : String(error) },
      'a replayed delivery gets its job from the reconciler',
    );
  }
}
