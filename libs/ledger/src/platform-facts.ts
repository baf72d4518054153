import { sql } from 'kysely';
import { channelOfRow, type StoredChannel } from './channels.js';
import type { Ledger } from './database.js';

/**
 * Marks channels of these types as asked now, and returns them: those of which nothing is known and that were not asked
 * within `unknownSeconds`, and those that were not asked within `knownSeconds`. Several processes get different ones.
 */
export async function takeChannelsToProbe(
  ledger: Ledger,
  types: readonly string[],
  age: { unknownSeconds: number; knownSeconds: number },
  limit: number,
): Promise<StoredChannel[]> {
  if (types.length === 0) return [];
  const rows = await ledger
    .updateTable('channels')
    .set({ platform_asked_at: sql`clock_timestamp()` })
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('channels')
        .select('id')
        .where('deleted_at', 'is', null)
        .where('enabled', '=', true)
        .where('type', 'in', [...types])
        .where(
          sql<boolean>`(platform_asked_at is null or platform_asked_at < clock_timestamp()
            - (case when platform is null then ${age.unknownSeconds}::int else ${age.knownSeconds}::int end) * interval '1 second')`,
        )
        .orderBy(sql`platform_asked_at nulls first`)
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .execute();
  return rows.map(channelOfRow);
}

/** Keeps what the platform told, unless the channel was given other settings since it was asked. Null tells nothing new. */
export async function recordPlatformFacts(
  ledger: Ledger,
  channel: Pick<StoredChannel, 'id' | 'settings'>,
  facts: Record<string, unknown> | null,
): Promise<void> {
  await ledger
    .updateTable('channels')
    .set({
      platform_asked_at: sql`clock_timestamp()`,
      ...(facts === null ? {} : { platform: JSON.stringify(facts) }),
    })
    .where('id', '=', channel.id)
    .where('deleted_at', 'is', null)
    .where(sql<boolean>`settings = ${JSON.stringify(channel.settings)}::jsonb`)
    .execute();
}
