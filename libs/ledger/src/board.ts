import { sql, type RawBuilder } from 'kysely';
import type { Hold, Repair, VersionState } from '@newsrelay/contracts/article';
import type { DeliveryAction, DeliveryState } from '@newsrelay/contracts/delivery';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import type { Ledger } from './database.js';

/* The operators' board: articles and, of each, what every outlet has. Two bounded queries a page, whatever the ledger holds. */

export const BOARD_VIEWS = ['held', 'problem', 'active', 'all', 'withdrawn'] as const;
export type BoardView = (typeof BOARD_VIEWS)[number];

/** What a cell comes to for whoever counts "7 of 9"; `none` counts for neither. */
export type Standing = 'done' | 'waiting' | 'problem' | 'none';

/** What one outlet has of one article: its newest delivery. Members that say nothing are left out. */
export interface BoardCell {
  channel: string;
  delivery: string;
  state: DeliveryState;
  action: DeliveryAction;
  version: number;
  standing: Standing;
  /** Version that is there now, if that is another than `version`. */
  has?: number;
  attempts?: number;
  reason?: string;
  /** RFC 3339 in +08:00. */
  nextAttemptAt?: string;
}

export interface BoardArticle {
  id: string;
  source: string;
  sourceId: string;
  kicker: string | null;
  headline: string;
  sections: string[];
  version: number;
  publishedVersion: number | null;
  state: VersionState;
  holds: Hold[];
  /** Proposals that nobody has decided. */
  undecided: number;
  embargoUntil: string | null;
  createdAt: string;
  updatedAt: string;
  /** A version was released, and not all of its deliveries are made yet. */
  distributing: boolean;
  done: number;
  total: number;
  cells: BoardCell[];
}

/** How many articles each view holds; `BOARD_COUNT_MAX` means so many or more. */
export type BoardCounts = Record<BoardView, number>;
export const BOARD_COUNT_MAX = 1_000;

export interface BoardQuery {
  view: BoardView;
  /** Articles that this channel has a delivery of; in the view of problems, a problem at this channel. */
  channel?: string | undefined;
  section?: string | undefined;
  /** Text in the headline or the source's id, or the article's id. */
  q?: string | undefined;
  limit: number;
  after: { createdAt: string; id: string } | null;
}

type Condition = RawBuilder<unknown>;

/** No newer delivery of the same article and channel: what stands in the cell. */
const current = sql`not exists (
  select from deliveries n where n.article_id = d.article_id and n.channel_id = d.channel_id
    and (n.version, n.action = 'withdraw') > (d.version, d.action = 'withdraw'))`;

const ofChannel = (channel: string | undefined): Condition =>
  channel === undefined ? sql`true` : sql`d.channel_id = ${channel}`;

/**
 * Articles that an outlet does not have as it should. Each branch reads a partial index of its own, which holds no
 * delivery that went well. What was withdrawn before it arrived is no problem any more.
 */
const problems = (channel?: string): Condition => sql`
  select d.article_id from (
    select article_id, channel_id, version, action from deliveries where state in ('dead', 'unknown', 'manual')
    union all
    select article_id, channel_id, version, action from deliveries where state = 'retrying'
    union all
    select q.article_id, q.channel_id, q.version, q.action from deliveries q
    join channels p on p.id = q.channel_id and p.paused_since is not null
    where q.state = 'queued' and q.action = 'publish'
  ) d
  join articles w on w.id = d.article_id
  join channels c on c.id = d.channel_id
  where c.deleted_at is null and c.fed_by is null and ${ofChannel(channel)}
    and (d.action = 'withdraw' or w.withdrawn_through < d.version) and ${current}`;

/** Released or withdrawn a moment ago, and no delivery of it is made yet. Marks are set later than deliveries are made. */
const unmade: Condition = sql`
  select u.article_id from article_versions u
  where u.released_at is not null and u.distributed_at is null and u.state <> 'withdrawn'
    and not exists (select from deliveries d where d.article_id = u.article_id and d.version >= u.version)
  union all
  select u.article_id from withdrawals u
  where u.distributed_at is null
    and not exists (select from deliveries d where d.article_id = u.article_id and d.action = 'withdraw'
                      and d.version >= u.through_version)`;

/** Of a channel that operators set up: who subscribes to a feed has what the feed has, and is in no cell. */
const notFed: Condition = sql`channel_id not in (select id from channels where fed_by is not null)`;

/** Articles of which something is still on its way, or waits for its embargo. */
const underWay: Condition = sql`
  select article_id from deliveries where state in ('queued', 'retrying') and ${notFed}
  union all select article_id from deliveries where state = 'sending' and ${notFed}
  union all select article_id from deliveries where state = 'accepted'
  union all select article_id from article_versions where state = 'scheduled'
  union all ${unmade}`;

function viewCondition(view: BoardView, channel: string | undefined): Condition {
  switch (view) {
    case 'held':
      return sql`v.state = 'held'`;
    case 'problem':
      return sql`a.id in (${problems(channel)})`;
    case 'active':
      return sql`a.id in (${underWay})`;
    case 'withdrawn':
      return sql`a.withdrawn_at is not null and v.state = 'withdrawn'`;
    case 'all':
      return sql`true`;
  }
}

function conditions({ view, channel, section, q, after }: BoardQuery): Condition {
  const all: Condition[] = [viewCondition(view, channel)];
  if (channel !== undefined && view !== 'problem') {
    all.push(sql`exists (select from deliveries d where d.article_id = a.id and d.channel_id = ${channel})`);
  }
  if (section !== undefined) all.push(sql`v.sections ? ${section}`);
  if (q !== undefined) {
    const pattern = `%${q.replace(/[\\%_]/g, '\\$&')}%`;
    all.push(sql`(v.headline ilike ${pattern} or a.source_id ilike ${pattern} or a.id::text = lower(${q}))`);
  }
  if (after !== null)
    all.push(sql`(a.created_at, a.id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`);
  return sql.join(all, sql` and `);
}

interface ArticleRow {
  id: string;
  source: string;
  source_id: string;
  kicker: string | null;
  headline: string | null;
  sections: string[] | null;
  version: number;
  published_version: number | null;
  withdrawn_through: number;
  state: VersionState;
  holds: Hold[];
  repairs: Repair[];
  embargo_until: Date | null;
  created_at: Date;
  updated_at: Date;
  distributing: boolean;
}

interface CellRow {
  article_id: string;
  channel_id: string;
  paused: boolean;
  id: string;
  version: number;
  action: DeliveryAction;
  state: DeliveryState;
  reason: string | null;
  attempt_count: number;
  next_attempt_at: Date | null;
  has: number | null;
}

export interface ListedBoardArticle {
  article: BoardArticle;
  createdAt: Date;
}

/** Articles newest first; one row more than `limit` if there are more. */
export async function listBoard(ledger: Ledger, query: BoardQuery): Promise<ListedBoardArticle[]> {
  const { rows } = await sql<ArticleRow>`
    select p.*, v.content ->> 'kicker' as kicker, v.headline, v.sections, v.state, v.holds, v.repairs, v.embargo_until,
           p.id in (${unmade}) as distributing
    from (
      select a.id, a.source, a.source_id, a.latest_version as version, a.published_version, a.withdrawn_through,
             a.created_at, a.updated_at
      from articles a join article_versions v on v.article_id = a.id and v.version = a.latest_version
      where ${conditions(query)}
      order by a.created_at desc, a.id desc
      limit ${query.limit + 1}
    ) p
    join article_versions v on v.article_id = p.id and v.version = p.version
    order by p.created_at desc, p.id desc`.execute(ledger);
  const cells = await cellsOf(ledger, rows);
  return rows.map((row) => ({
    article: boardArticle(row, cells.get(row.id) ?? []),
    createdAt: row.created_at,
  }));
}

async function cellsOf(ledger: Ledger, articles: readonly ArticleRow[]): Promise<Map<string, BoardCell[]>> {
  const byArticle = new Map<string, BoardCell[]>();
  if (articles.length === 0) return byArticle;
  const through = new Map(articles.map((row) => [row.id, row.withdrawn_through]));
  const { rows } = await sql<CellRow>`
    select distinct on (d.article_id, d.channel_id)
           d.article_id, d.channel_id, c.paused_since is not null as paused, d.id, d.version, d.action, d.state, d.reason,
           d.attempt_count, d.next_attempt_at,
           max(d.version) filter (where d.action = 'publish' and d.state = 'delivered')
             over (partition by d.article_id, d.channel_id) as has
    from deliveries d join channels c on c.id = d.channel_id
    where d.article_id = any(${articles.map(({ id }) => id)}::uuid[]) and c.deleted_at is null
      and c.fed_by is null
    order by d.article_id, d.channel_id, d.version desc, (d.action = 'withdraw') desc`.execute(ledger);
  for (const row of rows) {
    const cells = byArticle.get(row.article_id) ?? [];
    cells.push(boardCell(row, through.get(row.article_id) ?? 0));
    byArticle.set(row.article_id, cells);
  }
  return byArticle;
}

function boardCell(row: CellRow, withdrawnThrough: number): BoardCell {
  const standing = standingOf(row, withdrawnThrough);
  const has = row.action === 'publish' && row.has !== row.version ? row.has : null;
  return {
    channel: row.channel_id,
    delivery: row.id,
    state: row.state,
    action: row.action,
    version: row.version,
    standing,
    ...(has === null ? {} : { has }),
    ...(row.attempt_count > 0 ? { attempts: row.attempt_count } : {}),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.next_attempt_at === null ? {} : { nextAttemptAt: toShanghaiTime(row.next_attempt_at) }),
  };
}

/** What the state of an outlet's newest delivery comes to. */
export function standingOf(
  { state, action, version, paused }: Pick<CellRow, 'state' | 'action' | 'version' | 'paused'>,
  withdrawnThrough: number,
): Standing {
  switch (state) {
    case 'delivered':
      // Withdrawn, and the delivery that takes it down is not made yet: it is still there.
      return action === 'publish' && version <= withdrawnThrough ? 'waiting' : 'done';
    case 'canceled':
    case 'superseded':
      return 'none';
    case 'dead':
    case 'unknown':
    case 'manual':
    case 'retrying':
      // Withdrawn before it arrived, so that nothing had to be taken down: nothing is left to do.
      return action === 'publish' && version <= withdrawnThrough ? 'none' : 'problem';
    case 'queued':
      // A pause holds back versions; withdrawals pass.
      return paused && action === 'publish' ? 'problem' : 'waiting';
    case 'sending':
    case 'accepted':
      return 'waiting';
  }
}

function boardArticle(row: ArticleRow, cells: BoardCell[]): BoardArticle {
  const counted = cells.filter(({ standing }) => standing !== 'none');
  const isPublic = row.published_version !== null && row.published_version > row.withdrawn_through;
  return {
    id: row.id,
    source: row.source,
    sourceId: row.source_id,
    kicker: row.kicker,
    headline: row.headline ?? '',
    sections: row.sections ?? [],
    version: row.version,
    publishedVersion: isPublic ? row.published_version : null,
    state: row.state,
    holds: row.holds,
    undecided: row.repairs.filter((repair) => repair.class === 'propose' && repair.decision === null).length,
    embargoUntil: row.embargo_until === null ? null : toShanghaiTime(row.embargo_until),
    createdAt: toShanghaiTime(row.created_at),
    updatedAt: toShanghaiTime(row.updated_at),
    distributing: row.distributing,
    done: counted.filter(({ standing }) => standing === 'done').length,
    total: counted.length,
    cells,
  };
}

/** Each view counted up to `BOARD_COUNT_MAX`. */
export async function boardCounts(ledger: Ledger): Promise<BoardCounts> {
  const { rows } = await sql<BoardCounts>`
    select
      (select count(*)::int from (
        select from article_versions v join articles a on a.id = v.article_id and a.latest_version = v.version
        where v.state = 'held' limit ${BOARD_COUNT_MAX}) x) as held,
      (select count(*)::int from (
        select distinct p.article_id from (${problems()}) p limit ${BOARD_COUNT_MAX}) x) as problem,
      (select count(*)::int from (
        select distinct p.article_id from (${underWay}) p limit ${BOARD_COUNT_MAX}) x) as active,
      (select count(*)::int from (select from articles limit ${BOARD_COUNT_MAX}) x) as all,
      (select count(*)::int from (
        select from articles a join article_versions v on v.article_id = a.id and v.version = a.latest_version
        where a.withdrawn_at is not null and v.state = 'withdrawn' limit ${BOARD_COUNT_MAX}) x) as withdrawn`.execute(
    ledger,
  );
  const [counts] = rows;
  if (counts === undefined) throw new Error('no counts were answered');
  return counts;
}

/** Sections of the newest articles, for the filter, in order of how often they occur. */
export async function boardSections(ledger: Ledger): Promise<string[]> {
  const { rows } = await sql<{ section: string }>`
    select section from (
      select v.sections from articles a join article_versions v on v.article_id = a.id and v.version = a.latest_version
      order by a.created_at desc, a.id desc limit 500
    ) newest, jsonb_array_elements_text(newest.sections) as section
    group by section order by count(*) desc, section limit 50`.execute(ledger);
  return rows.map((row) => row.section);
}
