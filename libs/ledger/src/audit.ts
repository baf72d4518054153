import { sql } from 'kysely';
import type { Role } from '@newsrelay/contracts/role';
import type { Ledger, LedgerTransaction } from './database.js';
import { Statement, type GiveValue } from './statement.js';

/** Everything that a key can change. */
export const AUDIT_ACTIONS = [
  'article.take',
  'article.correct',
  'article.approve',
  'article.discard',
  'article.withdraw',
  'delivery.retry',
  'delivery.replay',
  'replay.cancel',
  'task.take',
  'task.release',
  'task.done',
  'channel.create',
  'channel.patch',
  'channel.delete',
  'channel.pause',
  'channel.resume',
  'channel.test',
  'hub.revoke',
  'feed-token.create',
  'feed-token.rotate',
  'feed-token.revoke',
  'alarm-sink.create',
  'alarm-sink.patch',
  'alarm-sink.delete',
  'alarm-sink.test',
  'key.create',
  'key.delete',
  'session.open',
  'session.close',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** Who does something: a key, by the name and the role that it has then. */
export interface Actor {
  keyId: string;
  keyName: string;
  role: Role;
  /** Where the request came from; null if nobody knows. */
  address: string | null;
}

export interface Change {
  action: AuditAction;
  subject: { kind: 'article' | 'delivery' | 'channel' | 'alarm-sink' | 'key' | 'replay'; id: string };
  /** Small, and never a secret: an audit list is read by many and kept for long. */
  detail?: Record<string, unknown>;
}

interface NewEntries {
  keyId: string;
  keyName: string;
  role: Role;
  address: string | null;
  actions: string[];
  kinds: string[];
  ids: string[];
  details: string[];
}

const writeEntries = new Statement('write-audit', (ledger, given: GiveValue<NewEntries>) =>
  sql`
    insert into audit (key_id, key_name, role, address, action, subject_kind, subject_id, detail)
    select ${given('keyId')}, ${given('keyName')}, ${given('role')}, ${given('address')}, c.action, c.kind, c.id, c.detail::jsonb
    from unnest(${given('actions')}::text[], ${given('kinds')}::text[], ${given('ids')}::text[], ${given('details')}::text[])
      as c (action, kind, id, detail)`.compile(ledger),
);

/** Writes down who changed what, in the transaction of the changes: neither is there without the other. */
export async function recordChanges(
  tx: Ledger | LedgerTransaction,
  { keyId, keyName, role, address }: Actor,
  changes: readonly Change[],
): Promise<void> {
  if (changes.length === 0) return;
  await writeEntries.run(tx, {
    keyId,
    keyName,
    role,
    address,
    actions: changes.map(({ action }) => action),
    kinds: changes.map(({ subject }) => subject.kind),
    ids: changes.map(({ subject }) => subject.id),
    details: changes.map(({ detail }) => JSON.stringify(detail ?? {})),
  });
}

export interface AuditEntry extends Actor {
  id: string;
  at: Date;
  action: string;
  subject: { kind: string; id: string };
  detail: object;
}

export interface AuditQuery {
  limit: number;
  after: { createdAt: string; id: string } | null;
  /** Id of a key. */
  key?: string | undefined;
  action?: AuditAction | undefined;
  /** Id of an article, delivery, channel or key. */
  subject?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
}

/** Newest first, `limit + 1` rows so that the caller sees whether there are more. */
export async function listAudit(ledger: Ledger, filter: AuditQuery): Promise<AuditEntry[]> {
  let query = ledger.selectFrom('audit').selectAll();
  if (filter.key !== undefined) query = query.where('key_id', '=', filter.key);
  if (filter.action !== undefined) query = query.where('action', '=', filter.action);
  if (filter.subject !== undefined) query = query.where('subject_id', '=', filter.subject);
  if (filter.since !== undefined) query = query.where(sql<boolean>`at >= ${filter.since}::timestamptz`);
  if (filter.until !== undefined) query = query.where(sql<boolean>`at < ${filter.until}::timestamptz`);
  const { after } = filter;
  if (after !== null) {
    query = query.where(sql<boolean>`(at, id) < (${after.createdAt}::timestamptz, ${after.id}::bigint)`);
  }
  const rows = await query
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    at: row.at,
    keyId: row.key_id,
    keyName: row.key_name,
    role: row.role,
    action: row.action,
    subject: { kind: row.subject_kind, id: row.subject_id },
    detail: row.detail,
    address: row.address,
  }));
}
