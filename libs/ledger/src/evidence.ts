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
import type { Ledger, LedgerTransaction } from './database.js';

/** Adds an entry to the article's chain, in the transaction of what it tells. The article must be locked: entries have one order. */
export async function appendEvidence(
  tx: LedgerTransaction,
  articleId: string,
  kind: EvidenceKind,
  facts: Record<string, unknown>,
): Promise<void> {
  const last = await tx
    .selectFrom('evidence')
    .select(['number', 'hash'])
    .where('article_id', '=', articleId)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(tx);
  // As JSON keeps it: what is hashed is what an export shows.
  const kept = JSON.parse(canonicalJson(facts)) as Record<string, unknown>;
  const entry = {
    number: (last?.number ?? 0) + 1,
    at: (rows[0]?.now ?? new Date()).toISOString(),
    kind,
    facts: kept,
    prevHash: last?.hash ?? NO_HASH,
  };
  await tx
    .insertInto('evidence')
    .values({
      article_id: articleId,
      number: entry.number,
      at: entry.at,
      kind,
      facts: canonicalJson(kept),
      prev_hash: entry.prevHash,
      hash: evidenceHash(articleId, entry),
    })
    .execute();
}

/**
 * The attempt of a withdrawal that was settled in this transaction, as its row says; of a publish nothing is kept. What was sent
 * is told by its SHA-256: the bytes hold nothing of the article.
 */
export async function appendAttempt(tx: LedgerTransaction, deliveryId: string, epoch: number): Promise<void> {
  const row = await tx
    .selectFrom('attempts as t')
    .innerJoin('deliveries as d', 'd.id', 't.delivery_id')
    .select(['d.article_id', 'd.version', 'd.channel_id', 'd.state', 'd.reason', 'd.body', 'd.remote_id'])
    .select(['t.number', 't.started_at', 't.duration_ms', 't.outcome', 't.status', 't.error', 't.response'])
    .where('t.delivery_id', '=', deliveryId)
    .where('t.epoch', '=', epoch)
    .where('d.action', '=', 'withdraw')
    .executeTakeFirst();
  if (row === undefined) return;
  await appendEvidence(tx, row.article_id, 'attempt', {
    delivery: deliveryId,
    version: row.version,
    channel: row.channel_id,
    attempt: row.number,
    startedAt: row.started_at.toISOString(),
    durationMs: row.duration_ms,
    sentSha256: row.body === null ? null : createHash('sha256').update(row.body).digest('hex'),
    outcome: row.outcome,
    status: row.status,
    error: row.error,
    answer: row.response,
    remoteId: row.remote_id,
    state: row.state,
    reason: row.reason,
  });
}

/** The article's chain as one file; without entries if it was never withdrawn. */
export async function readEvidence(ledger: Ledger, articleId: string): Promise<EvidenceFile> {
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
