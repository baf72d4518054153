import type { Ledger } from './database.js';

/** What an alarm sink's secrets are sealed for: no channel can have such an id, so that neither opens as the other. */
export function alarmSinkOwner(id: string): string {
  return `alarm-sink:${id}`;
}

/** Where sealed secrets lie, and what each is sealed for. A deleted channel has none any more. */
const TABLES = [
  ['channels', (id: string) => id],
  ['alarm_sinks', alarmSinkOwner],
] as const;

/**
 * Writes the secrets of every channel and alarm sink anew, all or none: `reseal` gets them as they are sealed, and what it
 * throws leaves everything as it was. Returns how many were changed.
 */
export async function resealSecrets(
  ledger: Ledger,
  reseal: (sealed: string, ownerId: string) => string,
): Promise<number> {
  return ledger.transaction().execute(async (tx) => {
    let changed = 0;
    for (const [table, ownerOf] of TABLES) {
      const rows = await tx
        .selectFrom(table)
        .select(['id', 'sealed_secrets'])
        .where('sealed_secrets', '<>', '')
        .forUpdate()
        .execute();
      for (const { id, sealed_secrets } of rows) {
        const resealed = reseal(sealed_secrets, ownerOf(id));
        if (resealed === sealed_secrets) continue;
        await tx.updateTable(table).set({ sealed_secrets: resealed }).where('id', '=', id).execute();
        changed += 1;
      }
    }
    const requests = await tx
      .selectFrom('hub_requests')
      .select(['channel_id', 'mode', 'sealed_secrets'])
      .where('sealed_secrets', '<>', '')
      .forUpdate()
      .execute();
    for (const { channel_id, mode, sealed_secrets } of requests) {
      const resealed = reseal(sealed_secrets, channel_id);
      if (resealed === sealed_secrets) continue;
      await tx
        .updateTable('hub_requests')
        .set({ sealed_secrets: resealed })
        .where('channel_id', '=', channel_id)
        .where('mode', '=', mode)
        .execute();
      changed += 1;
    }
    return changed;
  });
}
