import { describe, expect, it } from '@jest/globals';
import { meaningOf, TASK_RESULTS, TASK_STATES, taskKind } from '@newsrelay/contracts/task';
import { resultsOf } from './results.js';

describe('what may be answered to a task', () => {
  const all = (['publish', 'withdraw'] as const).flatMap((action) =>
    TASK_STATES.map((state) => ({ action, state })),
  );
  it.each(all)('is what the API takes: $action $state', ({ action, state }) => {
    const taken = TASK_RESULTS.filter((result) => meaningOf(result, { action, state }) !== undefined);
    expect(resultsOf({ kind: taskKind(action), state }).sort()).toEqual([...taken].sort());
  });
});
