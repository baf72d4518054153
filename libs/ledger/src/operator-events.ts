import { sql } from 'kysely';
import {
  dedupeKey,
  keysEndedBy,
  lasts,
  operatorEvent,
  severityOf,
  type EventKind,
  type OperatorEvent,
  type Severity,
} from '@newsrelay/contracts/operator-events';
import { NOTIFICATIONS } from '@newsrelay/contracts/subjects';
import type { Ledger, LedgerTransaction } from './database.js';

/**
 * What operators are told of. An event and the alarms that it makes (one for each sink that wants it) are written in the
 * transaction of what happened: neither is there without the other.
 *
 * A condition is one event, open until it ends, however often it is raised meanwhile. What comes again within the cool-down
 * is written down and not sent a second time: a condition is put off to the end of the cool-down, and forgotten if it has
 * ended by then; of a thing that happened nothing is sent.
 */

/** For how long the same alarm is not sent again, seconds. */
export const COOL_DOWN_SECONDS = 600;

/** What the recording statement is given of an event. */
function given(event: OperatorEvent) {
  const { kind, subject, detail } = operatorEvent.parse(event);
  return {
    kind,
    severity: severityOf(event),
    subject,
    dedupe_key: dedupeKey(kind, subject),
    detail,
    lasts: lasts(kind),
    ends: keysEndedBy(event),
  };
}

const rank = (severity: ReturnType<typeof sql.ref>) =>
  sql<number>`array_position(array['info', 'warning', 'critical'], ${severity})`;
/** The alarm `d` went out, or is about to: whoever gets it is told of the end too. One that is still put off is not. */
const isTold = sql<boolean>`(d.phase = 'raised' and (d.state in ('sent', 'failed')
  or (d.state = 'waiting' and (d.attempts > 0 or d.next_attempt_at <= clock_timestamp()))))`;
const isPutOff = sql<boolean>`(d.phase = 'raised' and d.state = 'waiting' and d.attempts = 0
  and d.next_attempt_at > clock_timestamp())`;

export async function recordOperatorEvent(
  ledger: Ledger | LedgerTransaction,
  event: OperatorEvent,
): Promise<void> {
  await recordOperatorEvents(ledger, [event]);
}

/**
 * Writes events and their alarms, in one statement: in the caller's transaction if it is given one.
 *
 * @throws ZodError for an event that is none
 */
export async function recordOperatorEvents(
  ledger: Ledger | LedgerTransaction,
  events: readonly OperatorEvent[],
): Promise<void> {
  if (events.length === 0) return;
  await sql`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(events.map(given))}::jsonb)
        as g(kind text, severity text, subject text, dedupe_key text, detail jsonb, lasts boolean, ends jsonb)
    ), recorded as (
      insert into operator_events (kind, severity, subject, dedupe_key, detail, lasts)
      select kind, severity, subject, dedupe_key, detail, lasts from given
      on conflict (dedupe_key) where lasts and ended_at is null do nothing
      returning id, kind, severity, subject, dedupe_key, lasts
    ), over as (
      update operator_events e set ended_at = clock_timestamp()
      from given g
      where e.lasts and e.ended_at is null and g.ends ? e.dedupe_key
      returning e.id, g.dedupe_key as ended_by
    ), forgotten as (
      update alarm_deliveries d set state = 'canceled', next_attempt_at = null, updated_at = clock_timestamp()
      from over where d.event_id = over.id and ${isPutOff}
    ), wanted as (
      select r.id as event_id, s.id as sink_id, r.lasts, r.dedupe_key,
             exists (select from over join alarm_deliveries d on d.event_id = over.id
                     where over.ended_by = r.dedupe_key and d.sink_id = s.id and ${isTold}) as ends_told,
             (select max(o.at) from operator_events o join alarm_deliveries d on d.event_id = o.id
              where o.dedupe_key = r.dedupe_key and o.at > clock_timestamp() - ${COOL_DOWN_SECONDS}::int * interval '1 second'
                and d.sink_id = s.id and d.phase = 'raised' and d.state in ('waiting', 'sent')) as told_at,
             ${rank(sql.ref('r.severity'))} >= ${rank(sql.ref('s.min_severity'))}
               and (s.kinds = '[]' or s.kinds ? r.kind) as matches
      from recorded r cross join alarm_sinks s where s.enabled
    ), alarms as (
      insert into alarm_deliveries (event_id, sink_id, phase, next_attempt_at)
      select event_id, sink_id, 'raised',
             case when told_at is null or ends_told then clock_timestamp()
                  else told_at + ${COOL_DOWN_SECONDS}::int * interval '1 second' end
      from wanted where ends_told or (matches and (lasts or told_at is null))
    )
    select pg_notify(${NOTIFICATIONS.operatorEvents}, '') from recorded limit 1`.execute(ledger);
}

/**
 * Ends conditions that are open: whoever was told of one is told that it is over. Those that are not open are passed over.
 * `silently`: nobody is told, since what it was of is gone.
 */
export async function endConditions(
  ledger: Ledger | LedgerTransaction,
  conditions: readonly { kind: EventKind; subject: string }[],
  silently = false,
): Promise<void> {
  if (conditions.length === 0) return;
  const keys = conditions.map(({ kind, subject }) => dedupeKey(kind, subject));
  await sql`
    with over as (
      update operator_events e set ended_at = clock_timestamp()
      where e.lasts and e.ended_at is null and e.dedupe_key = any(${keys}::text[])
      returning e.id
    ), forgotten as (
      update alarm_deliveries d set state = 'canceled', next_attempt_at = null, updated_at = clock_timestamp()
      from over where d.event_id = over.id and ${isPutOff}
    ), alarms as (
      insert into alarm_deliveries (event_id, sink_id, phase, next_attempt_at)
      select d.event_id, d.sink_id, 'ended', clock_timestamp()
      from over join alarm_deliveries d on d.event_id = over.id
      where ${isTold} and not ${silently}::boolean
    )
    select pg_notify(${NOTIFICATIONS.operatorEvents}, '') from over limit 1`.execute(ledger);
}

/** Subjects of the conditions of these kinds that are open. */
export async function openConditions(
  ledger: Ledger | LedgerTransaction,
  kinds: readonly EventKind[],
): Promise<{ kind: EventKind; subject: string }[]> {
  return ledger
    .selectFrom('operator_events')
    .select(['kind', 'subject'])
    .where('lasts', '=', true)
    .where('ended_at', 'is', null)
    .where('kind', 'in', kinds)
    .execute();
}

export interface RecordedEvent {
  id: string;
  at: Date;
  severity: Severity;
  event: OperatorEvent;
  /** A condition: open while `endedAt` is null. */
  lasts: boolean;
  endedAt: Date | null;
}

interface EventRow {
  id: string;
  at: Date;
  kind: EventKind;
  severity: Severity;
  subject: string;
  detail: object;
  lasts: boolean;
  ended_at: Date | null;
}

/** What a row was written from; it was checked then. */
export function recordedEventOf(row: EventRow): RecordedEvent {
  const { kind, subject, detail } = row;
  return {
    id: row.id,
    at: row.at,
    severity: row.severity,
    event: { kind, subject, detail } as OperatorEvent,
    lasts: row.lasts,
    endedAt: row.ended_at,
  };
}

export interface EventsQuery {
  limit: number;
  after: { createdAt: string; id: string } | null;
  kind?: EventKind | undefined;
  severity?: Severity | undefined;
  subject?: string | undefined;
  /** True: conditions that are open. */
  open?: boolean | undefined;
  since?: string | undefined;
  until?: string | undefined;
}

/** Newest first, `limit + 1` rows so that the caller sees whether there are more. */
export async function listOperatorEvents(ledger: Ledger, filter: EventsQuery): Promise<RecordedEvent[]> {
  let query = ledger
    .selectFrom('operator_events')
    .select(['id', 'at', 'kind', 'severity', 'subject', 'detail', 'lasts', 'ended_at']);
  if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind);
  if (filter.severity !== undefined) query = query.where('severity', '=', filter.severity);
  if (filter.subject !== undefined) query = query.where('subject', '=', filter.subject);
  if (filter.open === true) query = query.where('lasts', '=', true).where('ended_at', 'is', null);
  if (filter.open === false) {
    query = query.where((is) => is.or([is('lasts', '=', false), is('ended_at', 'is not', null)]));
  }
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
  return rows.map(recordedEventOf);
}

/** Events that nobody has counted yet, `limit` at most: each is given to one caller once. */
export async function takeUncounted(ledger: Ledger, limit: number): Promise<RecordedEvent[]> {
  const { rows } = await sql<EventRow>`
    update operator_events e set counted_at = clock_timestamp()
    from (select id from operator_events where counted_at is null order by id limit ${limit}::int
          for update skip locked) as n
    where e.id = n.id
    returning e.id, e.at, e.kind, e.severity, e.subject, e.detail, e.lasts, e.ended_at`.execute(ledger);
  return rows.map(recordedEventOf);
}

/** How many conditions are open, by kind and severity. */
export async function openConditionCounts(
  tx: Ledger | LedgerTransaction,
): Promise<{ kind: EventKind; severity: Severity; count: number }[]> {
  const { rows } = await sql<{ kind: EventKind; severity: Severity; count: number }>`
    select kind, severity, count(*)::float8 as count from operator_events
    where lasts and ended_at is null group by kind, severity`.execute(tx);
  return rows;
}
