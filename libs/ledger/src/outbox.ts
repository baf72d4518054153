import { randomUUID } from 'node:crypto';
import { sql, type Selectable } from 'kysely';
import { EVENT_SCHEMAS, type EventSubject } from '@newsrelay/contracts/events';
import { NOTIFICATIONS } from '@newsrelay/contracts/subjects';
import { currentTrace, type TraceCarrier } from '@newsrelay/telemetry/tracing';
import type { z } from 'zod';
import type { Ledger, LedgerTransaction } from './database.js';
import type { OutboxTable } from './schema.js';
import { Statement, type GiveValue } from './statement.js';

interface OutboxEvent {
  eventId: string;
  subject: string;
  payload: string;
  trace: string | null;
}

const enqueue = new Statement('enqueue-event', (ledger, given: GiveValue<OutboxEvent>) =>
  sql`
    with written as (
      insert into outbox (event_id, subject, payload, trace_context)
      values (${given('eventId')}, ${given('subject')}, ${given('payload')}, ${given('trace')})
    )
    select pg_notify(${NOTIFICATIONS.outbox}, '')`.compile(ledger),
);

/** Puts an event into the outbox, in the transaction of the change that it tells of. */
export async function enqueueEvent<S extends EventSubject>(
  tx: LedgerTransaction,
  subject: S,
  payload: z.input<(typeof EVENT_SCHEMAS)[S]>,
): Promise<void> {
  const trace = currentTrace();
  await enqueue.run(tx, {
    eventId: randomUUID(),
    subject,
    payload: JSON.stringify(EVENT_SCHEMAS[subject].parse(payload)),
    trace: trace === undefined ? null : JSON.stringify(trace),
  });
}

export interface OutboxRow {
  sequence: string;
  eventId: string;
  subject: EventSubject;
  payload: object;
  /** What put it there, for traces. */
  trace: TraceCarrier | null;
}

const takeEvents = new Statement('take-events', (ledger, given: GiveValue<{ limit: number }>) =>
  sql<Selectable<OutboxTable>>`
    select sequence, event_id, subject, payload, trace_context from outbox
    order by sequence limit ${given('limit')}::int
    for update skip locked`.compile(ledger),
);

const removeEvents = new Statement('remove-events', (ledger, given: GiveValue<{ sequences: string[] }>) =>
  sql`delete from outbox where sequence = any (${given('sequences')}::bigint[])`.compile(ledger),
);

/**
 * Takes up to `limit` events, oldest first, hands them to `publish` and removes those it returns as published, in one
 * transaction: a crash in between publishes them again under the same event id. Several relays beside each other skip
 * each other's rows. Returns how many were taken.
 */
export async function relayOutbox(
  ledger: Ledger,
  limit: number,
  publish: (rows: OutboxRow[]) => Promise<OutboxRow[]>,
): Promise<{ taken: number; published: number }> {
  return ledger.transaction().execute(async (tx) => {
    const rows = await takeEvents.run(tx, { limit });
    if (rows.length === 0) return { taken: 0, published: 0 };
    const published = await publish(
      rows.map((row) => ({
        sequence: row.sequence,
        eventId: row.event_id,
        subject: row.subject as EventSubject,
        payload: row.payload,
        trace: row.trace_context,
      })),
    );
    if (published.length > 0) {
      await removeEvents.run(tx, { sequences: published.map(({ sequence }) => sequence) });
    }
    return { taken: rows.length, published: published.length };
  });
}

/** How many events wait, and for how long the oldest has, in seconds. */
export async function outboxBacklog(ledger: Ledger): Promise<{ count: number; oldestSeconds: number }> {
  const row = await ledger
    .selectFrom('outbox')
    .select((eb) => [
      eb.fn.countAll<string>().as('count'),
      sql<number | null>`extract(epoch from clock_timestamp() - min(created_at))::float8`.as('oldest'),
    ])
    .executeTakeFirstOrThrow();
  return { count: Number(row.count), oldestSeconds: Math.max(0, row.oldest ?? 0) };
}
