import { setTimeout as delay } from 'node:timers/promises';

export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/**
 * Asks `check` again and again until it answers something other than `undefined` or `false`.
 *
 * @param what names the awaited thing in the error
 * @throws DeadlineError after `timeoutMs` milliseconds; errors of `check` pass through
 */
export async function pollUntil<T>(
  what: string,
  check: () => Promise<T | undefined | false> | T | undefined | false,
  { timeoutMs, everyMs = 25 }: { timeoutMs: number; everyMs?: number },
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await check();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() >= deadline) throw new DeadlineError(`${what}: not within ${timeoutMs} ms`);
    await delay(everyMs);
  }
}
