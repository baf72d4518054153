import type { Task, TaskResult } from '../api/shapes.js';

/** What may be answered to a task: what a platform cannot delete stays a task until it is gone. */
export function resultsOf({ kind, state }: Pick<Task, 'kind' | 'state'>): TaskResult[] {
  if (kind === 'check-outcome') return ['there', 'not-there'];
  return state === 'unknown' ? ['taken-down', 'not-there', 'there'] : ['taken-down', 'not-there'];
}
