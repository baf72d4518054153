/** What a history may be found guilty of. */
export const BREACHES = {
  missing: 'an outlet lacks the newest version of an article',
  'missing-withdrawal': 'an outlet that got an article never got its withdrawal',
  'older-after-newer': 'an older version came after a newer one',
  'content-after-withdrawal': 'content came after the withdrawal at the outlet, or after its 202',
  'second-id': 'one delivery came under two ids',
  'id-of-two': 'one id was used for two deliveries',
  'other-bytes': 'a repeat had other bytes',
  'bad-signature': 'a push was not signed as Standard Webhooks wants it',
  'repeat-after-2xx': 'a repeat came after a 2xx that its sender must have known of',
  overlap: 'two requests of one article were at an outlet at once',
  unasked: 'something came that the newsroom had not said',
  'ledger-without-receipt': 'the ledger calls delivered what the outlet did not take',
  'receipt-without-ledger': 'the outlet took what the ledger does not call delivered',
  unanswered: 'the newsroom was never answered',
  'odd-answer': 'the newsroom got an answer that is none of the contract',
  'unasked-end': 'a process ended by itself',
  'no-rest': 'work was still going on at the deadline',
} as const;

export type BreachKind = keyof typeof BREACHES;

export interface Breach {
  readonly kind: BreachKind;
  /** Null where it is no outlet's. */
  readonly outlet: string | null;
  readonly articleId: string | null;
  /** When, milliseconds from the start of the run; null where something did not happen. */
  readonly at: number | null;
  /** What was seen, with times. */
  readonly text: string;
}

/** A moment as breaches tell it. */
export function second(ms: number | null): string {
  return ms === null ? 'never' : `${(ms / 1000).toFixed(3)} s`;
}
