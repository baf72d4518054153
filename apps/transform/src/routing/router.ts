import { Inject, Injectable } from '@nestjs/common';
import type { Channel } from '@newsrelay/contracts/channel';
import { lockArticle } from '@newsrelay/ledger/article-versions';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import {
  channelsMovedOut,
  findReleasedVersion,
  recordRoutes,
  routableChannels,
  routedChannels,
  type ReleasedVersion,
} from '@newsrelay/ledger/routing';
import { isEntitled } from './entitlement.js';

/** Channels by what a version does at them. */
export interface Routes {
  publish: Channel[];
  /** The version left their filter, and they may show an earlier one. */
  withdraw: Channel[];
}

/** Decides once per version which channels it goes to, and which lose the article by it. */
@Injectable()
export class Router {
  constructor(@Inject(LEDGER) private readonly ledger: Ledger) {}

  /**
   * The version's channels: recorded at the first call, read afterwards, so that a re-run after a crash sees the same.
   * A correction goes where the filter takes it; where it does not any more, the article is taken down (ADR 19).
   */
  async route(article: ReleasedVersion): Promise<Routes> {
    const { articleId, version } = article;
    if (!article.routed) await this.#decide(articleId, version);
    return {
      publish: await routedChannels(this.ledger, articleId, version),
      withdraw: await channelsMovedOut(this.ledger, articleId, version),
    };
  }

  async #decide(articleId: string, version: number): Promise<void> {
    await this.ledger.transaction().execute(async (tx) => {
      await lockArticle(tx, articleId);
      const current = await findReleasedVersion(tx, articleId, version);
      if (current === undefined || current.routed) return;
      const routes = { publish: [] as string[], withdraw: [] as string[] };
      for (const channel of await routableChannels(tx, current)) {
        if (isEntitled(channel.filter, { source: current.source, ...current.content }))
          routes.publish.push(channel.id);
        // What a newer version decided at a channel stands: it comes after this one there.
        else if (channel.hasEarlierVersion && !channel.newerRouted) routes.withdraw.push(channel.id);
      }
      await recordRoutes(tx, articleId, version, routes.publish, routes.withdraw);
    });
  }
}
