import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { DeliveryAction } from '@newsrelay/contracts/delivery';
import {
  RENDITION_BATCH,
  renditionReady,
  type ArticleReleased,
  type ArticleWithdrawn,
} from '@newsrelay/contracts/events';
import { renditionReadyEventId } from '@newsrelay/contracts/keys';
import { SUBJECTS } from '@newsrelay/contracts/subjects';
import { isLedgerUnavailable, type Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { channelsReached, findReleasedVersion } from '@newsrelay/ledger/routing';
import { findWithdrawnArticle } from '@newsrelay/ledger/withdrawals';
import { Poison, RetryLater } from '@newsrelay/messaging/handler-errors';
import { JetStreamPublisher } from '@newsrelay/messaging/publisher';
import { TransformEvents } from './events.js';
import { Renderer, type RenditionShare } from './rendering/renderer.js';
import { Router } from './routing/router.js';

const AWAY_MS = 1_000;

/** `article.*` in, `rendition.ready` out. Every step may run again: what is there already is found, not made twice. */
@Controller()
export class ArticleEventsController {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(Router) private readonly router: Router,
    @Inject(Renderer) private readonly renderer: Renderer,
    @Inject(JetStreamPublisher) private readonly publisher: JetStreamPublisher,
    @Inject(TransformEvents) private readonly events: TransformEvents,
  ) {}

  @EventPattern(SUBJECTS.articleReleased)
  async released(@Payload() event: ArticleReleased): Promise<void> {
    await whileLedgerAnswers(async () => {
      const version = await findReleasedVersion(this.ledger, event.articleId, event.version);
      if (version === undefined)
        throw new Poison(`version ${event.version} of ${event.articleId} was never released`);
      const channels = await this.router.route(version);
      const shares = await this.renderer.renderVersion(version, channels);
      await this.#announce(event, 'publish', shares);
      this.events.routed(event.articleId, event.version, channels.length, shares.length);
    });
  }

  @EventPattern(SUBJECTS.articleWithdrawn)
  async withdrawn(@Payload() event: ArticleWithdrawn): Promise<void> {
    await whileLedgerAnswers(async () => {
      const withdrawn = await findWithdrawnArticle(this.ledger, event.articleId, event.version);
      if (withdrawn === undefined) throw new Poison(`article ${event.articleId} is not withdrawn`);
      // No claim can begin after the withdrawal was committed: the set is final.
      const channels = await channelsReached(this.ledger, event.articleId);
      const shares = await this.renderer.renderWithdrawal(withdrawn, channels);
      await this.#announce(event, 'withdraw', shares);
      this.events.withdrawalRouted(event.articleId, event.version, channels.length);
    });
  }

  async #announce(
    event: { articleId: string; version: number },
    action: DeliveryAction,
    shares: readonly RenditionShare[],
  ): Promise<void> {
    const { articleId, version } = event;
    const messages = shares.flatMap(({ renditionId, channelIds }) =>
      batchesOf(channelIds, RENDITION_BATCH).map((batch) => ({
        subject: SUBJECTS.renditionReady,
        data: renditionReady.parse({ renditionId, articleId, version, action, channelIds: batch }),
        id: renditionReadyEventId(renditionId, batch),
      })),
    );
    const outcomes = await this.publisher.publishAll(messages);
    const failed = outcomes.find((outcome) => !outcome.ok);
    if (failed !== undefined) throw new RetryLater(AWAY_MS, failed.failure.message);
  }
}

function batchesOf<T>(items: readonly T[], size: number): T[][] {
  const batches: T[][] = [];
  for (let start = 0; start < items.length; start += size) batches.push(items.slice(start, start + size));
  return batches;
}

/** PostgreSQL away is no fault of the message: it comes again, however long that takes. */
async function whileLedgerAnswers(handle: () => Promise<void>): Promise<void> {
  try {
    await handle();
  } catch (error) {
    if (isLedgerUnavailable(error)) throw new RetryLater(AWAY_MS, 'PostgreSQL is away', { cause: error });
    throw error;
  }
}
