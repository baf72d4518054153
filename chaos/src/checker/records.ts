import type { OutletPlan } from '../plan/tempers.js';
import type { FaultKind, Target } from '../plan/faults.js';
import type { Act } from '../plan/newsroom-acts.js';

/*
 * What the checker goes by. All times are milliseconds on the machine's monotonic clock, which its processes share, counted
 * from the start of the run.
 */

/** One request as an outlet saw it. */
export interface Receipt {
  readonly outlet: string;
  readonly webhookId: string;
  /** When its head was read. */
  readonly headAt: number;
  /** It cannot have come before this: the outlet was looking then and saw nothing of it. */
  readonly earliestAt: number;
  /** Null unless the whole body came. */
  readonly content: Content | null;
  /** Status whose head was sent while the sender was still there; null where none was. */
  readonly answered: number | null;
  readonly answeredAt: number | null;
  /** When the answer was out or the connection was closed; null while neither is so. */
  readonly endedAt: number | null;
}

export interface Content {
  /** SHA-256 of the body, hexadecimal. */
  readonly digest: string;
  readonly signatureValid: boolean;
  readonly action: 'publish' | 'withdraw';
  readonly articleId: string;
  readonly version: number;
  readonly headline: string | null;
}

/** One act of the newsroom and what came of it. */
export interface ActRecord {
  readonly act: Act;
  /** When it was sent for the first time; null where what came before was never answered. */
  readonly sentAt: number | null;
  /** When an answer that says it was taken came whole; null where none did. */
  readonly answeredAt: number | null;
  readonly status: number | null;
  readonly articleId: string | null;
  readonly version: number | null;
  /** Answers that the contract does not know of: neither what was hoped for nor 503. */
  readonly odd: readonly { readonly at: number; readonly status: number; readonly text: string }[];
  readonly tries: number;
}

/** A fault as it was carried out. */
export interface FaultRecord {
  readonly target: Target;
  readonly kind: FaultKind;
  readonly beganAt: number;
  /** When the target did its work again. */
  readonly endedAt: number;
}

/** A process of Newsrelay that ended though nobody had ended it. */
export interface UnaskedEnd {
  readonly service: string;
  readonly at: number;
  readonly how: string;
}

/** A row of `deliveries` after the end. */
export interface LedgerRow {
  readonly id: string;
  readonly articleId: string;
  readonly version: number;
  readonly channel: string;
  readonly action: 'publish' | 'withdraw';
  readonly state: string;
  readonly reason: string | null;
}

export interface Records {
  readonly seed: string;
  readonly outlets: readonly OutletPlan[];
  readonly acts: readonly ActRecord[];
  readonly receipts: readonly Receipt[];
  readonly faults: readonly FaultRecord[];
  readonly unaskedEnds: readonly UnaskedEnd[];
  readonly ledger: readonly LedgerRow[];
  /** Whether all came to rest before the deadline. */
  readonly cameToRest: boolean;
}
