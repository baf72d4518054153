import { createHash } from 'node:crypto';
import { deliveryId, webhookId } from '@newsrelay/contracts/keys';
import { headlineOf } from '../newsroom/article.js';
import type { Act } from '../plan/newsroom-acts.js';
import type { OutletPlan } from '../plan/tempers.js';
import type { ActRecord, FaultRecord, LedgerRow, Receipt, Records } from './records.js';

/** Outlets of the histories that the specs tell. */
export const WELL: OutletPlan = { id: 'healthy-1', temper: 'healthy', endsWell: true, ill: [] };
export const HANGING: OutletPlan = { id: 'hanging-1', temper: 'hanging', endsWell: false, ill: [] };
export const ARTICLE = '0190c1b0-0000-7000-8000-000000000001';

/** How a request differs from one that came whole, was answered 200 within five milliseconds, and ended with that. */
export type Change = Partial<Receipt> & { readonly content?: Receipt['content'] };

/** A history, told step by step; all times in milliseconds. */
export class History {
  readonly #acts: ActRecord[] = [];
  readonly #receipts: Receipt[] = [];
  readonly #faults: FaultRecord[] = [];
  readonly #ledger: LedgerRow[] = [];
  #ends: Records['unaskedEnds'] = [];
  #cameToRest = true;

  /** The newsroom sends the next edition of the article and is answered ten milliseconds later. */
  said(kind: Act['kind'], at: number, change: Partial<ActRecord> = {}): this {
    const edition = this.#acts.length + 1;
    this.#acts.push({
      act: { number: edition, atMs: at, kind, article: 1, edition },
      sentAt: at,
      answeredAt: at + 10,
      status: 202,
      articleId: ARTICLE,
      version: kind === 'withdraw' ? null : edition,
      odd: [],
      tries: 1,
      ...change,
    });
    return this;
  }

  /** The outlet gets a version; the ledger knows it as delivered where it was taken. */
  got(version: number, at: number, change: Change = {}, outlet = WELL): this {
    return this.#push('publish', version, at, change, outlet);
  }

  gotWithdrawal(version: number, at: number, change: Change = {}, outlet = WELL): this {
    return this.#push('withdraw', version, at, change, outlet);
  }

  fault(target: FaultRecord['target'], kind: FaultRecord['kind'], beganAt: number, endedAt: number): this {
    this.#faults.push({ target, kind, beganAt, endedAt });
    return this;
  }

  /** The ledger says of a delivery at the first outlet what it would not have said by itself; null: nothing. */
  ledgerSays(version: number, state: string | null, action: LedgerRow['action'] = 'publish'): this {
    const id = deliveryId(ARTICLE, version, WELL.id, action);
    const at = this.#ledger.findIndex((row) => row.id === id);
    if (at >= 0) this.#ledger.splice(at, 1);
    if (state !== null)
      this.#ledger.push({ id, articleId: ARTICLE, version, channel: WELL.id, action, state, reason: null });
    return this;
  }

  endedByItself(service: string, at: number): this {
    this.#ends = [{ service, at, how: '1' }];
    return this;
  }

  neverRested(): this {
    this.#cameToRest = false;
    return this;
  }

  records(): Records {
    return {
      seed: 'spec',
      outlets: [WELL, HANGING],
      acts: this.#acts,
      receipts: this.#receipts,
      faults: this.#faults,
      unaskedEnds: this.#ends,
      ledger: this.#ledger,
      cameToRest: this.#cameToRest,
    };
  }

  #push(action: LedgerRow['action'], version: number, at: number, change: Change, outlet: OutletPlan): this {
    const id = deliveryId(ARTICLE, version, outlet.id, action);
    const receipt: Receipt = {
      outlet: outlet.id,
      webhookId: webhookId(id),
      headAt: at,
      earliestAt: at - 5,
      content: contentOf(action, version),
      answered: 200,
      answeredAt: at + 5,
      endedAt: at + 5,
      ...change,
    };
    this.#receipts.push(receipt);
    const isKnown = this.#ledger.some((row) => row.id === id);
    if (!isKnown) {
      const state = receipt.answered === 200 ? 'delivered' : 'retrying';
      this.#ledger.push({ id, articleId: ARTICLE, version, channel: outlet.id, action, state, reason: null });
    }
    return this;
  }
}

export function contentOf(
  action: LedgerRow['action'],
  version: number,
  change: Partial<NonNullable<Receipt['content']>> = {},
): NonNullable<Receipt['content']> {
  return {
    digest: createHash('sha256').update(`${action} ${version}`).digest('hex'),
    signatureValid: true,
    action,
    articleId: ARTICLE,
    version,
    headline: action === 'withdraw' ? null : headlineOf({ article: 1, edition: version }),
    ...change,
  };
}

export const NOT_ANSWERED: Change = { answered: null, answeredAt: null };
