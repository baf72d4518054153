import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger } from '@newsrelay/telemetry/logger';
import { Metrics } from '@newsrelay/telemetry/metrics';
import { annotate, ATTRIBUTES } from '@newsrelay/telemetry/tracing';

/** Counts and logs what transform does; never throws. */
@Injectable()
export class TransformEvents {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  routed(article: string, version: number, channels: number, renditions: number): void {
    annotate({ [ATTRIBUTES.article]: article, [ATTRIBUTES.version]: version });
    this.logger.info({ article, version, channels, renditions }, 'version routed');
  }

  movedOut(article: string, version: number, channels: number): void {
    this.logger.info({ article, version, channels }, 'version left the filter of channels: withdrawn there');
  }

  rendered(type: string, done: boolean): void {
    this.metrics.renditions.inc({ type, result: done ? 'made' : 'refused' });
  }

  renderingFailed(type: string, channels: readonly string[], error: unknown): void {
    this.logger.error({ err: error, type, channels }, 'a rendition could not be made');
  }

  headlineCut(article: string, version: number, type: string, headline: string): void {
    this.logger.info({ article, version, type, headline }, 'headline cut to the limit of the channel type');
  }

  lostEventsFound(count: number): void {
    if (count > 0) this.logger.warn({ count }, 'distributed from the ledger: their events were lost');
  }

  stillUndistributed(article: string, version: number, error: unknown): void {
    this.logger.error(
      { err: error, article, version },
      'an article could not be distributed from the ledger',
    );
  }

  withdrawalRouted(article: string, version: number, channels: number): void {
    this.logger.info({ article, version, channels }, 'withdrawal routed');
  }
}
