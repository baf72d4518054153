import { sql } from 'kysely';
import type { Ledger } from './database.js';
import type { ClaimCandidate } from './claim-candidates.js';
import type { Claim } from './claims.js';

/** A publish of the same article to the same channel that went out, or may have, without its outcome being known. */
export interface UncertainDelivery {
  id: string;
  version: number;
  /** The frozen bytes. */
  body: string;
  /** When its first attempt began. */
  since: Date;
  /** Milliseconds since the last attempt that may have reached the outlet ended, by PostgreSQL's clock. */
  quietMs: number;
}

/** What the outlet may have of an article, as the ledger knows it. */
export interface EarlierSends {
  /** Ids that the platform gave what it shows, newest first, each once. */
  remoteIds: string[];
  uncertain: UncertainDelivery[];
}

/**
 * What a delivery's channel may show of its article, by the publishes that are not newer than it and came after the last
 * withdrawal that was delivered. A publish is uncertain if it has no id and an attempt of it, other than the claimed one,
 * may have reached the outlet: no answer came, or the outlet failed with the request in its hands (5xx but 503). So is
 * this delivery itself where an operator asks for it once more.
 */
export async function readEarlierSends(
  ledger: Ledger,
  candidate: ClaimCandidate,
  claim: Claim,
): Promise<EarlierSends> {
  const { rows } = await sql<{
    id: string;
    version: number;
    body: string | null;
    remote_id: string | null;
    since: Date | null;
    quiet_ms: number | null;
  }>`
    select p.id, p.version, coalesce(m.body, p.body) as body, p.remote_id, t.since, t.quiet_ms
    from deliveries p
    left join messages m on m.article_id = p.article_id and m.hash = p.message_hash
    cross join lateral (
      select min(a.started_at) as since,
             (extract(epoch from clock_timestamp() - max(a.started_at + coalesce(a.duration_ms, 0) * interval '1 millisecond'))
               * 1000)::float8 as quiet_ms
      from attempts a
      where a.delivery_id = p.id
        and (a.outcome is null or a.outcome in ('unknown', 'delivered', 'pending')
             or (a.outcome = 'transient' and a.status >= 500 and a.status <> 503))
        and not (a.delivery_id = ${candidate.id} and a.number = ${claim.attemptNumber}::int)
    ) t
    where p.article_id = ${candidate.articleId}::uuid and p.channel_id = ${candidate.channel.id}
      and p.action = 'publish' and p.begun_at is not null and p.version <= ${candidate.version}::int
      and not exists (
        select from deliveries w
        where w.article_id = p.article_id and w.channel_id = p.channel_id and w.action = 'withdraw'
          and w.state = 'delivered' and w.version >= p.version and w.id <> ${candidate.id})
    order by p.version desc`.execute(ledger);
  const remoteIds = rows.flatMap(({ remote_id }) => (remote_id === null ? [] : [remote_id]));
  const uncertain = rows.flatMap(({ id, version, body, remote_id, since, quiet_ms }) =>
    body === null || since === null || (remote_id !== null && id !== candidate.id)
      ? []
      : [{ id, version, body, since, quietMs: quiet_ms ?? 0 }],
  );
  return { remoteIds: [...new Set(remoteIds)], uncertain };
}
