import { Injectable } from '@nestjs/common';
import type { Channel } from '@newsrelay/contracts/channel';
import type { VersionOfArticle } from '@newsrelay/ledger/article-versions';
import type { LedgerTransaction } from '@newsrelay/ledger/database';
import {
  channelsMovedOut,
  lockReleasedVersion,
  recordRoutes,
  routableChannels,
  routedChannels,
  type ReleasedVersion,
} from '@newsrelay/ledger/routing';
import { isEntitled } from './entitlement.js';

/** A version, and the channels by what it does at them. */
export interface Routes {
  version: ReleasedVersion;
  publish: Channel[];
  /** The version left their filter, and they may show an earlier one. */
  withdraw: Channel[];
}

/** What is decided, once. */
interface Decision {
  publish: Channel[];
  /** Whether it left the filter of any. */
  movedOut: boolean;
}

/** Decides once per version which channels it goes to, and which lose the article by it. */
@Injectable()
export class Router {
  /**
   * The version's channels: recorded at the first call, read afterwards, so that a re-run after a crash sees the same.
   * A correction goes where the filter takes it; where it does not any more, the article is taken down (ADR 19).
   * Undefined if the version was never released. The article is locked until the transaction ends.
   */
  async route(
    tx: LedgerTransaction,
    { articleId, version: number }: VersionOfArticle,
  ): Promise<Routes | undefined> {
    const version = await lockReleasedVersion(tx, { articleId, version: number });
    if (version === undefined) return undefined;
    const decision = version.routed ? null : await this.#decide(tx, version);
    return {
      version,
      publish: decision?.publish ?? (await routedChannels(tx, articleId, number)),
      withdraw: decision?.movedOut === false ? [] : await channelsMovedOut(tx, articleId, number),
    };
  }

  async #decide(tx: LedgerTransaction, article: ReleasedVersion): Promise<Decision> {
    const publish: Channel[] = [];
    const withdraw: string[] = [];
    for (const channel of await routableChannels(tx, article)) {
      if (isEntitled(channel.filter, { source: article.source, ...article.content })) publish.push(channel);
      // What a newer version decided at a channel stands: it comes after this one there.
      else if (channel.hasEarlierVersion && !channel.newerRouted) withdraw.push(channel.id);
    }
    const ids = publish.map(({ id }) => id);
    await recordRoutes(tx, article.articleId, article.version, ids, withdraw);
    return { publish, movedOut: withdraw.length > 0 };
  }
}
