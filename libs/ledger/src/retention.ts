import { sql, type RawBuilder } from 'kysely';
import type { Ledger, LedgerTransaction } from './database.js';
import { isInArchives } from './feed-pages.js';

/*
 * What the ledger forgets. Rows stay, all but those of operator events and of polls: what an outlet has, which versions began to go there, how each attempt
 * ended. Only texts go that nothing can need again; what cannot be told for certain is kept.
 *
 * Each kind goes through time once, an hour of it after the other, and remembers how far it came. Rows that somebody holds
 * are passed over: pruning waits for nobody, and what it misses costs space alone.
 */

/** Rows emptied by one statement. */
const BATCH = 500;

/** The delivery `d` is over, and its message can never be asked for again: neither by a retry nor by a replay. */
const isNeverSentAgain = sql<boolean>`(d.action = 'publish' and d.state in ('delivered', 'superseded', 'canceled', 'dead')
  and (exists (select from articles a where a.id = d.article_id and a.withdrawn_through >= d.version)
       or exists (select from channels c where c.id = d.channel_id and c.deleted_at is not null)
       or exists (select from deliveries n
                  where n.article_id = d.article_id and n.channel_id = d.channel_id and n.action = 'publish'
                    and n.version > d.version and n.state = 'delivered')))`;

export interface PruningKind {
  name: string;
  /** The first moment from `since` on at which there is something to look at; null if there is none. */
  next: (since: Date) => RawBuilder<{ at: Date | null }>;
  /** Empties at most `limit` rows that belong to [from, to) and returns how many. */
  prune: (tx: LedgerTransaction, from: Date, to: Date, limit: number) => Promise<number>;
}

/** What outlets answered. What is known of a withdrawal stays for ever, and of an attempt whose outcome is unknown, too. */
const ANSWERS: PruningKind = {
  name: 'answers',
  next: (since) => sql`select min(started_at) as at from attempts where started_at >= ${since}`,
  prune: (tx, from, to, limit) =>
    countOf(
      tx,
      sql`
    update attempts t set response = null
    from (select o.delivery_id, o.number from attempts o
          join deliveries d on d.id = o.delivery_id
          where o.started_at >= ${from} and o.started_at < ${to} and o.response is not null
            and o.outcome is not null and o.outcome <> 'unknown'
            and d.action = 'publish' and d.state in ('delivered', 'superseded', 'canceled', 'dead')
          limit ${limit} for update of o skip locked) as p
    where t.delivery_id = p.delivery_id and t.number = p.number`,
    ),
};

/**
 * A request of the delivery `d` may have arrived without anybody knowing: an outlet that is asked before a repeat, or before
 * a withdrawal, is searched for these bytes (`earlier-sends.ts`), however late.
 */
const mayHaveArrived = sql<boolean>`(d.remote_id is null and exists (
  select from attempts t
  where t.delivery_id = d.id
    and (t.outcome is null or t.outcome = 'unknown' or (t.outcome = 'transient' and t.status >= 500 and t.status <> 503))))`;

/** Articles that something became obsolete of: another version was released, or they were withdrawn. */
const articlesChanged = (from: Date, to: Date) => sql`(
  select v.article_id from article_versions v where v.released_at >= ${from} and v.released_at < ${to} and v.version > 1
  union select w.article_id from withdrawals w where w.ordered_at >= ${from} and w.ordered_at < ${to})`;

const nextChange = (since: Date) => sql<{ at: Date | null }>`
  select least((select min(released_at) from article_versions where released_at >= ${since}),
               (select min(ordered_at) from withdrawals where ordered_at >= ${since})) as at`;

/** Frozen messages of versions that a newer one replaced at the same outlet, or that were withdrawn. Those of withdrawals stay. */
const BODIES: PruningKind = {
  name: 'bodies',
  next: nextChange,
  prune: (tx, from, to, limit) =>
    countOf(
      tx,
      sql`
    with chosen as (
      select d.id, d.article_id, d.message_hash from deliveries d
      where d.article_id in ${articlesChanged(from, to)} and (d.body is not null or d.message_hash is not null)
        and ${isNeverSentAgain} and not ${mayHaveArrived}
      limit ${limit} for update of d skip locked
    ), forgotten as (
      -- Other deliveries may send the same bytes.
      delete from messages m using chosen p
      where m.article_id = p.article_id and m.hash = p.message_hash
        and not exists (select from deliveries o
                        where o.article_id = m.article_id and o.message_hash = m.hash
                          and o.id not in (select id from chosen))
    )
    update deliveries t set body = null, message_hash = null from chosen p where t.id = p.id`,
    ),
};

/** Renditions of such versions, where each delivery of them is over for good and no feed shows them (a paused one may), nor its archive. */
const RENDITIONS: PruningKind = {
  name: 'renditions',
  next: nextChange,
  prune: (tx, from, to, limit) =>
    countOf(
      tx,
      sql`
    update renditions t set content = null
    from (select r.id from renditions r
          join articles a on a.id = r.article_id
          join article_versions v on v.article_id = r.article_id and v.version = r.version
          where r.article_id in ${articlesChanged(from, to)} and r.action = 'publish' and r.content is not null
            -- No delivery is still to be made of it.
            and (a.withdrawn_through >= r.version
                 or (v.distributed_at is not null
                     and exists (select from article_versions n
                                 where n.article_id = r.article_id and n.version > r.version
                                   and n.distributed_at is not null)))
            and not exists (select from shelf_entries e where e.article_id = r.article_id and e.rendition_id = r.id)
            -- Archive pages show what it was; of a withdrawn version they show the notice.
            and (a.withdrawn_through >= r.version or not ${isInArchives})
            and not exists (select from deliveries d
                            where d.article_id = r.article_id and d.rendition_id = r.id and not ${isNeverSentAgain})
          limit ${limit} for update of r skip locked) as p
    where t.id = p.id`,
    ),
};

/** A page that is sent again is compared with the newest text of each article alone. */
const PAGE_TEXTS: PruningKind = {
  name: 'page-texts',
  next: nextChange,
  prune: (tx, from, to, limit) =>
    countOf(
      tx,
      sql`
    update article_versions t set page_text = null
    from (select v.article_id, v.version from article_versions v
          where v.article_id in ${articlesChanged(from, to)} and v.page_text is not null
            and v.state in ('published', 'discarded', 'withdrawn')
            and exists (select from article_versions n
                        where n.article_id = v.article_id and n.version > v.version and n.page_text is not null)
          limit ${limit} for update of v skip locked) as p
    where t.article_id = p.article_id and t.version = p.version`,
    ),
};

/** What operators were told of, whole rows: the one thing that nothing else refers to. Conditions that go on stay. */
const OPERATOR_EVENTS: PruningKind = {
  name: 'operator-events',
  next: (since) => sql`select min(at) as at from operator_events where at >= ${since}`,
  prune: (tx, from, to, limit) =>
    countOf(
      tx,
      sql`
    delete from operator_events t
    using (select e.id from operator_events e
           where e.at >= ${from} and e.at < ${to} and not (e.lasts and e.ended_at is null)
           limit ${limit} for update of e skip locked) as p
    where t.id = p.id`,
    ),
};

/** How often feeds were asked for, whole rows: of a day long over. The last word of a partner stays with its token. */
const FEED_POLLS: PruningKind = {
  name: 'feed-polls',
  next: (since) => sql`select min(last_at) as at from feed_polls where last_at >= ${since}`,
  prune: (tx, from, to, limit) =>
    countOf(
      tx,
      sql`
    delete from feed_polls t
    using (select p.ctid from feed_polls p
           where p.last_at >= ${from} and p.last_at < ${to}
           limit ${limit} for update of p skip locked) as p
    where t.ctid = p.ctid`,
    ),
};

export const PRUNING_KINDS = {
  answers: [ANSWERS, OPERATOR_EVENTS, FEED_POLLS],
  obsolete: [BODIES, RENDITIONS, PAGE_TEXTS],
} as const;

/** What one step came to; `done` when the kind has come to where it may go. */
export interface PruningStep {
  pruned: number;
  done: boolean;
}

/**
 * One batch of one hour, in a transaction of its own. Of several processes one works on a kind at a time; the others find
 * it done.
 *
 * @param days what is younger is not looked at
 */
export async function pruneStep(
  ledger: Ledger,
  kind: PruningKind,
  days: number,
  limit = BATCH,
): Promise<PruningStep> {
  return ledger.transaction().execute(async (tx) => {
    const { rows } = await sql<{ got: boolean }>`
      select pg_try_advisory_xact_lock(hashtextextended(${`newsrelay retention ${kind.name}`}, 0)) as got`.execute(
      tx,
    );
    if (rows[0]?.got !== true) return { pruned: 0, done: true };
    const window = await nextWindow(tx, kind, days);
    if (window === null) return { pruned: 0, done: true };
    const pruned = await kind.prune(tx, window.from, window.to, limit);
    // What is left of the hour has its turn in the next step.
    if (pruned < limit) await mark(tx, kind, window.to);
    return { pruned, done: false };
  });
}

/** The next hour that holds something; null where there is none, or it would be too young. */
async function nextWindow(
  tx: LedgerTransaction,
  kind: PruningKind,
  days: number,
): Promise<{ from: Date; to: Date } | null> {
  const known = await tx
    .selectFrom('retention_marks')
    .select('through')
    .where('kind', '=', kind.name)
    .executeTakeFirst();
  const { rows } = await sql<{ from: Date | null; to: Date; young: boolean }>`
    select at as "from", at + interval '1 hour' as "to",
           at + interval '1 hour' > clock_timestamp() - ${days}::int * interval '1 day' as young
    from (${kind.next(known?.through ?? new Date(0))}) as n`.execute(tx);
  const [row] = rows;
  return row?.from == null || row.young ? null : { from: row.from, to: row.to };
}

async function mark(tx: LedgerTransaction, kind: PruningKind, through: Date): Promise<void> {
  await tx
    .insertInto('retention_marks')
    .values({ kind: kind.name, through })
    .onConflict((conflict) => conflict.column('kind').doUpdateSet({ through }))
    .execute();
}

async function countOf(tx: LedgerTransaction, statement: RawBuilder<unknown>): Promise<number> {
  const { numAffectedRows } = await statement.execute(tx);
  return Number(numAffectedRows ?? 0);
}
