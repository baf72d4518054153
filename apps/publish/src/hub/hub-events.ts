import { Inject, Injectable } from '@nestjs/common';
import type { HubRequest } from '@newsrelay/ledger/hub-requests';
import { subscriptionFigures } from '@newsrelay/ledger/hub-subscriptions';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { LOGGER, type Logger } from '@newsrelay/telemetry/logger';
import { Metrics } from '@newsrelay/telemetry/metrics';

/** `confirmed`, `refused`: the callback said so; `failed`: it said nothing; `again`: it will be asked again. */
export type CallbackResult = 'confirmed' | 'refused' | 'failed' | 'again';

/** Counts and logs what the hub does with callbacks; never throws. */
@Injectable()
export class HubEvents {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(LEDGER) ledger: Ledger,
  ) {
    metrics.reading(
      'hub',
      {
        subscriptions: {
          name: 'newsrelay_hub_subscriptions',
          help: 'Subscriptions of the hub: active ones, and requests that wait to be verified',
          labels: ['state'],
        },
      },
      async () => {
        const { active, pending } = await subscriptionFigures(ledger);
        return {
          subscriptions: [
            { labels: { state: 'active' }, value: active },
            { labels: { state: 'pending' }, value: pending },
          ],
        };
      },
    );
  }

  /** The callback's query may hold a secret of the subscriber: its host is all that is told. */
  asked(
    { channelId, mode, topic, callbackHost, tries }: HubRequest,
    result: CallbackResult,
    why: string | null,
  ) {
    this.metrics.hubVerifications.inc({ mode, result });
    this.logger.info(
      { subscription: channelId, mode, topic, host: callbackHost, tries, result, why },
      'callback asked',
    );
  }

  ended(subscription: string, reason: string): void {
    this.logger.info({ subscription, reason }, 'a subscription ended');
  }

  failed(subscription: string, error: unknown): void {
    this.logger.warn({ err: error, subscription }, 'a callback could not be asked; it is asked again');
  }
}
