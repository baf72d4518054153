import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { ArticleContent } from '@newsrelay/contracts/article';
import type { DeliveryAction, DeliveryState } from '@newsrelay/contracts/delivery';
import { renditionId } from '@newsrelay/contracts/keys';
import { NOTIFICATIONS } from '@newsrelay/contracts/subjects';
import {
  insertVersion,
  lockArticle,
  lockOrCreateArticle,
  releaseVersion,
  type VersionOfArticle,
} from './article-versions.js';
import { createChannel } from './channels.js';
import type { Ledger } from './database.js';
import { readClaimCandidate } from './claim-candidates.js';
import { claimDeliveries, messageOf, type Claim } from './claims.js';
import { createDeliveries } from './deliveries.js';
import { lockReleasedVersion, storeRenditions, type ReleasedVersion } from './routing.js';
import { settleDelivery, type Settlement } from './settlements.js';
import { orderWithdrawal } from './withdrawals.js';

export interface NewsroomOptions {
  ledger: Ledger;
  channelType: string;
  render: (version: ReleasedVersion) => Record<string, unknown>;
}

export type Published = VersionOfArticle;

/** An article with nothing but a headline and one paragraph. */
export const EMPTY_ARTICLE: ArticleContent = {
  kicker: null,
  headline: '标题',
  subtitle: null,
  dateline: null,
  bylines: [],
  editor: null,
  body: ['正文。'],
  bodyHtml: null,
  media: [],
  sections: [],
  keywords: [],
  language: 'zh-CN',
  url: null,
};

/** An attempt that arrived. */
export const ARRIVED: Omit<Settlement, 'deliveryId' | 'epoch'> = {
  outcome: 'delivered',
  status: 200,
  error: null,
  response: null,
  durationMs: 1,
  state: 'delivered',
  reason: null,
  nextAttemptInMs: null,
  remoteId: null,
  remoteUrl: null,
  pauseReason: null,
  served: false,
  sign: { kind: 'none' },
};

/** What intake, transform and publish write into the ledger, in the order they write it; for specs of what reads it. */
export class TestNewsroom {
  constructor(private readonly options: NewsroomOptions) {}

  async addChannel(id: string, settings: Record<string, unknown>, type = this.options.channelType) {
    const filter = { sections: [], sources: [], keywords: [] };
    const channel = { id, type, name: id, enabled: true, filter, settings, secrets: {} };
    await createChannel(this.options.ledger, channel, '');
  }

  /** A version, released; of a new article, or of the one that is named. Nothing is delivered yet. */
  async release(
    content: Partial<ArticleContent> = {},
    articleId: string = randomUUID(),
    note: string | null = null,
  ): Promise<Published> {
    return this.options.ledger.transaction().execute(async (tx) => {
      const article = await lockOrCreateArticle(tx, {
        id: articleId,
        source: 'jngxq',
        sourceId: articleId,
        pageDate: null,
      });
      const version = await insertVersion(
        tx,
        article,
        {
          content: { ...EMPTY_ARTICLE, ...content },
          inputHash: randomUUID(),
          inputPublishedAt: null,
          pageText: null,
          holds: [],
          repairs: [],
          note,
          publishedAt: new Date('2025-01-02T16:00:00Z'),
          embargoUntil: null,
        },
        'held',
      );
      await releaseVersion(tx, articleId, version);
      return { articleId, version };
    });
  }

  /** What transform reads of it. */
  async released(version: Published): Promise<ReleasedVersion> {
    const found = await this.options.ledger.transaction().execute((tx) => lockReleasedVersion(tx, version));
    if (found === undefined) throw new Error('not released');
    return found;
  }

  /** The version's rendition and queued deliveries, as transform and publish make them. Returns the deliveries' ids. */
  async deliver({ articleId, version }: Published, channelIds: string[]): Promise<string[]> {
    const { render } = this.options;
    const released = await this.released({ articleId, version });
    return this.#deliver(articleId, version, 'publish', channelIds, render(released));
  }

  /** Orders the withdrawal: the mark alone, no delivery of it. Returns the withdrawn version. */
  async withdraw(articleId: string): Promise<Published> {
    return this.options.ledger.transaction().execute(async (tx) => {
      const article = await lockArticle(tx, articleId);
      if (article === undefined) throw new Error('no such article');
      await orderWithdrawal(tx, article, 'test');
      return { articleId, version: article.latest_version };
    });
  }

  /** The withdrawal's queued deliveries. */
  async deliverWithdrawal({ articleId, version }: Published, channelIds: string[]): Promise<string[]> {
    return this.#deliver(articleId, version, 'withdraw', channelIds, { kind: 'withdrawal' });
  }

  /** The delivery's next turn, as publish has it: claimed, and then what came of it is written. */
  async claim(id: string, body = '{}', leaseMs = 20_000): Promise<Claim | null> {
    const candidate = await readClaimCandidate(this.options.ledger, id);
    if (candidate === undefined) throw new Error('no such delivery');
    const request = { candidate, message: messageOf(body), leaseMs };
    return (await claimDeliveries(this.options.ledger, [request])).get(request) ?? null;
  }

  /** Writes what a claimed attempt came to; the state that it led to, null if the claim was lost. */
  async settle(
    deliveryId: string,
    claim: Claim | null,
    came: Partial<Settlement> = {},
  ): Promise<DeliveryState | null> {
    const settled = await settleDelivery(this.options.ledger, {
      ...ARRIVED,
      deliveryId,
      epoch: claim?.epoch ?? -1,
      ...came,
    });
    return settled?.state ?? null;
  }

  /** What the publish service does when a served channel's connector answers `pending`. */
  async accept(deliveryIds: readonly string[]): Promise<void> {
    await this.options.ledger.transaction().execute(async (tx) => {
      const rows = await tx
        .updateTable('deliveries')
        .set({ state: 'accepted', begun_at: sql`clock_timestamp()`, next_attempt_at: null })
        .where('id', 'in', [...deliveryIds])
        .returning('channel_id')
        .execute();
      for (const { channel_id } of rows) {
        await sql`select pg_notify(${NOTIFICATIONS.channelServed}, ${channel_id})`.execute(tx);
      }
    });
  }

  /** Released and accepted by all the channels. */
  async publish(channelIds: string[], ...release: Parameters<TestNewsroom['release']>): Promise<Published> {
    const published = await this.release(...release);
    await this.accept(await this.deliver(published, channelIds));
    return published;
  }

  /** States of an article's deliveries by channel, in order of version, a withdrawal after its version. */
  async states(articleId: string, channelId: string): Promise<string[]> {
    const rows = await this.options.ledger
      .selectFrom('deliveries')
      .select('state')
      .where('article_id', '=', articleId)
      .where('channel_id', '=', channelId)
      .orderBy('version')
      .orderBy('action')
      .execute();
    return rows.map((row) => row.state);
  }

  async #deliver(
    articleId: string,
    version: number,
    action: DeliveryAction,
    channelIds: string[],
    content: Record<string, unknown>,
  ): Promise<string[]> {
    const { ledger, channelType } = this.options;
    const id = renditionId(articleId, version, action, channelType, 'test');
    await storeRenditions(ledger, { articleId, version }, action, [
      { id, channelType, content, refusal: null },
    ]);
    const due = await createDeliveries(ledger, { renditionId: id, articleId, version, action, channelIds });
    return due.map((each) => each.id);
  }
}
