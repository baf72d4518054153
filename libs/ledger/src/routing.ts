import { sql } from 'kysely';
import type { ArticleContent, Hold } from '@newsrelay/contracts/article';
import type { Channel } from '@newsrelay/contracts/channel';
import type { DeliveryAction } from '@newsrelay/contracts/delivery';
import type { VersionOfArticle } from './article-versions.js';
import { CHANNEL_COLUMNS, channelOfRow, type ChannelRow } from './channels.js';
import type { Ledger, LedgerTransaction } from './database.js';
import { endMovedOut, mayShowEarlier } from './filter-drift.js';
import { Statement, type GiveValue } from './statement.js';

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

interface ReleasedRow {
  id: string;
  source: string;
  first_released_at: Date | null;
  withdrawn_through: number;
  withdrawn_at: Date | null;
  version: number;
  content: ArticleContent;
  note: string | null;
  published_at: Date;
  released_at: Date | null;
  routed_at: Date | null;
}

/** The article first, as everywhere; both, so that neither is read as it was before the wait for the other. */
const lockReleased = new Statement('lock-released-version', (ledger, given: GiveValue<VersionOfArticle>) =>
  sql<ReleasedRow>`
    select a.id, a.source, a.first_released_at, a.withdrawn_through, a.withdrawn_at,
           v.version, v.content, v.note, v.published_at, v.released_at, v.routed_at
    from articles a join article_versions v on v.article_id = a.id
    where a.id = ${given('articleId')} and v.version = ${given('version')}
    for update of a, v`.compile(ledger),
);

/** The version with its article, both locked until the transaction ends; undefined if the version was never released. */
export async function lockReleasedVersion(
  tx: LedgerTransaction,
  version: VersionOfArticle,
): Promise<ReleasedVersion | undefined> {
  return releasedOf((await lockReleased.run(tx, version))[0]);
}

function releasedOf(row: ReleasedRow | undefined): ReleasedVersion | undefined {
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

interface RoutedVersion {
  articleId: string;
  version: number;
  withdrawnThrough: number;
  releasedAt: Date;
}

const routable = new Statement('routable-channels', (ledger, given: GiveValue<RoutedVersion>) => {
  const article = sql`${given('articleId')}::uuid`;
  const version = sql`${given('version')}::int`;
  // Routed, or delivered, which is the same but for a moment. What the article's withdrawal covers is there no more.
  const hasEarlier = sql<boolean>`(${version} > 1 and coalesce((
    select e.action = 'publish'
    from (select d.version, d.action from deliveries d
          where d.channel_id = c.id and d.article_id = ${article} and d.state <> 'canceled'
          union all
          select r.version, r.action from routes r
          where r.channel_id = c.id and r.article_id = ${article}) as e
    where e.version < ${version} and e.version > ${given('withdrawnThrough')}::int
    order by e.version desc, e.action = 'withdraw' desc
    limit 1), false))`;
  const newerRouted = sql<boolean>`exists (
    select from article_versions n
    where n.article_id = ${article} and n.version > ${version} and n.routed_at is not null)`;
  return sql<ChannelRow & { has_earlier: boolean; newer_routed: boolean }>`
    select ${sql.join(CHANNEL_COLUMNS.map((column) => sql.ref(`c.${column}`)))},
           ${hasEarlier} as has_earlier, ${newerRouted} as newer_routed
    from channels c
    where c.deleted_at is null and c.fed_by is null and (c.enabled or ${hasEarlier}) and c.created_at <= ${given('releasedAt')}::timestamptz
      and (not ${newerRouted} or not exists (
        select from article_versions n
        where n.article_id = ${article} and n.version > ${version} and n.routed_at is not null
          and not exists (select from routes r
                          where r.article_id = n.article_id and r.version = n.version and r.channel_id = c.id
                            and r.action = 'publish')))
    order by c.id`.compile(ledger);
});

/**
 * Channels that exist and are older than the release: enabled ones, and disabled ones that have an earlier version that
 * was not withdrawn, or wait for it, so that what they get once they are enabled again is the newest. Where a newer version
 * was routed first, only those that it goes to: nothing would ever follow this one at the others.
 */
export async function routableChannels(
  tx: LedgerTransaction,
  { articleId, version, withdrawnThrough, releasedAt }: ReleasedVersion,
): Promise<RoutableChannel[]> {
  const rows = await routable.run(tx, { articleId, version, withdrawnThrough, releasedAt });
  return rows.map((row) => ({
    ...channelOfRow(row),
    hasEarlierVersion: row.has_earlier,
    newerRouted: row.newer_routed,
  }));
}

interface NewRoutes {
  articleId: string;
  version: number;
  publish: string[];
  withdraw: string[];
}

/** One parameter however many channels: a statement takes 65,535 of them. */
const writeRoutes = new Statement('write-routes', (ledger, given: GiveValue<NewRoutes>) =>
  sql`
    with written as (
      insert into routes (article_id, version, channel_id, action)
      select ${given('articleId')}::uuid, ${given('version')}::int, r.channel_id, r.action
      from (select unnest(${given('publish')}::text[]) as channel_id, 'publish' as action
            union all
            select unnest(${given('withdraw')}::text[]), 'withdraw') as r
    )
    update article_versions set routed_at = clock_timestamp()
    where article_id = ${given('articleId')}::uuid and version = ${given('version')}::int`.compile(ledger),
);

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
  await writeRoutes.run(tx, { articleId, version, publish: [...publish], withdraw: [...withdraw] });
  await endMovedOut(tx, articleId, version, withdraw);
}

/** Channels that a version was recorded for, as they are now; deleted ones are left out. */
export async function routedChannels(
  ledger: Ledger | LedgerTransaction,
  articleId: string,
  version: number,
): Promise<Channel[]> {
  const rows = await channelsOnRoutes(ledger, articleId, version).where('r.action', '=', 'publish').execute();
  return rows.map(channelOfRow);
}

/** Channels whose filter the version left, and that may show an earlier one: a withdrawal goes to them. */
export async function channelsMovedOut(
  ledger: Ledger | LedgerTransaction,
  articleId: string,
  version: number,
): Promise<Channel[]> {
  const rows = await channelsOnRoutes(ledger, articleId, version)
    .where('r.action', '=', 'withdraw')
    .where(mayShowEarlier('r'))
    .execute();
  return rows.map(channelOfRow);
}

function channelsOnRoutes(ledger: Ledger | LedgerTransaction, articleId: string, version: number) {
  return ledger
    .selectFrom('routes as r')
    .innerJoin('channels as c', 'c.id', 'r.channel_id')
    .selectAll('c')
    .where('r.article_id', '=', articleId)
    .where('r.version', '=', version)
    .where('c.deleted_at', 'is', null)
    .orderBy('c.id');
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
  channelType: string;
  content: Record<string, unknown> | null;
  refusal: Hold | null;
}

interface RenditionValues {
  articleId: string;
  version: number;
  action: DeliveryAction;
  ids: string[];
  channelTypes: string[];
  contents: (string | null)[];
  refusals: (string | null)[];
}

const insertRenditions = new Statement('store-renditions', (ledger, given: GiveValue<RenditionValues>) =>
  sql<{ id: string }>`
    insert into renditions (id, article_id, version, action, channel_type, content, refusal)
    select r.id, ${given('articleId')}::uuid, ${given('version')}::int, ${given('action')}, r.channel_type,
           r.content::jsonb, r.refusal::jsonb
    from unnest(${given('ids')}::text[], ${given('channelTypes')}::text[], ${given('contents')}::text[], ${given('refusals')}::text[])
      as r (id, channel_type, content, refusal)
    on conflict (id) do nothing
    returning id`.compile(ledger),
);

/** Stores renditions of a version; those that are there already stay as they are. Returns the ids of the others. */
export async function storeRenditions(
  ledger: Ledger | LedgerTransaction,
  { articleId, version }: VersionOfArticle,
  action: DeliveryAction,
  renditions: readonly NewRendition[],
): Promise<Set<string>> {
  if (renditions.length === 0) return new Set();
  const json = (value: object | null) => (value === null ? null : JSON.stringify(value));
  const stored = await insertRenditions.run(ledger, {
    articleId,
    version,
    action,
    ids: renditions.map(({ id }) => id),
    channelTypes: renditions.map(({ channelType }) => channelType),
    contents: renditions.map(({ content }) => json(content)),
    refusals: renditions.map(({ refusal }) => json(refusal)),
  });
  return new Set(stored.map(({ id }) => id));
}
