import { z } from 'zod';
import type { DeliveryAction, DeliveryState } from './delivery.js';
import { lineOf } from './text.js';

/** What a person found, or did, at an outlet. */
export const TASK_RESULTS = ['taken-down', 'there', 'not-there'] as const;
export type TaskResult = (typeof TASK_RESULTS)[number];

/** States of a delivery that a person has to bring to its end. */
export const TASK_STATES = ['manual', 'unknown'] as const satisfies readonly DeliveryState[];

export const TASK_KINDS = ['take-down', 'check-outcome'] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

/** A withdrawal is there to be made certain of; of a version somebody has to see whether it arrived. */
export function taskKind(action: DeliveryAction): TaskKind {
  return action === 'withdraw' ? 'take-down' : 'check-outcome';
}

/**
 * What a result means for a delivery in `state`: it is `delivered`, or is to be sent `again`; undefined if the result does
 * not answer what the task asks. What a platform cannot delete is not asked again: its task stays open until it is gone.
 */
export function meaningOf(
  result: TaskResult,
  { action, state }: { action: DeliveryAction; state: DeliveryState },
): 'delivered' | 'again' | undefined {
  if (action === 'withdraw') {
    if (result === 'taken-down' || result === 'not-there') return 'delivered';
    return state === 'unknown' ? 'again' : undefined;
  }
  if (result === 'there') return 'delivered';
  return result === 'not-there' ? 'again' : undefined;
}

export const taskDoneInput = z.strictObject({ note: lineOf(1000), result: z.enum(TASK_RESULTS) });
