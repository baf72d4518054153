import { SettingsError } from '@newsrelay/config/environment';
import type { LauncherSettings } from '@newsrelay/config/launcher';
import { openLedger } from '@newsrelay/ledger/database';
import { resealSecrets } from '@newsrelay/ledger/sealed-secrets';
import { keyIdOfSealed, parseEncryptionKey, SealError, Sealing } from '@newsrelay/sealing/seal';
import {
  dropNextEncryptionKey,
  keptKeys,
  nextEncryptionKey,
  takeNextEncryptionKey,
} from '../supervisor/kept-keys.js';
import { refuseHalfRestored } from '../supervisor/restore-mark.js';
import type { Terminal } from '../terminal.js';
import { inOneLine } from './in-one-line.js';
import { withOwnLedger } from './own-ledger.js';

/**
 * `./newsrelay rotate-encryption-key`: a new key, and the secrets of all channels and alarm sinks sealed with it, all or none. Broken off
 * at any point it is run once more. With DATABASE_URL no process of Newsrelay may run on that database meanwhile.
 *
 * @returns the exit code: 0, 1 when it failed, with everything as it was
 * @throws SettingsError
 */
export async function rotateEncryptionKey(
  settings: LauncherSettings,
  terminal: Terminal,
  args: readonly string[],
): Promise<number> {
  if (args.length > 0)
    throw new SettingsError('rotate-encryption-key takes no options; see ./newsrelay help');
  const { dataDir } = settings;
  refuseHalfRestored(dataDir);
  const before = settings.encryptionKey ?? keptKeys(dataDir).encryption;
  if (before === null)
    throw new SettingsError(
      `NEWSRELAY_DATA_DIR: ${dataDir} holds no encryption key: there is nothing to change`,
    );
  return inOneLine(terminal, 'The encryption key was not changed', () =>
    withOwnLedger(settings, terminal, async (url) => {
      const { value: after, fresh } = nextEncryptionKey(dataDir);
      const count = await terminal
        .during('sealing the secrets anew', reseal(url, before, after))
        .catch((error: unknown) => {
          // Nothing was written, and by no earlier run either.
          if (fresh && error instanceof SealError) dropNextEncryptionKey(dataDir);
          throw error;
        });
      if (settings.encryptionKey === null) {
        takeNextEncryptionKey(dataDir);
        terminal.say(
          `The encryption key is another now; the secrets of ${count} channels and alarm sinks were sealed with it.`,
        );
        terminal.say('  The former one lies in encryption-key.old: only backups without keys may need it.');
      } else {
        terminal.say(
          `Set NEWSRELAY_ENCRYPTION_KEY=${after} (shown only now); the secrets of ${count} channels and alarm sinks are sealed with it.`,
        );
        dropNextEncryptionKey(dataDir);
      }
    }),
  );
}

async function reseal(url: string, before: string, after: string): Promise<number> {
  const [former, next] = [new Sealing(parseEncryptionKey(before)), new Sealing(parseEncryptionKey(after))];
  const ledger = openLedger({
    url,
    poolSize: 1,
    applicationName: 'newsrelay-rotate',
    onIdleError: () => undefined,
  });
  try {
    return await resealSecrets(ledger, (sealed, ownerId) =>
      // By an earlier run, which broke off before the key was in its place.
      keyIdOfSealed(sealed) === next.keyId ? sealed : next.seal(former.unseal(sealed, ownerId), ownerId),
    );
  } finally {
    await ledger.destroy();
  }
}
