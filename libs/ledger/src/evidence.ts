import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { canonicalJson } from '@newsrelay/contracts/canonical-json';
import {
  NO_HASH,
  evidenceHash,
  evidenceOf,
  type EvidenceFile,
  type EvidenceKind,
} from '@newsrelay/contracts/evidence-chain';
import { lockArticle } from './article-versions.js';
import type { Ledger, LedgerTransaction } from './database.js';

interface NewEntry {
  kind: EvidenceKind;
  facts: Record<string, unknown>;
}

/** Adds an entry to the article's chain, in the transaction of what it tells. The article must be locked: entries have one order. */
export async function appendEvidence(
  tx: LedgerTransaction,
  articleId: string,
  kind: EvidenceKind,
  facts: Record<string, unknown>,
): Promise<void> {
  // What came before it stands before it.
  while ((await appendDueOf(tx, articleId)) > 0) continue;
  await appendEntries(tx, articleId, [{ kind, facts }]);
}

async function appendEntries(
  tx: LedgerTransaction,
  articleId: string,
  entries: readonly NewEntry[],
): Promise<void> {
  const last = await tx
    .selectFrom('evidence')
    .select(['number', 'hash'])
    .where('article_id', '=', articleId)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(tx);
  const at = (rows[0]?.now ?? new Date()).toISOString();
  let number = last?.number ?? 0;
  let prevHash = last?.hash ?? NO_HASH;
  const chained = entries.map(({ kind, facts }) => {
    number += 1;
    // As JSON keeps it: what is hashed is what an export shows.
    const kept = JSON.parse(canonicalJson(facts)) as Record<string, unknown>;
    const entry = { number, at, kind, facts: kept, prevHash };
    const hash = evidenceHash(articleId, entry);
    prevHash = hash;
    return {
      article_id: articleId,
      number: entry.number,
      at,
      kind,
      facts: canonicalJson(kept),
      prev_hash: entry.prevHash,
      hash,
    };
  });
  await tx.insertInto('evidence').values(chained).execute();
}

/** Attempts that go into their chains in one transaction at most. */
const BATCH = 200;

/**
 * Puts attempts of withdrawals into the chains of their articles: of all, or of one. A result is written with many others and
 * waits for no chain; what it tells is due in `evidence_due` by the same statement, and here a moment later. Several
 * processes may do it at once. Returns how many there were: at most {@link BATCH}.
 */
export async function appendDueEvidence(ledger: Ledger, articleId: string | null = null): Promise<number> {
  return ledger.transaction().execute(async (tx) => {
    const first = await tx
      .selectFrom('evidence_due as e')
      .innerJoin('deliveries as d', 'd.id', 'e.delivery_id')
      .select('d.article_id')
      .$if(articleId !== null, (query) => query.where('d.article_id', '=', articleId ?? ''))
      .limit(1)
      .executeTakeFirst();
    if (first === undefined) return 0;
    await lockArticle(tx, first.article_id);
    return appendDueOf(tx, first.article_id);
  });
}

/** At most {@link BATCH} of the article, which is locked; returns how many. */
async function appendDueOf(tx: LedgerTransaction, articleId: string): Promise<number> {
  const rows = await tx
    .selectFrom('evidence_due as e')
    .innerJoin('deliveries as d', 'd.id', 'e.delivery_id')
    .innerJoin('attempts as t', (join) =>
      join.onRef('t.delivery_id', '=', 'e.delivery_id').onRef('t.number', '=', 'e.number'),
    )
    .select(['d.id', 'd.version', 'd.channel_id', 'e.state', 'e.reason', 'd.body', 'd.message_hash'])
    .select(['d.remote_id', 't.number', 't.started_at', 't.duration_ms', 't.outcome', 't.status'])
    .select(['t.error', 't.response'])
    .where('d.article_id', '=', articleId)
    .orderBy('t.started_at')
    .orderBy('e.delivery_id')
    .limit(BATCH)
    .execute();
  if (rows.length === 0) return 0;
  await appendEntries(
    tx,
    articleId,
    rows.map((row) => ({
      kind: 'attempt',
      facts: {
        delivery: row.id,
        version: row.version,
        channel: row.channel_id,
        attempt: row.number,
        startedAt: row.started_at.toISOString(),
        durationMs: row.duration_ms,
        // The bytes hold nothing of the article.
        sentSha256: sentHash(row),
        outcome: row.outcome,
        status: row.status,
        error: row.error,
        answer: row.response,
        remoteId: row.remote_id,
        state: row.state,
        reason: row.reason,
      },
    })),
  );
  await sql`
      delete from evidence_due e
      using unnest(${rows.map(({ id }) => id)}::text[], ${rows.map(({ number }) => number)}::int[]) as w (id, number)
      where e.delivery_id = w.id and e.number = w.number`.execute(tx);
  return rows.length;
}

function sentHash({ body, message_hash: hash }: { body: string | null; message_hash: Buffer | null }) {
  if (hash !== null) return hash.toString('hex');
  return body === null ? null : createHash('sha256').update(body).digest('hex');
}

/** The article's chain as one file; without entries if it was never withdrawn. */
export async function readEvidence(ledger: Ledger, articleId: string): Promise<EvidenceFile> {
  while ((await appendDueEvidence(ledger, articleId)) > 0) continue;
  const rows = await ledger
    .selectFrom('evidence')
    .selectAll()
    .where('article_id', '=', articleId)
    .orderBy('number')
    .execute();
  return evidenceOf(
    articleId,
    rows.map(({ number, at, kind, facts, prev_hash, hash }) => ({
      number,
      at,
      kind,
      facts: JSON.parse(facts) as Record<string, unknown>,
      prevHash: prev_hash,
      hash,
    })),
  );
}
