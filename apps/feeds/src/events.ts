import { Inject, Injectable } from '@nestjs/common';
import { feedManifest } from '@newsrelay/channel-feed/manifest';
import type { ServedDelivery } from '@newsrelay/ledger/feed-shelf';
import { LOGGER, RateLimitedLog, type Logger } from '@newsrelay/telemetry/logger';
import { Metrics } from '@newsrelay/telemetry/metrics';

/** Counts and logs what the feeds service does; never throws. */
@Injectable()
export class FeedsEvents {
  readonly #failures: RateLimitedLog;

  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {
    this.#failures = new RateLimitedLog((fields, message) => {
      this.logger.warn(fields, message);
    });
  }

  /** `format` is `none` for a request that names no feed, `page` for a person who opened one in a browser. */
  requested(format: string, status: number): void {
    this.metrics.feedRequests.inc({ format, status });
  }

  served(channel: string, deliveries: readonly ServedDelivery[]): void {
    if (deliveries.length === 0) return;
    for (const { state, action, ageSeconds } of deliveries) {
      if (state !== 'delivered') continue;
      this.metrics.releaseToDelivered.observe({ type: feedManifest.type, action }, ageSeconds);
    }
    const count = (state: ServedDelivery['state']) =>
      deliveries.filter((delivery) => delivery.state === state).length;
    this.logger.info(
      {
        channel,
        delivered: count('delivered'),
        superseded: count('superseded'),
        canceled: count('canceled'),
      },
      'shelf served',
    );
  }

  /** A step that the next sweep or request tries again. */
  failed(what: string, error: unknown, fields: object = {}): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#failures.say({ ...fields, reason }, what);
  }

  /** A rendition that this build cannot read: the item is left out, the feed goes on. */
  unreadable(channel: string, rendition: string, reason: string): void {
    this.logger.error({ channel, rendition, reason }, 'an item is left out of the feed');
  }

  listening(heard: boolean): void {
    if (heard) this.logger.info('changes are heard');
    else this.logger.warn('changes are not heard: documents are checked against the ledger at each request');
  }
}
