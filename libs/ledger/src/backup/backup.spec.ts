import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import pg from 'pg';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { openLedger } from '../database.js';
import { cutPages, readPage } from '../feed-pages.js';
import { buildServedSince, shelveAccepted } from '../feed-shelf.js';
import { openTestLedger, type TestLedger } from '../ledger.fixture.js';
import { isMigrated } from '../migrate.js';
import { TestNewsroom } from '../newsroom.fixture.js';
import { BackupError, checkBackupFile, writeBackupFile } from './backup-file.js';
import { dumpLedger } from './dump-ledger.js';
import { loadLedger } from './load-ledger.js';
import { ledgerTables, quoted } from './tables.js';

const SOURCE = { version: 'spec', encryptionKeyId: 'abc', keys: { encryption: 'secret' } };
/** What JSON and PostgreSQL could understand differently. */
const HOSTILE = 'a\tb\\n "quoted" \\. 😀 \u2028 # {"x":1}\n#{"end":true}';

describe('a backup', () => {
  let test: TestLedger;
  let newsroom: TestNewsroom;
  let folder: TemporaryDataDir;
  let file: string;
  let databases = 0;
  let backups = 0;

  beforeAll(async () => {
    test = await openTestLedger();
    folder = temporaryDataDir();
    newsroom = new TestNewsroom({
      ledger: test.ledger,
      channelType: 'feed',
      render: () => ({ text: HOSTILE }),
    });
    await newsroom.addChannel('a', { title: HOSTILE });
    for (let number = 0; number < 230; number += 1) {
      const published = await newsroom.publish(['a'], { headline: `${number}`, body: [HOSTILE] });
      if (number % 10 === 0) await newsroom.withdraw(published.articleId);
    }
    await shelveAccepted(test.ledger, 'feed', 'a', 300);
    await cutPages(test.ledger, { id: 'a', settings: {} }, 50);
    await buildServedSince(test.ledger, 'digest');
  }, 90_000);
  afterAll(async () => {
    await test.close();
    await folder.remove();
  });
  beforeEach(() => {
    file = join(folder.path, `backup-${++backups}`);
  });

  const emptyDatabase = async () => {
    const name = `restored_${++databases}`;
    await sql`create database ${sql.id(name)}`.execute(test.ledger);
    return test.server.url.replace(/newsrelay$/, name);
  };
  const make = () => writeBackupFile(file, dumpLedger(test.server.url, SOURCE));
  const asked = async <T>(url: string, ask: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = new pg.Client(url);
    await client.connect();
    try {
      return await ask(client);
    } finally {
      await client.end();
    }
  };
  /** Every row of every table, as PostgreSQL itself writes it. */
  const contents = (url: string) =>
    asked(url, async (client) => {
      const all: Record<string, string[]> = {};
      for (const { table } of await ledgerTables(client)) {
        const { rows } = await client.query<{ text: string }>(
          `select t::text as text from ${quoted(table)} t order by 1`,
        );
        all[table] = rows.map(({ text }) => text);
      }
      return all;
    });

  it('holds every row, and brings each back as it was, but for what must not be contradicted', async () => {
    await make();
    const url = await emptyDatabase();
    const restored = await loadLedger(url, file);
    expect(restored).toMatchObject({ articles: 230, channels: 1, deliveries: 230, withdrawals: 23 });
    await asked(url, (client) =>
      client.query(
        'update articles set versions_skipped_through = 0; update feed_heads set pages = newest_page',
      ),
    );
    const { feed_edition: build, ...before } = await contents(test.server.url);
    const { feed_edition: begunAnew, ...after } = await contents(url);
    expect(after).toEqual(before);
    expect([build, begunAnew]).toEqual([[expect.stringContaining('digest')], []]);
  });

  it('goes on where it was: numbers that were given out are not given out again', async () => {
    await make();
    const url = await emptyDatabase();
    await loadLedger(url, file);
    const ledger = openLedger({ url, poolSize: 4, applicationName: 'spec', onIdleError: () => undefined });
    try {
      expect(await isMigrated(ledger)).toBe(true);
      const there = new TestNewsroom({ ledger, channelType: 'feed', render: () => ({}) });
      const { id } = await ledger
        .selectFrom('articles')
        .select('id')
        .orderBy('id')
        .limit(1)
        .executeTakeFirstOrThrow();
      const order = async () =>
        ledger
          .selectFrom('article_versions')
          .select((eb) => eb.fn.max('release_order').as('last'))
          .executeTakeFirstOrThrow();
      const last = Number((await order()).last);
      // Versions 2, 3 … may have gone out after the backup, with other texts.
      expect(await there.release({}, id)).toEqual({ articleId: id, version: 1002 });
      expect(await there.release({}, id)).toEqual({ articleId: id, version: 1003 });
      expect(Number((await order()).last)).toBeGreaterThan(last);
      // Pages 3, 4 … may have been cut after the backup, of other articles.
      await there.publish(['a']);
      await shelveAccepted(ledger, 'feed', 'a', 300);
      await cutPages(ledger, { id: 'a', settings: {} }, 1);
      expect((await readPage(ledger, 'a', 1003)).page).toMatchObject({ previous: 2 });
      expect(await readPage(ledger, 'a', 3)).toMatchObject({ page: null, following: 1003 });
    } finally {
      await ledger.destroy();
    }
  });

  it('is of one moment, whatever is written meanwhile', async () => {
    const lines: string[] = [];
    let during: Promise<unknown> | undefined;
    for await (const line of dumpLedger(test.server.url, SOURCE)) {
      lines.push(line);
      during ??= newsroom.publish(['a'], { headline: 'meanwhile' });
      await during;
    }
    expect(lines.filter((line) => line.includes('meanwhile'))).toEqual([]);
    expect(lines.at(-1)).toContain('"articles":230');
  });

  it('is for its owner alone, and replaces no file', async () => {
    await make();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const before = readFileSync(file);
    await expect(make()).rejects.toMatchObject({ code: 'EEXIST' });
    expect(readFileSync(file)).toEqual(before);
  });

  it('leaves nothing where it fails half-way', async () => {
    async function* breaking(): AsyncGenerator<string> {
      yield '#{}';
      await Promise.resolve();
      throw new Error('the server went away');
    }
    await expect(writeBackupFile(file, breaking())).rejects.toThrow('the server went away');
    expect(statSync(file, { throwIfNoEntry: false })).toBeUndefined();
    expect(statSync(`${file}.${process.pid}.partial`, { throwIfNoEntry: false })).toBeUndefined();
  });

  it.each([
    ['breaks off', (whole: Buffer) => whole.subarray(0, whole.length - 20)],
    ['is empty', () => Buffer.alloc(0)],
    ['is of another kind', () => Buffer.from('not a backup at all')],
    ['lost its end', (whole: Buffer) => rewritten(whole, (lines) => lines.slice(0, -2))],
    ['lost a row', (whole: Buffer) => rewritten(whole, (lines) => lines.toSpliced(2, 1))],
    [
      'is of a newer format',
      (whole: Buffer) => gzipSync(gunzipSync(whole).toString().replace('"format":1', '"format":2')),
    ],
    [
      'has a migration that is not known',
      (whole: Buffer) =>
        gzipSync(gunzipSync(whole).toString().replace('"0001-ledger"', '"0001-ledger","9999-x"')),
    ],
  ])('that %s is refused with a reason, and nothing is changed', async (_what, spoil) => {
    await make();
    writeFileSync(`${file}-spoilt`, spoil(readFileSync(file)));
    const url = await emptyDatabase();
    await expect(loadLedger(url, `${file}-spoilt`)).rejects.toThrow(BackupError);
    expect(await asked(url, ledgerTables)).toEqual([]);
  });

  it('is not loaded over a ledger', async () => {
    await make();
    await expect(loadLedger(test.server.url, file)).rejects.toThrow(/not empty/);
    expect((await checkBackupFile(file)).header).toMatchObject(SOURCE);
  });
});

function rewritten(whole: Buffer, change: (lines: string[]) => string[]): Buffer {
  return gzipSync(change(gunzipSync(whole).toString().split('\n')).join('\n'));
}
