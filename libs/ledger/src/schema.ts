import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { ArticleContent, Hold, Repair, VersionState } from '@newsrelay/contracts/article';
import type { ChannelFilter } from '@newsrelay/contracts/channel';
import type { DeliveryAction, DeliveryState, Outcome } from '@newsrelay/contracts/delivery';
import type { EventKind, Severity } from '@newsrelay/contracts/operator-events';
import type { Role } from '@newsrelay/contracts/role';
import type { TaskResult } from '@newsrelay/contracts/task';

/* Tables as Kysely sees them; the migrations are what they are. bigint comes back as a string from `pg`. */

/** JSON read as an object, written as JSON text (`JSON.stringify`: `pg` would write an array as a PostgreSQL array). */
type Json<T extends object> = JSONColumnType<T>;
type Defaulted<T> = ColumnType<T, T | undefined, T>;

export interface ArticlesTable {
  id: string;
  source: string;
  source_id: string;
  latest_version: Defaulted<number>;
  published_version: number | null;
  first_released_at: Date | null;
  withdrawn_through: Defaulted<number>;
  withdrawn_at: Date | null;
  page_date: ColumnType<string | null, string | null | undefined, string | null>;
  versions_skipped_through: Defaulted<number>;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}

export interface ArticleVersionsTable {
  article_id: string;
  version: number;
  state: VersionState;
  content: Json<ArticleContent>;
  input_hash: string;
  input_published_at: Date | null;
  page_text: string | null;
  holds: Json<Hold[]>;
  repairs: Json<Repair[]>;
  note: string | null;
  published_at: Date;
  embargo_until: Date | null;
  released_at: Date | null;
  release_order: string | null;
  routed_at: Date | null;
  distributed_at: Date | null;
  created_at: Generated<Date>;
  /** Kept by the database itself: the first 300 characters, for searches. */
  headline: ColumnType<string | null, never, never>;
  /** Kept by the database itself. */
  sections: ColumnType<string[] | null, never, never>;
}

export interface WithdrawalsTable {
  order_id: string;
  article_id: string;
  through_version: number;
  reason: string;
  ordered_at: Generated<Date>;
  distributed_at: Date | null;
}

export interface OutboxTable {
  sequence: Generated<string>;
  event_id: string;
  subject: string;
  payload: Json<object>;
  created_at: Generated<Date>;
  /** W3C trace context of what put it there; null while nothing is traced. */
  trace_context: JSONColumnType<Record<string, string>, string | null | undefined, string | null> | null;
}

export interface ChannelsTable {
  id: string;
  type: string;
  name: string;
  enabled: boolean;
  filter: Json<ChannelFilter>;
  settings: Json<Record<string, unknown>>;
  sealed_secrets: string;
  paused_since: Date | null;
  pause_reason: string | null;
  deleted_at: Date | null;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
  platform: JSONColumnType<Record<string, unknown>, string | null | undefined, string | null> | null;
  platform_asked_at: Date | null;
  /** Kept by the database itself. */
  settings_changed_at: Generated<Date>;
  fed_by: ColumnType<string | null, string | null | undefined, string | null>;
}

export interface RoutesTable {
  article_id: string;
  version: number;
  channel_id: string;
  rendition_id: string | null;
  action: Defaulted<DeliveryAction>;
}

export interface RenditionsTable {
  id: string;
  article_id: string;
  version: number;
  action: DeliveryAction;
  channel_type: string;
  content: JSONColumnType<Record<string, unknown>, string | null, string | null> | null;
  refusal: JSONColumnType<Hold, string | null, string | null> | null;
  created_at: Generated<Date>;
}

export interface DeliveriesTable {
  id: string;
  article_id: string;
  version: number;
  channel_id: string;
  action: DeliveryAction;
  state: DeliveryState;
  reason: string | null;
  rendition_id: string;
  epoch: Defaulted<number>;
  lease_until: Date | null;
  attempt_count: Defaulted<number>;
  attempts_in_round: Defaulted<number>;
  round_started_at: Generated<Date>;
  next_attempt_at: Date | null;
  begun_at: Date | null;
  /** Of deliveries that began before their messages were kept apart. */
  body: string | null;
  message_hash: Buffer | null;
  previous_version: number | null;
  remote_id: string | null;
  remote_url: string | null;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}

export interface MessagesTable {
  article_id: string;
  hash: Buffer;
  body: string;
}

export interface BreakersTable {
  channel_id: string;
  failures: number;
  failing_since: Date;
  open_until: Date | null;
  opened_at: Date | null;
}

export interface BacklogsTable {
  channel_id: string;
  action: DeliveryAction;
  holder: string;
  held_until: Date;
}

export interface AttemptsTable {
  delivery_id: string;
  number: number;
  epoch: number;
  started_at: Date;
  duration_ms: number | null;
  outcome: Outcome | null;
  status: number | null;
  error: string | null;
  response: string | null;
}

export interface ShelfEntriesTable {
  channel_id: string;
  article_id: string;
  version: number;
  rendition_id: string;
  first_released_at: Date;
  release_order: string;
  changed_at: Date;
  /** Kept by the database itself. */
  notice_since: ColumnType<Date | null, never, never>;
  notice_ended_at: ColumnType<Date | null, never, Date | null>;
}

/** Kept by the database itself, but for what is cut into pages. */
export interface FeedHeadsTable {
  channel_id: string;
  entries: ColumnType<string, never, never>;
  pages: ColumnType<number, never, number>;
  newest_page: ColumnType<number | null, never, number>;
  paged_through: ColumnType<string, never, string>;
}

/** Appended to by the database itself, as the shelf changes. */
export interface FeedLogTable {
  channel_id: ColumnType<string, never, never>;
  number: ColumnType<string, never, never>;
  article_id: ColumnType<string, never, never>;
  version: ColumnType<number, never, never>;
  action: ColumnType<DeliveryAction, never, never>;
  rendition_id: ColumnType<string, never, never>;
  release_order: ColumnType<string, never, never>;
  at: ColumnType<Date, never, never>;
}

export interface FeedPagesTable {
  channel_id: string;
  number: number;
  first_entry: string;
  last_entry: string;
  settings: Json<Record<string, unknown>>;
  cut_at: Generated<Date>;
}

/** The build that makes the documents (`buildServedSince`), whatever the name says: not the editions for partners. */
export interface FeedEditionTable {
  only_row: Generated<boolean>;
  digest: string;
  served_since: Date;
}

export interface ServiceHeartbeatsTable {
  service: string;
  instance: string;
  pid: number;
  version: string;
  seen_at: Generated<Date>;
}

export interface ApiKeysTable {
  id: string;
  name: string;
  role: Role;
  source: string | null;
  key_hash: Buffer;
  created_by_id: string;
  created_by_name: string;
  created_at: Generated<Date>;
  last_used_at: Date | null;
}

export interface SessionsTable {
  token_hash: Buffer;
  key_id: string | null;
  created_at: Generated<Date>;
  expires_at: Date;
}

export interface AuditTable {
  id: Generated<string>;
  at: Generated<Date>;
  key_id: string;
  key_name: string;
  role: Role;
  action: string;
  subject_kind: string;
  subject_id: string;
  detail: Json<object>;
  address: string | null;
}

export interface RetentionMarksTable {
  kind: string;
  through: Date;
}

export interface LeadersTable {
  name: string;
  holder: string;
  until: Date;
}

export interface OperatorEventsTable {
  id: Generated<string>;
  at: Generated<Date>;
  kind: EventKind;
  severity: Severity;
  subject: string;
  dedupe_key: string;
  detail: Json<object>;
  lasts: boolean;
  ended_at: Date | null;
  counted_at: Date | null;
}

export interface AlarmSinksTable {
  id: string;
  type: string;
  name: string;
  enabled: boolean;
  language: 'zh' | 'en';
  min_severity: Severity;
  kinds: Json<EventKind[]>;
  settings: Json<Record<string, unknown>>;
  sealed_secrets: string;
  not_before: Generated<Date>;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}

export interface AlarmDeliveriesTable {
  event_id: string;
  sink_id: string;
  phase: 'raised' | 'ended';
  state: Defaulted<'waiting' | 'sent' | 'failed' | 'canceled'>;
  attempts: Defaulted<number>;
  next_attempt_at: Date | null;
  error: string | null;
  updated_at: Generated<Date>;
}

export type ReplayState = 'running' | 'done' | 'canceled' | 'failed';

export interface ReplaysTable {
  id: string;
  channel_id: string;
  since: Date;
  until: Date;
  states: JSONColumnType<DeliveryState[], string | null, never> | null;
  rate_per_second: number;
  requested_by_id: string;
  requested_by_name: string;
  created_at: Generated<Date>;
  count: number;
  state: Defaulted<ReplayState>;
  reason: string | null;
  cursor_at: Date | null;
  cursor_article: string | null;
  replayed: Defaulted<number>;
  skipped: Defaulted<number>;
  awaited: JSONColumnType<string[], string | undefined>;
  next_at: Generated<Date>;
  waiting_for: string | null;
  finished_at: Date | null;
}

export interface TaskMarksTable {
  delivery_id: string;
  epoch: number;
  opened_at: Date;
  taken_by_id: string | null;
  taken_by_name: string | null;
  taken_at: Date | null;
  done_by_id: string | null;
  done_by_name: string | null;
  done_at: Date | null;
  result: TaskResult | null;
  note: string | null;
}

export interface EvidenceDueTable {
  delivery_id: string;
  number: number;
  state: DeliveryState;
  reason: string | null;
}

export interface EvidenceTable {
  article_id: string;
  number: number;
  at: string;
  kind: string;
  facts: string;
  prev_hash: string;
  hash: string;
}

export interface HubSubscriptionsTable {
  channel_id: string;
  feed_channel_id: string;
  topic: string;
  callback: string;
  callback_host: string;
  lease_seconds: number;
  feed_token_id: string | null;
  verified_at: Generated<Date>;
  expires_at: Date;
  created_at: Generated<Date>;
  ended_at: Date | null;
  end_reason: string | null;
}

export interface HubRequestsTable {
  channel_id: string;
  mode: 'subscribe' | 'unsubscribe' | 'denied';
  token: string;
  feed_channel_id: string;
  topic: string;
  callback: string;
  callback_host: string;
  sealed_secrets: string;
  lease_seconds: number | null;
  feed_token_id: string | null;
  reason: string | null;
  tries: Defaulted<number>;
  due_at: Generated<Date>;
  requested_at: Generated<Date>;
}

export interface ChannelTurnsTable {
  channel_id: string;
  token: string;
  since: Date;
  until: Date;
}

export interface FeedTokensTable {
  id: string;
  channel_id: string;
  name: string;
  token_hash: Buffer;
  ending: string;
  expires_at: Date | null;
  previous_hash: Buffer | null;
  previous_until: Date | null;
  previous_used_at: Date | null;
  created_by_id: string;
  created_by_name: string;
  created_at: Generated<Date>;
  rotated_at: Date | null;
  last_used_at: Date | null;
  hour: Date | null;
  hour_polls: Defaulted<number>;
  hour_full: Defaulted<number>;
  before_polls: Defaulted<number>;
  before_full: Defaulted<number>;
}

export interface FeedPollsTable {
  channel_id: string;
  day: ColumnType<string, string, never>;
  token: string;
  reader: string;
  ok: Defaulted<number>;
  not_modified: Defaulted<number>;
  other: Defaulted<number>;
  last_at: Date;
  served_at: Date | null;
}

export interface LedgerSchema {
  articles: ArticlesTable;
  article_versions: ArticleVersionsTable;
  withdrawals: WithdrawalsTable;
  outbox: OutboxTable;
  channels: ChannelsTable;
  routes: RoutesTable;
  renditions: RenditionsTable;
  deliveries: DeliveriesTable;
  messages: MessagesTable;
  breakers: BreakersTable;
  backlogs: BacklogsTable;
  attempts: AttemptsTable;
  shelf_entries: ShelfEntriesTable;
  feed_heads: FeedHeadsTable;
  feed_log: FeedLogTable;
  feed_pages: FeedPagesTable;
  feed_edition: FeedEditionTable;
  service_heartbeats: ServiceHeartbeatsTable;
  api_keys: ApiKeysTable;
  sessions: SessionsTable;
  audit: AuditTable;
  retention_marks: RetentionMarksTable;
  leaders: LeadersTable;
  operator_events: OperatorEventsTable;
  alarm_sinks: AlarmSinksTable;
  alarm_deliveries: AlarmDeliveriesTable;
  replays: ReplaysTable;
  task_marks: TaskMarksTable;
  evidence: EvidenceTable;
  evidence_due: EvidenceDueTable;
  hub_subscriptions: HubSubscriptionsTable;
  hub_requests: HubRequestsTable;
  channel_turns: ChannelTurnsTable;
  feed_tokens: FeedTokensTable;
  feed_polls: FeedPollsTable;
}
