import { Inject, Injectable } from '@nestjs/common';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { feedsOfArticle } from '@newsrelay/ledger/public-feeds';
import { FeedDirectory, type ListedFeeds } from '../discovery/feed-directory.js';

/** Feeds that a page names at most, three links each. */
const MOST = 5;

/** The feeds that an article's page leads to: those that hold the article, or all there are where none does. */
@Injectable()
export class FeedsOfPage {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(FeedDirectory) private readonly directory: FeedDirectory,
  ) {}

  /** With the last change of anything that the choice hangs on. */
  async of(articleId: string): Promise<ListedFeeds> {
    const { feeds, changedAt } = await this.directory.list();
    const ids = feeds.map(({ channelId }) => channelId);
    const holding = await feedsOfArticle(this.ledger, articleId, ids);
    const held = feeds.filter(({ channelId }) => holding.channelIds.has(channelId));
    return {
      feeds: (held.length > 0 ? held : feeds).slice(0, MOST),
      changedAt: later(changedAt, holding.changedAt),
    };
  }
}

function later(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return one > other ? one : other;
}
