import type { Records } from './records.js';
import type { Story } from './story.js';

/** After a fault its effects go on for so long, milliseconds. */
const AFTER_FAULT_MS = 3_000;
const BEFORE_MS = 1_000;

/** From the newsroom's answer to the first byte at an outlet, milliseconds, ascending. */
export interface WaitingTimes {
  /** No fault was near. */
  readonly calm: readonly number[];
  readonly all: readonly number[];
}

/** Of versions that reached outlets which take everything at once, whatever else goes on with others. */
export function waitingTimes({ outlets, faults }: Records, { articles, pushes }: Story): WaitingTimes {
  const calm: number[] = [];
  const all: number[] = [];
  for (const { id } of outlets.filter(({ temper }) => temper === 'healthy')) {
    for (const [articleId, own] of pushes.get(id) ?? []) {
      const seen = new Set<number>();
      for (const { identity, receipt } of own) {
        const act = articles.get(articleId)?.versions.get(identity.version);
        if (identity.action === 'withdraw' || act?.sentAt == null || act.answeredAt === null) continue;
        if (seen.has(identity.version)) continue;
        seen.add(identity.version);
        // A push may overtake the answer to the newsroom.
        const wait = Math.max(0, receipt.headAt - act.answeredAt);
        const from = act.sentAt - BEFORE_MS;
        const isCalm = !faults.some(
          ({ beganAt, endedAt }) => beganAt <= receipt.headAt && endedAt + AFTER_FAULT_MS >= from,
        );
        all.push(wait);
        if (isCalm) calm.push(wait);
      }
    }
  }
  return { calm: calm.sort((one, other) => one - other), all: all.sort((one, other) => one - other) };
}

/** @returns null where there is nothing */
export function quantile(ascending: readonly number[], share: number): number | null {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? null;
}
