/* What the API answers, from the types of those who answer; only types are taken, nothing of theirs is in the page. */
import type { Outcome } from '@newsrelay/contracts/delivery';
import type { EventKind, Severity } from '@newsrelay/contracts/operator-events';
import type { Role } from '@newsrelay/contracts/role';
import type { BoardArticle, BoardCounts } from '@newsrelay/ledger/board';
import type { AttemptView } from '@newsrelay/ledger/delivery-views';
import type { FeedUsage, PollCounts } from '@newsrelay/ledger/feed-polls';

export type { PollCounts } from '@newsrelay/ledger/feed-polls';
export type { ReplayView } from '@newsrelay/ledger/replays';
export type { EventKind, Severity } from '@newsrelay/contracts/operator-events';
export type { Task } from '@newsrelay/ledger/tasks';
export type { TaskResult } from '@newsrelay/contracts/task';
export type { BoardArticle, BoardCell, BoardView, Standing } from '@newsrelay/ledger/board';
export type { ArticleView } from '@newsrelay/ledger/article-views';
export type { DeliveryView, AttemptView } from '@newsrelay/ledger/delivery-views';
export type { RepairView, Hold, VersionState } from '@newsrelay/contracts/article';
export type { DeliveryState, Outcome } from '@newsrelay/contracts/delivery';
export type { ChannelFilter } from '@newsrelay/contracts/channel';

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export interface BoardPage extends Page<BoardArticle> {
  counts: BoardCounts;
  sections: string[];
}

export type { Role } from '@newsrelay/contracts/role';
export type Right = 'review' | 'withdraw' | 'retry' | 'channels' | 'alarms' | 'queues' | 'keys' | 'audit';
export interface Me {
  id: string;
  name: string;
  role: Role;
  source: string | null;
  /** What the role may do; names besides ours are of no interest here. */
  may: readonly string[];
}

/** What has a type with a manifest. Secrets are masked, but for those that were made just now. */
export interface Manifested {
  id: string;
  type: string;
  name: string;
  enabled: boolean;
  settings: Record<string, unknown>;
  secrets: Record<string, unknown>;
}

export interface ChannelView extends Manifested {
  filter: { sections: string[]; sources: string[]; keywords: string[] };
  paused: { since: string; reason: string } | null;
  createdAt: string;
}

/** A token by which a partner reads a feed; `token` is masked, but for the one answer that made it. */
export interface FeedTokenView {
  id: string;
  name: string;
  token: string;
  expiresAt: string | null;
  createdAt: string;
  rotatedAt: string | null;
  lastUsedAt: string | null;
  /** The one before, as long as it is taken. */
  previous: { validUntil: string; lastUsedAt: string | null } | null;
}

export interface FeedUsageView {
  lastPolledAt: string | null;
  silentForSeconds: number | null;
  /** For longer than the channel says. */
  silent: boolean;
  readers: (PollCounts & { name: string; token: string | null; lastAt: string })[];
  perDay: (PollCounts & { date: string })[];
  overPolling: FeedUsage['overPolling'];
}

export interface JsonSchemaField {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: string[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  /** Of a field that may be null: what else it may be, and that. */
  anyOf?: JsonSchemaField[];
}
export interface JsonSchema {
  properties?: Record<string, JsonSchemaField>;
  required?: string[];
}
/** What a type asks for, and how it is called. */
export interface Manifest {
  type: string;
  title: { zh: string; en: string };
  settings: JsonSchema;
  secrets: JsonSchema;
  instructions: { zh: string; en: string };
}

export interface ChannelType extends Manifest {
  capabilities: { delivery: 'push' | 'served'; edits: boolean; deletes: boolean };
}

export interface AlarmSinkView extends Manifested {
  language: 'zh' | 'en';
  minSeverity: Severity;
  /** Empty: all. */
  kinds: EventKind[];
  waiting: number;
  lastSentAt: string | null;
  /** Of the last message, if it did not go out. */
  lastError: string | null;
  createdAt: string;
}

/** What a test message came to. */
export interface AlarmTest {
  outcome: 'sent' | 'too-often' | 'failed' | 'refused';
  startedAt: string;
  durationMs: number;
  status: number | null;
  error: string | null;
  response: string | null;
}

export interface OperatorEventView {
  id: string;
  at: string;
  kind: EventKind;
  severity: Severity;
  /** Null for what happened; else whether the condition is still there. */
  open: boolean | null;
  endedAt: string | null;
  text: { zh: string; en: string };
}

/** `closed`: attempts go out; `open`: none does until `openUntil`; `half-open`: the next one to be due tries. */
export interface BreakerView {
  state: 'closed' | 'open' | 'half-open';
  /** One upon another; 0: the last one did not fail. */
  failures: number;
  failingSince: string | null;
  openUntil: string | null;
}

export interface Status {
  services: Record<
    string,
    { up: boolean; pid: number | null; version: string | null; instances: number; seenAt: string | null }
  >;
  queues: Record<
    string,
    | { up: true; waiting: number; delayed: number; active: number; failed: number; oldestSeconds: number }
    | { up: false; reason: string }
  >;
  /** Of the queues: what is wrong with how it is set up, and the fix; null for nothing. */
  redis: { up: true; eviction: string | null; persistence: string | null } | { up: false; reason: string };
  outbox: { waiting: number; oldestSeconds: number };
  channels: Record<
    string,
    {
      type: string;
      enabled: boolean;
      paused: { since: string; reason: string } | null;
      waiting: number;
      lastSuccessAt: string | null;
      attemptsLastHour: number;
      failureRate: number | null;
      breaker: BreakerView;
    }
  >;
}

export type TestAttempt = AttemptView & { outcome: Outcome };
