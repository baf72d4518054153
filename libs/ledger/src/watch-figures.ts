import { sql } from 'kysely';
import type { Ledger, LedgerTransaction } from './database.js';

/* What the watchdogs look at beyond the gauges' figures (`figures.ts`). */

/** When the newest version of any article of a source was taken in is not known to be older than this: null if one is younger. */
export interface SourceSilence {
  source: string;
  /** Seconds, `allowed` at least. */
  quietSeconds: number;
  /** When the newest of its articles was taken in; null if there is none. */
  lastAt: Date | null;
}

/**
 * The sources among these that sent nothing, no correction either, for longer than they may be silent. Read by the index of
 * what changed lately; only of a silent one the last article is looked for.
 */
export async function silentSources(
  ledger: Ledger | LedgerTransaction,
  watched: readonly { source: string; seconds: number }[],
): Promise<SourceSilence[]> {
  const silent: SourceSilence[] = [];
  for (const { source, seconds } of watched) {
    const since = sql<Date>`clock_timestamp() - ${seconds}::float8 * interval '1 second'`;
    const { rows } = await sql<{ heard: boolean }>`
      select exists (select from articles a join article_versions v on v.article_id = a.id
                     where a.updated_at > ${since} and a.source = ${source} and v.created_at > ${since}) as heard`.execute(
      ledger,
    );
    if (rows[0]?.heard === true) continue;
    const { rows: last } = await sql<{ at: Date; age: number }>`
      select a.created_at as at, extract(epoch from clock_timestamp() - a.created_at)::float8 as age
      from articles a where a.source = ${source} order by a.created_at desc, a.id desc limit 1`.execute(
      ledger,
    );
    const [newest] = last;
    silent.push({
      source,
      quietSeconds: Math.max(seconds, Math.floor(newest?.age ?? seconds)),
      lastAt: newest?.at ?? null,
    });
  }
  return silent;
}

export interface ServiceSilence {
  service: string;
  up: boolean;
  /** Since when no instance of it was heard, seconds. */
  silentSeconds: number;
}

/**
 * Services that ran within the last day, and whether any instance of each is heard. What ended in good order is not among them:
 * it took its heartbeat with it.
 */
export async function serviceSilences(
  ledger: Ledger | LedgerTransaction,
  afterSeconds: number,
): Promise<ServiceSilence[]> {
  const { rows } = await sql<ServiceSilence>`
    select service, max(seen_at) > clock_timestamp() - ${afterSeconds}::float8 * interval '1 second' as up,
           floor(extract(epoch from clock_timestamp() - max(seen_at)))::float8 as "silentSeconds"
    from service_heartbeats group by service order by service`.execute(ledger);
  return rows;
}
