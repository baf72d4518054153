/* What the API answers, from the types of those who answer; only types are taken, nothing of theirs is in the page. */
import type { Outcome } from '@newsrelay/contracts/delivery';
import type { EventKind, Severity } from '@newsrelay/contracts/operator-events';
import type { Role } from '@newsrelay/contracts/role';
import type { BoardArticle, BoardCounts } from '@newsrelay/ledger/board';
import type { AttemptView } from '@newsrelay/ledger/delivery-views';

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
export type Right = 'review' | 'withdraw' | 'retry' | 'channels' | 'queues' | 'keys' | 'audit';
export interface Me {
  id: string;
  name: string;
  role: Role;
  source: string | null;
  /** What the role may do; names besides ours are of no interest here. */
  may: readonly string[];
}

export interface ChannelView {
  id: string;
  type: string;
  name: string;
  enabled: boolean;
  filter: { sections: string[]; sources: string[]; keywords: string[] };
  settings: Record<string, unknown>;
  secrets: Record<string, unknown>;
  paused: { since: string; reason: string } | null;
  createdAt: string;
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
}
export interface JsonSchema {
  properties?: Record<string, JsonSchemaField>;
  required?: string[];
}
export interface ChannelType {
  type: string;
  title: { zh: string; en: string };
  settings: JsonSchema;
  secrets: JsonSchema;
  secretFields: string[];
  capabilities: { delivery: 'push' | 'served'; edits: boolean; deletes: boolean; idempotent: boolean };
  instructions: { zh: string; en: string };
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
