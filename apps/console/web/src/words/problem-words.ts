import type { ApiProblem } from '../api/call.js';
import type { Key } from './zh.js';

/** Refusals that say something of their own, by status and what the answer says. */
const KNOWN: readonly [number, RegExp, Key][] = [
  [409, /is not the one to decide on/, 'error.409.version'],
  [409, /with other decisions/, 'error.409.decided'],
  [409, /version \d+ came after it/, 'error.409.retryNewer'],
  [409, /the article was withdrawn/, 'error.409.retryWithdrawn'],
  [409, /cannot be tried again/, 'error.409.retryState'],
  [409, /^This task .* has it since/, 'error.409.taskTaken'],
  [409, /^This task /, 'error.409.taskOver'],
  [409, /^There can be no replay: the channel is disabled/, 'error.409.replayDisabled'],
  [409, /^There can be no replay: replay .* is running/, 'error.409.replayRunning'],
  [409, /^This replay is over/, 'error.409.replayOver'],
  [409, /^The channel has a token named/, 'error.409.tokenTaken'],
  [409, /is taken/, 'error.409.idTaken'],
  [409, /^Version \d+ is /, 'error.409.state'],
  [422, /^Every proposed repair/, 'error.422.undecided'],
  [422, /has no headline/, 'error.422.headline'],
];

const BY_STATUS: Record<number, Key> = {
  0: 'error.0',
  400: 'error.400',
  401: 'error.401',
  403: 'error.403',
  404: 'error.404',
  409: 'error.409',
  412: 'error.412',
  413: 'error.413',
  422: 'error.422',
  429: 'error.429',
  503: 'error.503',
};

/** What went wrong and what to do about it. */
export function problemKey({ status, problem }: Pick<ApiProblem, 'status' | 'problem'>): Key {
  const detail = problem.detail ?? '';
  const known = KNOWN.find(([of, pattern]) => of === status && pattern.test(detail));
  return known?.[2] ?? BY_STATUS[status] ?? 'error.500';
}
