import { sql, type Selectable } from 'kysely';
import type { EventKind, Severity } from '@newsrelay/contracts/operator-events';
import type { Alongside, Ledger, LedgerTransaction } from './database.js';
import type { AlarmSinksTable } from './schema.js';

/** Where alarms go, as an operator set it up. */
export interface AlarmSinkConfig {
  id: string;
  type: string;
  name: string;
  enabled: boolean;
  language: 'zh' | 'en';
  minSeverity: Severity;
  /** Empty: every kind. */
  kinds: EventKind[];
  settings: Record<string, unknown>;
}

export interface StoredAlarmSink extends AlarmSinkConfig {
  sealedSecrets: string;
  createdAt: Date;
}

function sinkOfRow(row: Selectable<AlarmSinksTable>): StoredAlarmSink {
  return {
    id: row.id,
    type: row.type,
    name: row.name,
    enabled: row.enabled,
    language: row.language,
    minSeverity: row.min_severity,
    kinds: row.kinds,
    settings: row.settings,
    sealedSecrets: row.sealed_secrets,
    createdAt: row.created_at,
  };
}

function columnsOf(sink: AlarmSinkConfig & { sealedSecrets: string }) {
  return {
    type: sink.type,
    name: sink.name,
    enabled: sink.enabled,
    language: sink.language,
    min_severity: sink.minSeverity,
    kinds: JSON.stringify(sink.kinds),
    settings: JSON.stringify(sink.settings),
    sealed_secrets: sink.sealedSecrets,
  };
}

/** Null if the id is taken. */
export async function createAlarmSink(
  ledger: Ledger,
  sink: AlarmSinkConfig & { sealedSecrets: string },
  alongside: Alongside = () => Promise.resolve(),
): Promise<StoredAlarmSink | null> {
  return ledger.transaction().execute(async (tx) => {
    const row = await tx
      .insertInto('alarm_sinks')
      .values({ id: sink.id, ...columnsOf(sink) })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) return null;
    await alongside(tx);
    return sinkOfRow(row);
  });
}

export async function findAlarmSink(ledger: Ledger, id: string): Promise<StoredAlarmSink | undefined> {
  const row = await ledger.selectFrom('alarm_sinks').selectAll().where('id', '=', id).executeTakeFirst();
  return row && sinkOfRow(row);
}

/** Locked until the transaction ends; alarms for it can be made meanwhile. */
export async function lockAlarmSink(tx: LedgerTransaction, id: string): Promise<StoredAlarmSink | undefined> {
  const row = await tx
    .selectFrom('alarm_sinks')
    .selectAll()
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row && sinkOfRow(row);
}

/** Newest first, `limit + 1` rows so that the caller sees whether there are more. */
export async function listAlarmSinks(
  ledger: Ledger,
  limit: number,
  after: { createdAt: string; id: string } | null,
): Promise<StoredAlarmSink[]> {
  let query = ledger.selectFrom('alarm_sinks').selectAll();
  if (after !== null) {
    query = query.where(sql<boolean>`(created_at, id) < (${after.createdAt}::timestamptz, ${after.id})`);
  }
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return rows.map(sinkOfRow);
}

/** What waits for a sink that is disabled is forgotten: once enabled again, it is told of what is new. */
export async function updateAlarmSink(
  tx: LedgerTransaction,
  sink: AlarmSinkConfig & { sealedSecrets: string },
): Promise<StoredAlarmSink> {
  const row = await tx
    .updateTable('alarm_sinks')
    .set({ ...columnsOf(sink), updated_at: sql`clock_timestamp()` })
    .where('id', '=', sink.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  if (!sink.enabled) {
    await tx
      .updateTable('alarm_deliveries')
      .set({ state: 'canceled', next_attempt_at: null, updated_at: sql`clock_timestamp()` })
      .where('sink_id', '=', sink.id)
      .where('state', '=', 'waiting')
      .execute();
  }
  return sinkOfRow(row);
}

/** The sink goes, with its secrets and with what waits for it. False if there was none. */
export async function deleteAlarmSink(
  ledger: Ledger,
  id: string,
  alongside: Alongside = () => Promise.resolve(),
): Promise<boolean> {
  return ledger.transaction().execute(async (tx) => {
    const deleted = await tx
      .deleteFrom('alarm_sinks')
      .where('id', '=', id)
      .returning('id')
      .executeTakeFirst();
    if (deleted === undefined) return false;
    await alongside(tx);
    return true;
  });
}
