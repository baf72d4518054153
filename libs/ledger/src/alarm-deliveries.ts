import { sql } from 'kysely';
import type { Ledger } from './database.js';
import { findAlarmSink, type StoredAlarmSink } from './alarm-sinks.js';
import { recordedEventOf, type RecordedEvent } from './operator-events.js';

/** An event for one sink: that it came, or that it is over. */
export interface Alarm extends RecordedEvent {
  phase: 'raised' | 'ended';
  /** Tries before this one. */
  attempts: number;
}

/** What one sink is to be told now. */
export interface DueAlarms {
  sink: StoredAlarmSink;
  /** Oldest first. */
  alarms: Alarm[];
  /** More than these are due. */
  more: number;
}

/** Ids of the enabled sinks that may be sent to now and have something due. */
export async function dueSinks(ledger: Ledger): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select s.id from alarm_sinks s
    where s.enabled and s.not_before <= clock_timestamp()
      and exists (select from alarm_deliveries d
                  where d.sink_id = s.id and d.state = 'waiting' and d.next_attempt_at <= clock_timestamp())
    order by s.id`.execute(ledger);
  return rows.map(({ id }) => id);
}

/**
 * Takes a sink for one message: nobody else sends to it before it is settled, or `seconds` are over, as when the sender
 * vanished. False if another has it.
 */
export async function claimSink(ledger: Ledger, id: string, seconds: number): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update alarm_sinks set not_before = clock_timestamp() + ${seconds}::float8 * interval '1 second'
    where id = ${id} and enabled and not_before <= clock_timestamp()`.execute(ledger);
  return numAffectedRows === 1n;
}

/** Milliseconds until some sink may have something to be sent; null if nothing waits. */
export async function nextAlarmIn(ledger: Ledger): Promise<number | null> {
  const { rows } = await sql<{ ms: number | null }>`
    select extract(epoch from min(greatest(s.not_before, d.next_attempt_at)) - clock_timestamp())::float8 * 1000 as ms
    from alarm_sinks s join alarm_deliveries d on d.sink_id = s.id
    where s.enabled and d.state = 'waiting'`.execute(ledger);
  const ms = rows[0]?.ms ?? null;
  return ms === null ? null : Math.max(0, ms);
}

/** What is due at a sink, `limit` alarms at most; null if the sink is gone. */
export async function readDueAlarms(
  ledger: Ledger,
  sinkId: string,
  limit: number,
): Promise<DueAlarms | null> {
  const sink = await findAlarmSink(ledger, sinkId);
  if (sink === undefined) return null;
  const due = ledger
    .selectFrom('alarm_deliveries as d')
    .innerJoin('operator_events as e', 'e.id', 'd.event_id')
    .where('d.sink_id', '=', sinkId)
    .where('d.state', '=', 'waiting')
    .where(sql<boolean>`d.next_attempt_at <= clock_timestamp()`);
  const rows = await due
    .select(['e.id', 'e.at', 'e.kind', 'e.severity', 'e.subject', 'e.detail', 'e.lasts', 'e.ended_at'])
    .select(['d.phase', 'd.attempts'])
    .orderBy('e.id')
    .orderBy(sql`d.phase = 'ended'`)
    .limit(limit)
    .execute();
  const { count } = await due.select(({ fn }) => fn.countAll<string>().as('count')).executeTakeFirstOrThrow();
  const alarms = rows.map(({ phase, attempts, ...row }) => ({ ...recordedEventOf(row), phase, attempts }));
  return { sink, alarms, more: Number(count) - alarms.length };
}

/** What a try to tell a sink came to. */
export interface AlarmsSettled {
  sinkId: string;
  alarms: readonly Pick<Alarm, 'id' | 'phase'>[];
  /** `later` costs none of the alarms' tries. */
  result:
    | { state: 'sent' }
    | { state: 'failed'; error: string }
    | { state: 'waiting'; error: string; inSeconds: number }
    | { state: 'later'; error: string; inSeconds: number };
  /** The sink gets nothing for so long, seconds. */
  restSeconds: number;
}

export async function settleAlarms(
  ledger: Ledger,
  { sinkId, alarms, result, restSeconds }: AlarmsSettled,
): Promise<void> {
  const state = result.state === 'later' ? 'waiting' : result.state;
  const wait = 'inSeconds' in result ? result.inSeconds : null;
  const error = 'error' in result ? result.error.slice(0, 500) : null;
  const told = alarms.map(({ id, phase }) => ({ id, phase }));
  await ledger.transaction().execute(async (tx) => {
    await sql`
      update alarm_deliveries d
      set state = ${state}, error = ${error}, attempts = d.attempts + ${result.state === 'later' ? 0 : 1}::int,
          next_attempt_at = clock_timestamp() + ${wait}::float8 * interval '1 second', updated_at = clock_timestamp()
      from jsonb_to_recordset(${JSON.stringify(told)}::jsonb) as t(id bigint, phase text)
      where d.sink_id = ${sinkId} and d.event_id = t.id and d.phase = t.phase and d.state = 'waiting'`.execute(
      tx,
    );
    await tx
      .updateTable('alarm_sinks')
      .set({ not_before: sql`clock_timestamp() + ${restSeconds}::float8 * interval '1 second'` })
      .where('id', '=', sinkId)
      .execute();
  });
}

/** How a sink has done lately. */
export interface AlarmSinkHealth {
  waiting: number;
  lastSentAt: Date | null;
  /** Of the last try that failed, while nothing was sent since. */
  lastError: string | null;
}

export async function alarmSinkHealth(
  ledger: Ledger,
  ids: readonly string[],
): Promise<Map<string, AlarmSinkHealth>> {
  const { rows } = await sql<{
    id: string;
    waiting: number;
    sent: Date | null;
    failed: Date | null;
    error: string | null;
  }>`
    select s.id,
           (select count(*)::float8 from alarm_deliveries d where d.sink_id = s.id and d.state = 'waiting') as waiting,
           (select max(d.updated_at) from alarm_deliveries d where d.sink_id = s.id and d.state = 'sent') as sent,
           f.updated_at as failed, f.error
    from alarm_sinks s
    left join lateral (select d.updated_at, d.error from alarm_deliveries d
                       where d.sink_id = s.id and d.error is not null
                       order by d.updated_at desc limit 1) as f on true
    where s.id = any(${ids}::text[])`.execute(ledger);
  return new Map(
    rows.map(({ id, waiting, sent, failed, error }) => [
      id,
      {
        waiting,
        lastSentAt: sent,
        lastError: failed !== null && (sent === null || failed > sent) ? error : null,
      },
    ]),
  );
}
