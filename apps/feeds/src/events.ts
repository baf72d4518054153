import { Inject, Injectable } from '@nestjs/common';
import { feedManifest } from '@newsrelay/channel-feed/manifest';
import type { EditionDocument } from '@newsrelay/feed-editions/edition-document';
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

  /** `mode` is `refused` for what was not taken, and `result` its status. */
  hubAsked(mode: string, result: string): void {
    this.metrics.hubRequests.inc({ mode, result });
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

  /** Names of the profiles that can be used, and a line for each thing that is wrong with another. */
  profilesRead(editions: readonly string[], faults: readonly string[]): void {
    this.logger.info({ editions }, 'profiles of editions read');
    for (const fault of faults) this.logger.error({ fault }, 'a profile is wrong: its edition is not served');
  }

  /** Said where the edition does not hold all that its channel does: operators see what a partner's limits cost. */
  editionMade(
    channel: string,
    edition: string,
    { shown, cut, noRoom, leftOut }: Pick<EditionDocument, 'shown' | 'cut' | 'noRoom' | 'leftOut'>,
  ): void {
    if (cut + noRoom + Object.keys(leftOut).length === 0) return;
    this.logger.info(
      { channel, edition, shown, cut, noRoom, leftOut },
      'an edition holds less than its feed',
    );
  }

  listening(heard: boolean): void {
    if (heard) this.logger.info('changes are heard');
    else this.logger.warn('changes are not heard: documents are checked against the ledger at each request');
  }
}
