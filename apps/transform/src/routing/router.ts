import { Inject, Injectable } from '@nestjs/common';
import type { Channel } from '@newsrelay/contracts/channel';
import { lockArticle } from '@newsrelay/ledger/article-versions';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import {
  findReleasedVersion,
  recordRoutes,
  routableChannels,
  routedChannels,
  type ReleasedVersion,
} from '@newsrelay/ledger/routing';
import { isEntitled } from './entitlement.js';

/** Decides once per version which channels it goes to. */
@Injectable()
export class Router {
  constructor(@Inject(LEDGER) private readonly ledger: Ledger) {}

  /**
   * The version's channels: recorded at the first call, read afterwards, so that a re-run after a crash sees the same.
   * A channel that has an earlier version gets the correction whatever its filter says now: a correction follows
   * everywhere.
   */
  async route(article: ReleasedVersion): Promise<Channel[]> {
    const { articleId, version } = article;
    if (!article.routed) {
      await this.ledger.transaction().execute(async (tx) => {
        await lockArticle(tx, articleId);
        const current = await findReleasedVersion(tx, articleId, version);
        if (current === undefined || current.routed) return;
        const { sections, keywords } = current.content;
        const channels = await routableChannels(tx, current);
        const chosen = channels.filter(
          (channel) =>
            channel.hasEarlierVersion ||
            isEntitled(channel.filter, { source: current.source, sections, keywords }),
        );
        await recordRoutes(
          tx,
          articleId,
          version,
          chosen.map((channel) => channel.id),
        );
      });
    }
    return routedChannels(this.ledger, articleId, version);
  }
}
