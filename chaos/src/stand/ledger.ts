import pg from 'pg';
import type { ActRecord, LedgerRow } from '../checker/records.js';
import type { OutletPlan } from '../plan/tempers.js';

/** States in which something is still to be done. */
const OPEN: ReadonlySet<string> = new Set(['queued', 'sending', 'retrying', 'accepted']);

/** Every delivery, by SQL, behind the services' backs. */
export async function readLedger(databaseUrl: string): Promise<LedgerRow[]> {
  const client = new pg.Client(databaseUrl);
  // A server that ends in between must not end this process with it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<LedgerRow>(
      'SELECT id, article_id AS "articleId", version, channel_id AS channel, action, state, reason FROM deliveries',
    );
    return rows;
  } finally {
    await client.end();
  }
}

/** What is still open: the newest version of each article has a delivery at each outlet that ends well, and none waits. */
export function openWork(
  rows: readonly LedgerRow[],
  acts: readonly ActRecord[],
  outlets: readonly OutletPlan[],
): number {
  const well = new Set(outlets.filter(({ endsWell }) => endsWell).map(({ id }) => id));
  const waiting = rows.filter(({ channel, state }) => well.has(channel) && OPEN.has(state)).length;
  const there = new Set(rows.map(({ articleId, version, channel }) => `${articleId} ${version} ${channel}`));
  const newest = new Map<string, number>();
  for (const { articleId, version, act } of acts) {
    if (articleId === null) continue;
    if (act.kind === 'withdraw') newest.delete(articleId);
    else if (version !== null) newest.set(articleId, Math.max(version, newest.get(articleId) ?? 0));
  }
  const missing = [...newest].flatMap(([articleId, version]) =>
    [...well].filter((channel) => !there.has(`${articleId} ${version} ${channel}`)),
  );
  return waiting + missing.length;
}
