import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readEnvironment, SettingsError } from './environment.js';
import { launcherSettings, processEnvironment, type ProcessSettings } from './launcher.js';
import { publishSettings } from './processes.js';

describe('launcherSettings', () => {
  it('asks for nothing', () => {
    expect(launcherSettings({})).toEqual({
      port: null,
      bind: '127.0.0.1',
      publicUrl: null,
      dataDir: resolve('var'),
      adminKey: null,
      encryptionKey: null,
      allowTargets: [],
      retrySchedule: null,
      diskWarningMb: 1000,
      databaseUrl: null,
      redisUrl: null,
      natsUrl: null,
    });
  });

  it('names every wrong setting and what it must be', () => {
    const wrong = {
      NEWSRELAY_PORT: '99999',
      NEWSRELAY_ALLOW_TARGETS: '10.0.0.0/8,everything',
      NEWSRELAY_RETRY_SCHEDULE: 'soon',
      NEWSRELAY_ENCRYPTION_KEY: 'forty characters, but nothing like a key',
      DATABASE_URL: 'mysql://x',
      NEWSRELAY_EDITIONS_DIR: '/no/such/folder',
    };
    expect(() => launcherSettings(wrong)).toThrow(SettingsError);
    for (const [name, fix] of Object.entries({
      NEWSRELAY_PORT: 'must be a port number from 1 to 65535',
      NEWSRELAY_ALLOW_TARGETS: 'must be comma-separated CIDRs',
      NEWSRELAY_RETRY_SCHEDULE: 'must be seconds between attempts',
      NEWSRELAY_ENCRYPTION_KEY: 'must be 32 bytes as base64 or hex',
      DATABASE_URL: 'must be a URL such as postgresql://',
      NEWSRELAY_EDITIONS_DIR: '/no/such/folder is no folder',
    })) {
      expect(() => launcherSettings(wrong)).toThrow(`${name}: ${fix}`);
    }
  });
});

describe('how long something is kept', () => {
  const read = (given: Record<string, string>) =>
    readEnvironment(
      publishSettings.pick({ NEWSRELAY_RETAIN_ANSWERS_DAYS: true, NEWSRELAY_RETAIN_OBSOLETE_DAYS: true }),
      given,
    );

  it('is days, or for ever', () => {
    expect(read({})).toEqual({ NEWSRELAY_RETAIN_ANSWERS_DAYS: 90, NEWSRELAY_RETAIN_OBSOLETE_DAYS: 30 });
    expect(read({ NEWSRELAY_RETAIN_ANSWERS_DAYS: 'forever', NEWSRELAY_RETAIN_OBSOLETE_DAYS: '8' })).toEqual({
      NEWSRELAY_RETAIN_ANSWERS_DAYS: null,
      NEWSRELAY_RETAIN_OBSOLETE_DAYS: 8,
    });
  });

  it.each([
    ['NEWSRELAY_RETAIN_ANSWERS_DAYS', '0', 1],
    ['NEWSRELAY_RETAIN_ANSWERS_DAYS', 'a year', 1],
    // A message may be handled again for as long as its event lives.
    ['NEWSRELAY_RETAIN_OBSOLETE_DAYS', '7', 8],
    ['NEWSRELAY_RETAIN_OBSOLETE_DAYS', '8.5', 8],
  ])('%s=%s is refused, by the launcher too', (name, value, least) => {
    const message = `${name}: must be a whole number of days, at least ${least}, or forever`;
    expect(() => read({ [name]: value })).toThrow(message);
    expect(() => launcherSettings({ [name]: value })).toThrow(message);
  });
});

describe('what is watched', () => {
  const read = (given: Record<string, string>) =>
    readEnvironment(
      publishSettings.pick({ NEWSRELAY_ALARM_STUCK_SECONDS: true, NEWSRELAY_QUIET_SOURCES: true }),
      given,
    );

  it('is what stands still for five minutes, and no source unless it is named', () => {
    expect(read({})).toEqual({ NEWSRELAY_ALARM_STUCK_SECONDS: 300, NEWSRELAY_QUIET_SOURCES: [] });
    expect(read({ NEWSRELAY_QUIET_SOURCES: 'jngxq=24h, 新华=90m,a=b=2d' }).NEWSRELAY_QUIET_SOURCES).toEqual([
      { source: 'jngxq', seconds: 86_400 },
      { source: '新华', seconds: 5_400 },
      { source: 'a=b', seconds: 172_800 },
    ]);
  });

  it.each([
    ['NEWSRELAY_QUIET_SOURCES', 'jngxq', 'such as jngxq=24h'],
    ['NEWSRELAY_QUIET_SOURCES', 'jngxq=24', 'such as jngxq=24h'],
    ['NEWSRELAY_QUIET_SOURCES', 'jngxq=0h', 'such as jngxq=24h'],
    ['NEWSRELAY_QUIET_SOURCES', '=24h', 'such as jngxq=24h'],
    ['NEWSRELAY_ALARM_STUCK_SECONDS', '5', 'at least 10 seconds'],
    ['NEWSRELAY_ALARM_STUCK_SECONDS', 'soon', 'must be seconds'],
  ])('%s=%s is refused, by the launcher too', (name, value, fix) => {
    expect(() => read({ [name]: value })).toThrow(fix);
    expect(() => launcherSettings({ [name]: value })).toThrow(fix);
  });
});

describe('the public URL', () => {
  it.each([
    ['https://news.example/', 'https://news.example'],
    ['https://news.example/中心//', 'https://news.example/%E4%B8%AD%E5%BF%83'],
    ['https://高新区.中国/', 'https://xn--dkr924bn02b.xn--fiqs8s'],
    ['HTTPS://News.Example:443/a b', 'https://news.example/a%20b'],
  ])('%s is built on in ASCII and without a trailing slash', (given, publicUrl) => {
    expect(launcherSettings({ NEWSRELAY_PUBLIC_URL: given })).toMatchObject({ publicUrl });
  });
});

describe('a wrong setting', () => {
  it.each(['abc', '0', '-1.5', '70000'])('port %s is told the range, once', (port) => {
    expect(messageOf({ NEWSRELAY_PORT: port })).toBe('NEWSRELAY_PORT: must be a port number from 1 to 65535');
  });

  it('a short encryption key gets one line', () => {
    expect(messageOf({ NEWSRELAY_ENCRYPTION_KEY: 'short' })).toBe(
      'NEWSRELAY_ENCRYPTION_KEY: must be 32 bytes as base64 or hex: make one with `openssl rand -base64 32`',
    );
  });

  it.each([
    ['https://news.example/?from=feed', 'must not have a query (?…)'],
    ['https://news.example/?', 'must not have a query (?…)'],
    ['https://news.example/#top', 'must not have a fragment (#…)'],
    ['https://editor:secret@news.example', 'must not hold a user name or password'],
    ['news.example', 'must be a URL such as https://news.example'],
  ])('the public URL %s is told why', (url, fix) => {
    expect(messageOf({ NEWSRELAY_PUBLIC_URL: url })).toBe(`NEWSRELAY_PUBLIC_URL: ${fix}`);
  });

  function messageOf(environment: Record<string, string>): string {
    try {
      launcherSettings(environment);
    } catch (error) {
      if (error instanceof SettingsError) return error.message;
    }
    throw new Error('it was not refused');
  }
});

describe('the encryption key', () => {
  it.each([randomBytes(32).toString('base64'), randomBytes(32).toString('base64url'), 'aB'.repeat(32)])(
    'may be %s',
    (key) => {
      expect(launcherSettings({ NEWSRELAY_ENCRYPTION_KEY: key }).encryptionKey).toBe(key);
    },
  );
});

describe('processEnvironment', () => {
  const settings: ProcessSettings = {
    dataDir: '/data',
    port: 8081,
    bind: '0.0.0.0',
    publicUrl: 'https://news.example',
    workersPort: 12_345,
    adminKey: 'a'.repeat(16),
    encryptionKey: 'b'.repeat(44),
    allowTargets: ['127.0.0.0/8', '::1/128'],
    retrySchedule: [0, 1.5],
    databaseUrl: 'postgres://x',
    redisUrl: 'redis://x',
    natsUrl: 'nats://x',
  };

  it('passes on what was inherited and overrules it where it has a setting', () => {
    const environment = processEnvironment(settings, { PATH: '/bin', NEWSRELAY_PORT: '1', LANG: 'C' });
    expect(environment).toMatchObject({ PATH: '/bin', LANG: 'C', NEWSRELAY_PORT: '8081' });
    expect(environment).toMatchObject({
      NEWSRELAY_ALLOW_TARGETS: '127.0.0.0/8,::1/128',
      NEWSRELAY_RETRY_SCHEDULE: '0,1.5',
    });
  });

  it('leaves the retry schedule to the services where none is set', () => {
    expect(processEnvironment({ ...settings, retrySchedule: null }, {})['NEWSRELAY_RETRY_SCHEDULE']).toBe('');
  });

  it('hands no names of secret files on: their secrets were read', () => {
    const environment = processEnvironment(settings, { NEWSRELAY_ADMIN_KEY_FILE: '/run/secrets/key' });
    expect(environment['NEWSRELAY_ADMIN_KEY_FILE']).toBeUndefined();
    expect(environment['NEWSRELAY_ADMIN_KEY']).toBe(settings.adminKey);
  });

  it('hands on the files of secrets that only the processes read', () => {
    const files = {
      OTEL_EXPORTER_OTLP_HEADERS_FILE: '/run/secrets/headers',
      NEWSRELAY_OUTBOUND_PROXY_FILE: '/run/secrets/proxy',
    };
    expect(processEnvironment(settings, files)).toMatchObject(files);
  });
});
