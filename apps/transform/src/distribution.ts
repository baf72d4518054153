import { Inject, Injectable } from '@nestjs/common';
import type { Channel } from '@newsrelay/contracts/channel';
import type { DeliveryAction } from '@newsrelay/contracts/delivery';
import { RENDITION_BATCH, renditionReady } from '@newsrelay/contracts/events';
import { renditionReadyEventId } from '@newsrelay/contracts/keys';
import { SUBJECTS } from '@newsrelay/contracts/subjects';
import type { VersionOfArticle } from '@newsrelay/ledger/article-versions';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER_BY_KEYS } from '@newsrelay/ledger/ledger-token';
import { channelsReached, type ReleasedVersion } from '@newsrelay/ledger/routing';
import { findWithdrawnArticle } from '@newsrelay/ledger/withdrawals';
import { JetStreamPublisher, type PublishFailed } from '@newsrelay/messaging/publisher';
import { TransformEvents } from './events.js';
import { Renderer, type RenditionShare } from './rendering/renderer.js';
import { Router } from './routing/router.js';

/** `done`, or why not: the version is not in the ledger as it was said to be, or NATS did not take what was to be announced. */
export type Distributed =
  { done: true } | { done: false; missing: string } | { done: false; failure: PublishFailed };

/** Routes, renders, announces. Every step may run again: what is there already is found, not made twice. */
@Injectable()
export class Distribution {
  constructor(
    @Inject(LEDGER_BY_KEYS) private readonly ledger: Ledger,
    @Inject(Router) private readonly router: Router,
    @Inject(Renderer) private readonly renderer: Renderer,
    @Inject(JetStreamPublisher) private readonly publisher: JetStreamPublisher,
    @Inject(TransformEvents) private readonly events: TransformEvents,
  ) {}

  /** `channelIds`: of the channels that the version goes to, those that it is asked for; all if left out. */
  async release(released: VersionOfArticle & { channelIds?: string[] | undefined }): Promise<Distributed> {
    const { articleId, version, channelIds } = released;
    const isAskedFor = ({ id }: Channel) => channelIds === undefined || channelIds.includes(id);
    // One commit for both: what is routed is rendered.
    const made = await this.ledger.transaction().execute(async (tx) => {
      const routes = await this.router.route(tx, released);
      if (routes === undefined) return undefined;
      const channels = routes.publish.filter(isAskedFor);
      return { routes, channels, shares: await this.renderer.renderVersion(tx, routes.version, channels) };
    });
    if (made === undefined)
      return { done: false, missing: `version ${version} of ${articleId} was never released` };
    const { routes, channels, shares } = made;
    const announced = await this.#announce(released, 'publish', shares);
    if (!announced.done) return announced;
    this.events.routed(articleId, version, channels.length, shares.length);
    const left = routes.withdraw.filter(isAskedFor);
    return left.length === 0 ? announced : this.#takeDown(routes.version, left);
  }

  /** A version that left the filter of channels which may show an earlier one: withdrawn there, and nowhere else. */
  async #takeDown(
    { articleId, version, releasedAt, content }: ReleasedVersion,
    channels: readonly Channel[],
  ): Promise<Distributed> {
    const { language, url } = content;
    const withdrawn = { id: articleId, version, withdrawnAt: releasedAt, language, url };
    const shares = await this.renderer.renderWithdrawal(this.ledger, withdrawn, channels);
    const announced = await this.#announce({ articleId, version }, 'withdraw', shares);
    if (announced.done) this.events.movedOut(articleId, version, channels.length);
    return announced;
  }

  async withdraw(ordered: VersionOfArticle): Promise<Distributed> {
    const { articleId, version } = ordered;
    const withdrawn = await findWithdrawnArticle(this.ledger, articleId, version);
    if (withdrawn === undefined) return { done: false, missing: `article ${articleId} is not withdrawn` };
    // No claim can begin after the withdrawal was committed: the set is final.
    const channels = await channelsReached(this.ledger, articleId);
    const shares = await this.renderer.renderWithdrawal(this.ledger, withdrawn, channels);
    const announced = await this.#announce(ordered, 'withdraw', shares);
    if (announced.done) this.events.withdrawalRouted(articleId, version, channels.length);
    return announced;
  }

  async #announce(
    { articleId, version }: VersionOfArticle,
    action: DeliveryAction,
    shares: readonly RenditionShare[],
  ): Promise<Distributed> {
    const messages = shares.flatMap(({ renditionId, channelIds }) =>
      batchesOf(channelIds, RENDITION_BATCH).map((batch) => ({
        subject: SUBJECTS.renditionReady,
        data: renditionReady.parse({ renditionId, articleId, version, action, channelIds: batch }),
        id: renditionReadyEventId(renditionId, batch),
      })),
    );
    const outcomes = await this.publisher.publishAll(messages);
    const failed = outcomes.find((outcome) => !outcome.ok);
    return failed === undefined ? { done: true } : { done: false, failure: failed.failure };
  }
}

function batchesOf<T>(items: readonly T[], size: number): T[][] {
  const batches: T[][] = [];
  for (let start = 0; start < items.length; start += size) batches.push(items.slice(start, start + size));
  return batches;
}
