import { RecentlyUsed } from '@newsrelay/contracts/recently-used';
import type { Sealing } from '@newsrelay/sealing/seal';

/** Channels whose secrets stay open in memory, where each of their deliveries would open them anyway. */
const KEPT = 20_000;

/** Opens what is sealed, each text once: what it holds never changes, and it is bound to its channel. Throws as `unseal` does. */
export function openedOnce(
  sealing: Pick<Sealing, 'unseal'>,
): (sealed: string, channelId: string) => Record<string, unknown> {
  const opened = new RecentlyUsed<string, Record<string, unknown>>(KEPT);
  return (sealed, channelId) => {
    const key = `${channelId} ${sealed}`;
    const known = opened.get(key);
    if (known !== undefined) return known;
    const secrets = sealing.unseal(sealed, channelId);
    opened.set(key, secrets);
    return secrets;
  };
}
