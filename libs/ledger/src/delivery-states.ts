import { sql, type RawBuilder } from 'kysely';
import type { DeliveryState } from '@newsrelay/contracts/delivery';

/*
 * The state machine of a delivery, in one place. Whoever writes a state asks here for the states that it may come from, and
 * writes compare-and-set on them; `docs/delivery.md` draws the same machine, and a spec holds both to what the ledger does.
 */

/** States that a delivery may come into being with. */
export const FIRST_STATES = ['queued', 'dead', 'superseded', 'canceled'] as const satisfies DeliveryState[];

/** Where each state may lead. */
export const TRANSITIONS = {
  queued: ['sending', 'superseded', 'canceled', 'manual', 'queued'],
  retrying: ['sending', 'superseded', 'canceled', 'manual', 'queued'],
  sending: [
    'delivered',
    'accepted',
    'retrying',
    'queued',
    'unknown',
    'dead',
    'manual',
    'superseded',
    'canceled',
  ],
  accepted: ['delivered', 'superseded', 'canceled'],
  delivered: ['queued'],
  unknown: ['queued', 'delivered', 'superseded'],
  manual: ['queued', 'delivered', 'superseded'],
  dead: ['queued'],
  // A withdrawal comes back when the version that it gave way to is given up.
  superseded: ['queued'],
  canceled: [],
} as const satisfies Record<DeliveryState, readonly DeliveryState[]>;

/**
 * The states `from`, for the condition of a statement that writes `to`.
 *
 * @throws Error if the machine does not lead from one of them to `to`: a bug, found when the module is loaded
 */
export function leading<From extends DeliveryState>(from: readonly From[], to: DeliveryState): From[] {
  for (const state of from) {
    const next: readonly DeliveryState[] = TRANSITIONS[state];
    if (!next.includes(to)) throw new Error(`a delivery does not go from ${state} to ${to}`);
  }
  return [...from];
}

/**
 * The state of a row that is looked up by its id, as no index knows it. The indexes of rows in one state are small and full
 * of entries of rows that have left it; a planner that counts rows alone reads one of them from end to end for each look-up.
 *
 * @param row a name of the statement around it
 */
export function stateOfKnown(row: string): RawBuilder<DeliveryState> {
  return sql<DeliveryState>`(${sql.ref(`${row}.state`)} || '')`;
}
