import { setTimeout as delay } from 'node:timers/promises';
import { isIll, type OutletPlan } from '../plan/tempers.js';
import type { Stand } from '../stand/stand.js';

const EVERY_MS = 2_000;

interface ChannelPage {
  readonly items: readonly { readonly id: string; readonly paused: object | null }[];
  readonly nextCursor: string | null;
}

/** Somebody on duty: resumes channels that were paused by their outlet's answer, once that outlet is well again. */
export async function watchChannels(
  stand: Stand,
  outlets: readonly OutletPlan[],
  now: () => number,
  enough: AbortSignal,
): Promise<void> {
  const plans = new Map(outlets.map((plan) => [plan.id, plan]));
  while (!enough.aborted) {
    await delay(EVERY_MS, undefined, { signal: enough }).catch(() => undefined);
    // The console may be away, and is asked again.
    const answer = await stand.call('console', 'GET', '/api/v1/channels?limit=500').catch(() => null);
    if (answer?.status !== 200) continue;
    for (const { id, paused } of (JSON.parse(answer.text) as ChannelPage).items) {
      const plan = plans.get(id);
      if (paused === null || plan === undefined || isIll(plan, now())) continue;
      await stand.call('console', 'POST', `/api/v1/channels/${id}/resume`).catch(() => null);
    }
  }
}
