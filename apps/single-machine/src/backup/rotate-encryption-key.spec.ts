import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { launcherSettings, type LauncherSettings } from '@newsrelay/config/launcher';
import { createAlarmSink, findAlarmSink } from '@newsrelay/ledger/alarm-sinks';
import { createChannel, findChannel } from '@newsrelay/ledger/channels';
import { openLedger } from '@newsrelay/ledger/database';
import { migrate } from '@newsrelay/ledger/migrate';
import { alarmSinkOwner } from '@newsrelay/ledger/sealed-secrets';
import { startPostgres } from '@newsrelay/local-servers/postgres';
import type { LocalServer } from '@newsrelay/local-servers/server-process';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { generateEncryptionKey, parseEncryptionKey, Sealing } from '@newsrelay/sealing/seal';
import { encryptionKey, refuseHalfRotated } from '../supervisor/kept-keys.js';
import { Terminal } from '../terminal.js';
import { rotateEncryptionKey } from './rotate-encryption-key.js';

const SECRETS = { signingSecret: 'whsec_abc' };

describe('another encryption key', () => {
  let folder: TemporaryDataDir;
  let keys: TemporaryDataDir;
  let server: LocalServer;
  let settings: LauncherSettings;
  let output: PassThrough;
  let terminal: Terminal;

  beforeAll(async () => {
    [folder, keys] = [temporaryDataDir(), temporaryDataDir()];
    server = await startPostgres({ dataDir: folder.path, survivesPowerLoss: false });
    settings = launcherSettings({ NEWSRELAY_DATA_DIR: keys.path, DATABASE_URL: server.url });
    output = new PassThrough({ encoding: 'utf8' });
    terminal = new Terminal(output as unknown as NodeJS.WriteStream);
    await withLedger(migrate);
    await add('a', sealing(encryptionKey(keys.path, null).value));
  }, 90_000);
  afterAll(async () => {
    await server.stop();
    await folder.remove();
    await keys.remove();
  });

  const sealing = (key: string) => new Sealing(parseEncryptionKey(key));
  const keptKey = (name = 'encryption-key') => readFileSync(join(keys.path, name), 'utf8').trim();
  const withLedger = async <T>(work: (ledger: ReturnType<typeof openLedger>) => Promise<T>): Promise<T> => {
    const ledger = openLedger({
      url: server.url,
      poolSize: 2,
      applicationName: 'spec',
      onIdleError: () => undefined,
    });
    try {
      return await work(ledger);
    } finally {
      await ledger.destroy();
    }
  };
  const add = (id: string, by: Sealing) =>
    withLedger((ledger) => {
      const filter = { sections: [], sources: [], keywords: [] };
      const channel = { id, type: 'webhook', name: id, enabled: true, filter, settings: {}, secrets: {} };
      return createChannel(ledger, channel, by.seal(SECRETS, id));
    });
  const sealedOf = async (id: string) =>
    (await withLedger((ledger) => findChannel(ledger, id)))?.sealedSecrets ?? '';

  it('opens what the former one opened, and lies in its place', async () => {
    const before = keptKey();
    expect(await rotateEncryptionKey(settings, terminal, [])).toBe(0);
    expect(keptKey()).not.toBe(before);
    expect(keptKey('encryption-key.old')).toBe(before);
    expect(sealing(keptKey()).unseal(await sealedOf('a'), 'a')).toEqual(SECRETS);
    expect(() => {
      refuseHalfRotated(keys.path);
    }).not.toThrow();
  });

  it('opens the secrets of alarm sinks too', async () => {
    const owner = alarmSinkOwner('a');
    const sealedSecrets = sealing(keptKey()).seal(SECRETS, owner);
    await withLedger((ledger) =>
      createAlarmSink(ledger, {
        id: 'a',
        type: 'webhook',
        name: 'a',
        enabled: true,
        language: 'zh',
        minSeverity: 'warning',
        kinds: [],
        settings: {},
        sealedSecrets,
      }),
    );
    expect(await rotateEncryptionKey(settings, terminal, [])).toBe(0);
    const stored = await withLedger((ledger) => findAlarmSink(ledger, 'a'));
    expect(sealing(keptKey()).unseal(stored?.sealedSecrets ?? '', owner)).toEqual(SECRETS);
  });

  it('that was sealed with and not put in its place yet is put there by the next run; nothing starts before', async () => {
    const next = generateEncryptionKey();
    writeFileSync(join(keys.path, 'encryption-key.next'), next);
    await add('b', sealing(next));
    expect(() => {
      refuseHalfRotated(keys.path);
    }).toThrow(/rotate-encryption-key once more/);
    expect(await rotateEncryptionKey(settings, terminal, [])).toBe(0);
    expect(keptKey()).toBe(next);
    for (const id of ['a', 'b']) expect(sealing(next).unseal(await sealedOf(id), id)).toEqual(SECRETS);
  });

  it('is told where the former one came from a setting', async () => {
    const given = keptKey();
    const told = launcherSettings({
      NEWSRELAY_DATA_DIR: join(keys.path, 'elsewhere'),
      NEWSRELAY_ENCRYPTION_KEY: given,
      DATABASE_URL: server.url,
    });
    output.read();
    expect(await rotateEncryptionKey(told, terminal, [])).toBe(0);
    const shown = /NEWSRELAY_ENCRYPTION_KEY=(\S+)/.exec(String(output.read()))?.[1] ?? '';
    expect(sealing(shown).unseal(await sealedOf('a'), 'a')).toEqual(SECRETS);
    expect(existsSync(join(keys.path, 'elsewhere', 'encryption-key'))).toBe(false);
    writeFileSync(join(keys.path, 'encryption-key'), shown);
  });

  it('is not made where one channel does not open: nothing is changed', async () => {
    await add('c', sealing(generateEncryptionKey()));
    const before = [keptKey(), await sealedOf('a')];
    expect(await rotateEncryptionKey(settings, terminal, [])).toBe(1);
    expect([keptKey(), await sealedOf('a')]).toEqual(before);
    expect(existsSync(join(keys.path, 'encryption-key.next'))).toBe(false);
    expect(String(output.read())).toContain('The encryption key was not changed: the secrets of channel c');
  });
});
