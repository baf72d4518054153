import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fileSetting, readEnvironment, SECRET_SETTINGS, type Environment } from './environment.js';
import { consoleSettings, feedsSettings, ingestSettings, publishSettings } from './processes.js';

describe('secrets as files', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'newsrelay-secrets-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const feeds = (environment: Environment) =>
    readEnvironment(feedsSettings, {
      NEWSRELAY_PORT: '8080',
      NEWSRELAY_PUBLIC_URL: 'https://news.example',
      NEWSRELAY_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
      ...environment,
    });
  const refusal = (environment: Environment): string => {
    try {
      feeds(environment);
      return 'nothing';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  const URL = 'postgresql://me:hunter2@db:5432/newsrelay';
  const KEY = 'k'.repeat(32);

  it('reads a secret from its file, without the line end that editors add', () => {
    const settings = feeds({
      DATABASE_URL_FILE: file('url', `${URL}\r\n`),
      NEWSRELAY_ADMIN_KEY_FILE: file('key', `${KEY}\n`),
    });
    expect(settings).toMatchObject({ DATABASE_URL: URL, NEWSRELAY_ADMIN_KEY: KEY });
  });

  it('counts an empty setting as unset, so that its file is read', () => {
    const given = { DATABASE_URL: URL, NEWSRELAY_ADMIN_KEY: '', NEWSRELAY_ADMIN_KEY_FILE: file('key', KEY) };
    expect(feeds(given).NEWSRELAY_ADMIN_KEY).toBe(KEY);
  });

  it('refuses a setting and its file together, once', () => {
    expect(
      refusal({ DATABASE_URL: URL, NEWSRELAY_ADMIN_KEY: KEY, NEWSRELAY_ADMIN_KEY_FILE: file('key', KEY) }),
    ).toBe('NEWSRELAY_ADMIN_KEY and NEWSRELAY_ADMIN_KEY_FILE are both set: set one of them');
  });

  it('names the file that is missing or empty, once', () => {
    expect(refusal({ DATABASE_URL: URL, NEWSRELAY_ADMIN_KEY_FILE: '/nowhere/key' })).toBe(
      'NEWSRELAY_ADMIN_KEY_FILE: /nowhere/key cannot be read (ENOENT): name a file that this account may read',
    );
    const empty = file('empty', ' \n');
    expect(refusal({ DATABASE_URL: URL, NEWSRELAY_ADMIN_KEY_FILE: empty })).toBe(
      `NEWSRELAY_ADMIN_KEY_FILE: ${empty} is empty: write the secret into it`,
    );
  });

  it('holds what is in the file to the rule of its setting, and never shows it', () => {
    const said = refusal({
      DATABASE_URL_FILE: file('url', 'mysql://me:hunter2@db/x'),
      NEWSRELAY_ADMIN_KEY_FILE: file('key', 'short'),
    });
    expect(said).toContain('DATABASE_URL_FILE: must be a URL such as postgresql://');
    expect(said).toContain('NEWSRELAY_ADMIN_KEY_FILE: must be at least 16 characters');
    expect(said).not.toMatch(/hunter2|short/);
  });

  it('takes no file for what is no secret', () => {
    expect(
      refusal({
        DATABASE_URL: URL,
        NEWSRELAY_ADMIN_KEY: KEY,
        NEWSRELAY_PORT: '',
        NEWSRELAY_PORT_FILE: file('port', '80'),
      }),
    ).toContain('NEWSRELAY_PORT is not set');
  });

  it('knows every setting that is named like a secret', () => {
    const all = [ingestSettings, publishSettings, feedsSettings, consoleSettings].flatMap((schema) =>
      Object.keys(schema.shape),
    );
    const secret = all.filter((name) =>
      /KEY|SECRET|TOKEN|PASSWORD|HEADERS|(DATABASE|REDIS|NATS)_URL$|OUTBOUND_PROXY$/.test(name),
    );
    expect([...new Set(secret)].sort()).toEqual([...SECRET_SETTINGS].sort());
    for (const name of SECRET_SETTINGS) expect(all).not.toContain(fileSetting(name));
  });
});
