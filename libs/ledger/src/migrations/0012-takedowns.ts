import { sql, type Kysely } from 'kysely';

/**
 * What a version does at each channel: a correction that leaves a channel's filter takes the article down there. And who
 * looks after a delivery that a person has to bring to its end.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table routes add column action text not null default 'publish' check (action in ('publish', 'withdraw'));

    create table task_marks (
      delivery_id text not null references deliveries (id),
      -- Of the delivery when it came to its state: a delivery that comes to it once more is another task.
      epoch int not null,
      opened_at timestamptz(3) not null,
      taken_by_id text,
      taken_by_name text,
      taken_at timestamptz(3),
      done_by_id text,
      done_by_name text,
      done_at timestamptz(3),
      result text,
      note text,
      primary key (delivery_id, epoch)
    );
    -- Append-only: what was ordered, sent and answered of withdrawals, each row bound to the one before it (evidence-chain.ts).
    create table evidence (
      article_id uuid not null references articles (id),
      number int not null,
      -- Text, as it was hashed.
      at text not null,
      kind text not null,
      facts text not null,
      prev_hash text not null,
      hash text not null,
      primary key (article_id, number)
    );
    -- Attempts of withdrawals that are to go into their chains: written with their results, which wait for no chain.
    create table evidence_due (
      delivery_id text not null,
      number int not null,
      -- What the delivery came to by it.
      state text not null,
      reason text,
      primary key (delivery_id, number)
    );
    create index task_marks_done on task_marks (opened_at desc, delivery_id desc) where done_at is not null;
    create index deliveries_tasks on deliveries (updated_at desc, id desc) where state in ('manual', 'unknown');
  `.execute(db);
}
