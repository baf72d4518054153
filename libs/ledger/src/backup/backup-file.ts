import { createReadStream } from 'node:fs';
import { link, open, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip, createGzip } from 'node:zlib';
import { z } from 'zod';

/*
 * A backup is lines of text, compressed: `zcat FILE | head` shows them. Rows are JSON objects as PostgreSQL writes them;
 * every other line begins with "#". The last line counts what the file holds, so that one that broke off is known.
 */

/** A file that is no backup, or not a whole one, or of a newer Newsrelay; the message is for the operator. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

const header = z.object({
  backup: z.literal('newsrelay'),
  format: z.literal(1),
  /** Of the Newsrelay that made it. */
  version: z.string(),
  /** RFC 3339. */
  madeAt: z.string(),
  /** In order: the schema that the rows fit. */
  migrations: z.array(z.string()),
  /** Names the key that channels' secrets are sealed with; tells nothing of it. */
  encryptionKeyId: z.string(),
  /** Left out where the backup was made without keys. */
  keys: z.object({ encryption: z.string().optional(), admin: z.string().optional() }),
});
const table = z.object({ table: z.string(), columns: z.array(z.string()) });
const end = z.object({
  end: z.literal(true),
  rows: z.record(z.string(), z.number()),
  /** Last value of each sequence, decimal. */
  sequences: z.record(z.string(), z.string()),
});

export type BackupHeader = z.infer<typeof header>;
export type BackupEnd = z.infer<typeof end>;
export type BackupTable = z.infer<typeof table>;

/** A line of a backup, read: what it is, and for a row its text. */
export type BackupLine =
  | ({ kind: 'header' } & BackupHeader)
  | ({ kind: 'table' } & BackupTable)
  | { kind: 'row'; json: string }
  | ({ kind: 'end' } & BackupEnd);

export function controlLine(content: BackupHeader | BackupTable | BackupEnd): string {
  return `#${JSON.stringify(content)}`;
}

/**
 * Writes the lines to `path`, for its owner alone; the name appears when everything is on the disk.
 *
 * @throws the file system's error, EEXIST if the name is taken; then nothing is left
 */
export async function writeBackupFile(path: string, lines: AsyncIterable<string>): Promise<void> {
  const half = `${path}.${process.pid}.partial`;
  const file = await open(half, 'wx', 0o600);
  try {
    try {
      await pipeline(Readable.from(withBreaks(lines)), createGzip(), async (zipped) => {
        for await (const chunk of zipped) await file.writeFile(chunk as Buffer);
      });
      await file.sync();
    } finally {
      await file.close();
    }
    // Unlike a rename, a link never replaces what is there.
    await link(half, path);
  } finally {
    await rm(half, { force: true });
  }
}

async function* withBreaks(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}

/** @throws BackupError where the file is no whole backup; the file system's error where it cannot be read */
export async function* readBackupFile(path: string): AsyncGenerator<BackupLine> {
  let first = true;
  let ended = false;
  try {
    for await (const line of linesOf(path)) {
      if (ended) throw new BackupError(`${path} is damaged: something follows its end`);
      const read = readLine(line, first);
      ended = read.kind === 'end';
      first = false;
      yield read;
    }
  } catch (error) {
    throw asBackupError(path, error);
  }
  if (!ended) throw new BackupError(`${path} is not whole: its end is missing`);
}

/** By line feeds alone: Node's readline would end a line in the middle of a text, at U+2028. */
async function* linesOf(path: string): AsyncGenerator<string> {
  const unzipped = createGunzip();
  const source = createReadStream(path);
  const failed = pipeline(source, unzipped);
  // Told by the loop below, which meets the same failure.
  failed.catch(() => undefined);
  const decoder = new StringDecoder('utf8');
  let begun: string[] = [];
  for await (const chunk of unzipped) {
    const [rest = '', ...more] = decoder.write(chunk as Buffer).split('\n');
    begun.push(rest);
    for (const next of more) {
      yield begun.join('');
      begun = [next];
    }
  }
  await failed;
  if (begun.some((text) => text !== '')) yield begun.join('');
}

function readLine(line: string, first: boolean): BackupLine {
  if (!line.startsWith('#')) {
    if (first || !line.startsWith('{')) throw new BackupError('this is no backup of Newsrelay');
    return { kind: 'row', json: line };
  }
  let content: unknown;
  try {
    content = JSON.parse(line.slice(1));
  } catch {
    throw new BackupError('this is no backup of Newsrelay, or it is damaged');
  }
  if (first) {
    const read = header.safeParse(content);
    if (!read.success)
      throw new BackupError('this is no backup of Newsrelay, or of a newer one: update Newsrelay first');
    return { kind: 'header', ...read.data };
  }
  const read = z.union([table, end]).safeParse(content);
  if (!read.success) throw new BackupError('the backup is damaged: a line of it cannot be read');
  return 'table' in read.data ? { kind: 'table', ...read.data } : { kind: 'end', ...read.data };
}

function asBackupError(path: string, failure: unknown): unknown {
  const { code } = failure as NodeJS.ErrnoException;
  if (code === 'Z_DATA_ERROR') return new BackupError(`${path} is no backup of Newsrelay, or it is damaged`);
  if (code === 'Z_BUF_ERROR') return new BackupError(`${path} is not whole: it breaks off`);
  return failure;
}

/** Reads the whole file and says what is in it, before anything is done with it. @throws as {@link readBackupFile} */
export async function checkBackupFile(path: string): Promise<{ header: BackupHeader; end: BackupEnd }> {
  let found: BackupHeader | undefined;
  let ending: BackupEnd | undefined;
  const rows: Record<string, number> = {};
  let at = '';
  for await (const line of readBackupFile(path)) {
    if (line.kind === 'header') found = line;
    else if (line.kind === 'end') ending = line;
    else if (line.kind === 'table') rows[(at = line.table)] = 0;
    else rows[at] = (rows[at] ?? 0) + 1;
  }
  if (found === undefined || ending === undefined) throw new BackupError(`${path} is not whole`);
  for (const [name, count] of Object.entries(ending.rows)) {
    if (rows[name] !== count)
      throw new BackupError(`${path} is damaged: ${name} has ${rows[name] ?? 0} of ${count} rows`);
  }
  return { header: found, end: ending };
}
