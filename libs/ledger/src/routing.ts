import { sql } from 'kysely';
import type { ArticleContent, Hold } from '@newsrelay/contracts/article';
import type { Channel } from '@newsrelay/contracts/channel';
import type { DeliveryAction } from '@newsrelay/contracts/delivery';
import { channelOfRow } from './channels.js';
import type { Ledger, LedgerTransaction } from './database.js';
import { endMovedOut, mayShowEarlier } from './filter-drift.js';

/** A released version as routing and rendering read it. */
export interface ReleasedVersion {
  articleId: string;
  version: number;
  source: string;
  content: ArticleContent;
  note: string | null;
  publishedAt: Date;
  releasedAt: Date;
  firstReleasedAt: Date;
  withdrawnThrough: number;
  withdrawnAt: Date | null;
  routed: boolean;
}

/** Undefined if the version was never released. */
export async function findReleasedVersion(
  ledger: Ledger | LedgerTransaction,
  articleId: string,
  version: number,
): Promise<ReleasedVersion | undefined> {
  const row = await ledger
    .selectFrom('article_versions as v')
    .innerJoin('articles as a', 'a.id', 'v.article_id')
    .select([
      'a.id',
      'a.source',
      'a.first_released_at',
      'a.withdrawn_through',
      'a.withdrawn_at',
      'v.version',
      'v.content',
      'v.note',
      'v.published_at',
      'v.released_at',
      'v.routed_at',
    ])
    .where('v.article_id', '=', articleId)
    .where('v.version', '=', version)
    .executeTakeFirst();
  if (row?.released_at == null) return undefined;
  return {
    articleId: row.id,
    version: row.version,
    source: row.source,
    content: row.content,
    note: row.note,
    publishedAt: row.published_at,
    releasedAt: row.released_at,
    firstReleasedAt: row.first_released_at ?? row.released_at,
    withdrawnThrough: row.withdrawn_through,
    withdrawnAt: row.withdrawn_at,
    routed: row.routed_at !== null,
  };
}

/** A channel as routing sees it. */
export interface RoutableChannel extends Channel {
  /** The last of the earlier versions that concerned the channel is there, or about to be: it was not taken down since. */
  hasEarlierVersion: boolean;
  /** A newer version was routed first. What is decided there stands. */
  newerRouted: boolean;
}

/**
 * Channels that exist and are older than the release: enabled ones, and disabled ones that have an earlier version that
 * was not withdrawn, or wait for it, so that what they get once they are enabled again is the newest. Where a newer version
 * was routed first, only those that it goes to: nothing would ever follow this one at the others.
 */
export async function routableChannels(
  tx: LedgerTransaction,
  article: ReleasedVersion,
): Promise<RoutableChannel[]> {
  // Routed, or delivered, which is the same but for a moment. What the article's withdrawal covers is there no more.
  const hasEarlier = sql<boolean>`coalesce((
    select e.action = 'publish'
    from (select d.version, d.action from deliveries d
          where d.channel_id = c.id and d.article_id = ${article.articleId}::uuid and d.state <> 'canceled'
          union all
          select r.version, r.action from routes r
          where r.channel_id = c.id and r.article_id = ${article.articleId}::uuid) as e
    where e.version < ${article.version}::int and e.version > ${article.withdrawnThrough}::int
    order by e.version desc, e.action = 'withdraw' desc
    limit 1), false)`;
  const newerRouted = sql<boolean>`exists (
    select from article_versions n
    where n.article_id = ${article.articleId}::uuid and n.version > ${article.version}::int and n.routed_at is not null)`;
  const rows = await tx
    .selectFrom('channels as c')
    .selectAll('c')
    .select([hasEarlier.as('has_earlier'), newerRouted.as('newer_routed')])
    .where('c.deleted_at', 'is', null)
    .where((eb) => eb.or([eb('c.enabled', '=', true), hasEarlier]))
    .where('c.created_at', '<=', article.releasedAt)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('article_versions as n')
            .select('n.version')
            .where('n.article_id', '=', article.articleId)
            .where('n.version', '>', article.version)
            .where('n.routed_at', 'is not', null)
            .where((newer) =>
              newer.not(
                newer.exists(
                  newer
                    .selectFrom('routes as nr')
                    .select('nr.version')
                    .whereRef('nr.article_id', '=', 'n.article_id')
                    .whereRef('nr.version', '=', 'n.version')
                    .whereRef('nr.channel_id', '=', 'c.id')
                    .where('nr.action', '=', 'publish'),
                ),
              ),
            ),
        ),
      ),
    )
    .orderBy('c.id')
    .execute();
  return rows.map((row) => ({
    ...channelOfRow(row),
    hasEarlierVersion: row.has_earlier,
    newerRouted: row.newer_routed,
  }));
}

/**
 * Records which channels a version goes to, and whose filter it left, once; a re-run reads what was recorded. What waits at
 * the latter may not go there any more, and ends.
 */
export async function recordRoutes(
  tx: LedgerTransaction,
  articleId: string,
  version: number,
  publish: readonly string[],
  withdraw: readonly string[] = [],
): Promise<void> {
  for (const [action, channelIds] of [
    ['publish', publish],
    ['withdraw', withdraw],
  ] as const) {
    // One parameter however many channels: a statement takes 65,535 of them.
    await sql`insert into routes (article_id, version, channel_id, action)
              select ${articleId}::uuid, ${version}::int, unnest(${[...channelIds]}::text[]), ${action}`.execute(
      tx,
    );
  }
  await endMovedOut(tx, articleId, version, withdraw);
  await tx
    .updateTable('article_versions')
    .set({ routed_at: sql`clock_timestamp()` })
    .where('article_id', '=', articleId)
    .where('version', '=', version)
    .execute();
}

/** Channels that a version was recorded for, as they are now; deleted ones are left out. */
export async function routedChannels(ledger: Ledger, articleId: string, version: number): Promise<Channel[]> {
  const rows = await ledger
    .selectFrom('routes as r')
    .innerJoin('channels as c', 'c.id', 'r.channel_id')
    .selectAll('c')
    .where('r.article_id', '=', articleId)
    .where('r.version', '=', version)
    .where('r.action', '=', 'publish')
    .where('c.deleted_at', 'is', null)
    .orderBy('c.id')
    .execute();
  return rows.map(channelOfRow);
}

/** Channels whose filter the version left, and that may show an earlier one: a withdrawal goes to them. */
export async function channelsMovedOut(
  ledger: Ledger,
  articleId: string,
  version: number,
): Promise<Channel[]> {
  const rows = await ledger
    .selectFrom('routes as r')
    .innerJoin('channels as c', 'c.id', 'r.channel_id')
    .selectAll('c')
    .where('r.article_id', '=', articleId)
    .where('r.version', '=', version)
    .where('r.action', '=', 'withdraw')
    .where(mayShowEarlier('r'))
    .where('c.deleted_at', 'is', null)
    .orderBy('c.id')
    .execute();
  return rows.map(channelOfRow);
}

/** Channels to which any version of the article began to go: those that a withdrawal must reach, paused and disabled ones too. */
export async function channelsReached(ledger: Ledger, articleId: string): Promise<Channel[]> {
  const rows = await ledger
    .selectFrom('channels as c')
    .selectAll('c')
    .where('c.deleted_at', 'is', null)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('deliveries as d')
          .select('d.id')
          .whereRef('d.channel_id', '=', 'c.id')
          .where('d.article_id', '=', articleId)
          .where('d.action', '=', 'publish')
          .where('d.begun_at', 'is not', null),
      ),
    )
    .orderBy('c.id')
    .execute();
  return rows.map(channelOfRow);
}

export interface NewRendition {
  id: string;
  articleId: string;
  version: number;
  action: DeliveryAction;
  channelType: string;
  content: Record<string, unknown> | null;
  refusal: Hold | null;
}

/** Stores a rendition; one that is there already stays as it is. */
export async function storeRendition(ledger: Ledger, rendition: NewRendition): Promise<void> {
  await ledger
    .insertInto('renditions')
    .values({
      id: rendition.id,
      article_id: rendition.articleId,
      version: rendition.version,
      action: rendition.action,
      channel_type: rendition.channelType,
      content: rendition.content === null ? null : JSON.stringify(rendition.content),
      refusal: rendition.refusal === null ? null : JSON.stringify(rendition.refusal),
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

/** True if the rendition lies in the ledger already, made before a crash or for another channel. */
export async function hasRendition(ledger: Ledger, id: string): Promise<boolean> {
  return (
    (await ledger.selectFrom('renditions').select('id').where('id', '=', id).executeTakeFirst()) !== undefined
  );
}
