import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger } from '@newsrelay/telemetry/logger';
import { Metrics } from '@newsrelay/telemetry/metrics';
import { annotate, ATTRIBUTES } from '@newsrelay/telemetry/tracing';
import type { Accepted } from './intake/accept-version.js';

/** Counts and logs what ingest does; never throws. Headlines and texts stay out of the log. */
@Injectable()
export class IngestEvents {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  taken(accepted: Accepted): void {
    annotate({ [ATTRIBUTES.article]: accepted.id, [ATTRIBUTES.version]: accepted.version });
    this.metrics.articlesTaken.inc({ state: accepted.duplicate ? 'duplicate' : accepted.state });
    if (accepted.duplicate) return;
    const { id, version, state, holds } = accepted;
    if (state === 'published') this.metrics.released.inc();
    this.logger.info({ article: id, version, state, holds: holds.map((hold) => hold.code) }, 'article taken');
  }

  pageTaken(page: { publication: string | null; date: string | null }, articles: readonly Accepted[]): void {
    this.metrics.pagesTaken.inc();
    for (const article of articles) this.taken(article);
    const { publication, date } = page;
    this.logger.info({ publication, date, articles: articles.length }, 'page taken');
  }

  reviewed(article: string, version: number, verdict: string): void {
    if (verdict === 'published') this.metrics.released.inc();
    this.logger.info({ article, version, verdict }, 'version reviewed');
  }

  embargoEnded(count: number): void {
    this.metrics.released.inc(count);
    this.logger.info({ count }, 'embargo ended');
  }

  withdrawn(article: string, orderId: string, waitedMs: number): void {
    annotate({ [ATTRIBUTES.article]: article });
    this.metrics.withdrawn.inc();
    this.logger.warn({ article, orderId, waitedMs: Math.round(waitedMs) }, 'article withdrawn');
  }

  relayed(count: number): void {
    this.metrics.outboxPublished.inc(count);
  }
}
