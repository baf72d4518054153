import { sql, type Kysely } from 'kysely';

/**
 * Where an event comes from, for traces; and what the gauges of `/metrics` are read by, so that a scrape costs what is
 * open and not what the ledger holds.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table outbox add column trace_context jsonb;

    create index deliveries_open on deliveries (state, channel_id)
      where state not in ('delivered', 'superseded', 'canceled');
    create index deliveries_open_withdrawals on deliveries (article_id, version)
      where action = 'withdraw' and state not in ('delivered', 'superseded', 'canceled');
    create index deliveries_delivered on deliveries (channel_id, updated_at) where state = 'delivered';
    create index versions_held on article_versions (created_at) where state = 'held';
  `.execute(db);
}
