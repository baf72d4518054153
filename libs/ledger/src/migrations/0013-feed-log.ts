import { sql, type Kysely } from 'kysely';

/**
 * What each served channel has shown, in order, and the archive pages that were cut of it. The log is written by triggers, in
 * the statement that changes the shelf: so it follows the shelf also where a process of the version before writes that.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table shelf_entries
      -- Since when a withdrawal stands here; null where a version does. Kept by a trigger.
      add column notice_since timestamptz(3),
      -- When the notice left the feed. The entry stays, as do log and pages.
      add column notice_ended_at timestamptz(3);

    -- One row a channel. Whoever appends to the log holds it until the commit, so that a lower number never becomes
    -- visible after a higher one: a reader that has seen all up to a number misses nothing below it.
    create table feed_heads (
      channel_id text primary key references channels,
      -- Number of the last entry that was appended.
      entries bigint not null default 0,
      -- Number of the last page that was cut.
      pages int not null default 0,
      -- The page that the feed links to; not the number above after a restore, which skips some.
      newest_page int,
      -- Entries up to this one are on pages.
      paged_through bigint not null default 0
    );

    create table feed_log (
      channel_id text not null references channels,
      number bigint not null,
      article_id uuid not null,
      version int not null,
      action text not null check (action in ('publish', 'withdraw')),
      rendition_id text not null references renditions,
      release_order bigint not null,
      -- When the shelf began to show it.
      at timestamptz(3) not null,
      primary key (channel_id, number)
    );
    create index feed_log_of_article on feed_log (article_id, channel_id, number);

    create table feed_pages (
      channel_id text not null references channels,
      number int not null,
      first_entry bigint not null,
      last_entry bigint not null,
      -- Of the channel when the page was cut: what comes later does not change the page.
      settings jsonb not null,
      cut_at timestamptz(3) not null default clock_timestamp(),
      primary key (channel_id, number)
    );
    create unique index feed_pages_by_entry on feed_pages (channel_id, last_entry);

    update shelf_entries e set notice_since = e.changed_at
    from renditions r where r.id = e.rendition_id and r.action = 'withdraw';
    create index shelf_withdrawals on shelf_entries (channel_id, notice_since desc, article_id desc)
      where notice_since is not null;
    create index shelf_notices on shelf_entries (channel_id, notice_since desc)
      where notice_since is not null and notice_ended_at is null;
    create index shelf_ended_notices on shelf_entries (channel_id, notice_ended_at) where notice_ended_at is not null;

    insert into feed_log (channel_id, number, article_id, version, action, rendition_id, release_order, at)
    select channel_id, row_number() over (partition by channel_id order by changed_at, release_order), article_id, version,
           case when notice_since is null then 'publish' else 'withdraw' end, rendition_id, release_order, changed_at
    from shelf_entries;
    -- What was shelved before there was a log is on pages at once, in hundreds.
    insert into feed_pages (channel_id, number, first_entry, last_entry, settings)
    select l.channel_id, (l.number - 1) / 100 + 1, min(l.number), max(l.number), c.settings
    from feed_log l join channels c on c.id = l.channel_id
    group by l.channel_id, (l.number - 1) / 100, c.settings;
    insert into feed_heads (channel_id, entries, pages, newest_page, paged_through)
    select channel_id, max(last_entry), max(number), max(number), max(last_entry) from feed_pages group by channel_id;

    create function shelf_entry_noticed() returns trigger language plpgsql as $$
    begin
      new.notice_since := case when (select r.action from renditions r where r.id = new.rendition_id) = 'withdraw'
                               then new.changed_at end;
      new.notice_ended_at := null;
      return new;
    end $$;
    create trigger shelf_entry_noticed before insert or update of rendition_id on shelf_entries
      for each row execute function shelf_entry_noticed();

    -- What stands on the shelf under these keys is what it shows from now on.
    create function append_to_feed_log(channel_ids text[], article_ids uuid[]) returns void language sql as $$
      insert into feed_heads (channel_id) select distinct channel_id from unnest(channel_ids) as channel_id on conflict do nothing;
      with counted as (
        select e.*, row_number() over (partition by e.channel_id order by e.release_order, e.article_id) as place
        from unnest(channel_ids, article_ids) as k (channel_id, article_id)
        join shelf_entries e on e.channel_id = k.channel_id and e.article_id = k.article_id
      ), heads as (
        update feed_heads h set entries = h.entries + n.count
        from (select channel_id, count(*) from counted group by channel_id) as n
        where h.channel_id = n.channel_id
        returning h.channel_id, h.entries - n.count as before
      )
      insert into feed_log (channel_id, number, article_id, version, action, rendition_id, release_order, at)
      select e.channel_id, h.before + e.place, e.article_id, e.version,
             case when e.notice_since is null then 'publish' else 'withdraw' end, e.rendition_id, e.release_order, e.changed_at
      from counted e join heads h on h.channel_id = e.channel_id;
    $$;
    create function log_new_entries() returns trigger language plpgsql as $$
    begin
      perform append_to_feed_log(array_agg(channel_id), array_agg(article_id)) from shelved having count(*) > 0;
      return null;
    end $$;
    create trigger log_new_entries after insert on shelf_entries
      referencing new table as shelved for each statement execute function log_new_entries();
    create function log_changed_entries() returns trigger language plpgsql as $$
    begin
      perform append_to_feed_log(array_agg(n.channel_id), array_agg(n.article_id))
      from stood o join shelved n on n.channel_id = o.channel_id and n.article_id = o.article_id
      where n.rendition_id <> o.rendition_id having count(*) > 0;
      return null;
    end $$;
    create trigger log_changed_entries after update on shelf_entries
      referencing old table as stood new table as shelved for each statement execute function log_changed_entries();
  `.execute(db);
}
