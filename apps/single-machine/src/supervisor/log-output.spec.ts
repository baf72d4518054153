import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { LineBudget } from './line-budget.js';
import { readableLine } from './readable-line.js';
import { RotatingFile } from './rotating-file.js';
import { trimLog } from './server-logs.js';

describe('RotatingFile', () => {
  let folder: TemporaryDataDir;
  beforeEach(() => {
    folder = temporaryDataDir();
  });
  afterEach(() => folder.remove());

  it('puts full files aside and drops the oldest', () => {
    const path = join(folder.path, 'x.log');
    const file = new RotatingFile(path, 10, 2);
    for (const line of ['line-1', 'line-2', 'line-3', 'line-4']) file.write(line);
    file.close();
    file.write('after the end');
    expect(readFileSync(path, 'utf8')).toBe('line-4\n');
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('line-3\n');
    expect(readFileSync(`${path}.2`, 'utf8')).toBe('line-2\n');
    expect(existsSync(`${path}.3`)).toBe(false);
  });

  it('what the disk does not take costs lines, which are counted, and ends nothing', async () => {
    const path = join(folder.path, 'x.log');
    const file = new RotatingFile(path, 10);
    file.write('line-1');
    // Nothing new can be made where there is no folder, as on a full disk.
    await folder.remove();
    file.write('line-2');
    file.write('line-3');
    mkdirSync(folder.path);
    file.write('line-4');
    file.close();
    expect(readFileSync(path, 'utf8')).toBe(
      '(2 lines are missing here: the disk did not take them)\nline-4\n',
    );
  });

  it('goes on in the file it finds', () => {
    const path = join(folder.path, 'x.log');
    for (const line of ['one', 'two']) {
      const file = new RotatingFile(path);
      file.write(line);
      file.close();
    }
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  });
});

describe('trimLog', () => {
  it('puts a large log aside while its server goes on writing to it', async () => {
    const folder = temporaryDataDir();
    const file = join(folder.path, 'x.log');
    const server = openSync(file, 'a');
    try {
      writeSync(server, 'much text\n');
      expect(trimLog(file, 100)).toBe(false);
      expect(trimLog(file, 5)).toBe(true);
      writeSync(server, 'more\n');
      expect(readFileSync(`${file}.1`, 'utf8')).toBe('much text\n');
      expect(readFileSync(file, 'utf8')).toBe('more\n');
      expect(trimLog(join(folder.path, 'none.log'), 5)).toBe(false);
    } finally {
      closeSync(server);
      await folder.remove();
    }
  });
});

describe('readableLine', () => {
  it('shows warnings and errors as text', () => {
    const entry = {
      level: 'error',
      time: '2025-01-03T00:00:00.000Z',
      pid: 1,
      service: 'publish',
      channel: 'partner-daily',
      attempt: 2,
      err: { message: 'connection refused', stack: '…' },
      msg: 'attempt failed',
    };
    expect(readableLine('workers', JSON.stringify(entry))).toBe(
      'publish error: attempt failed: connection refused (channel=partner-daily, attempt=2)',
    );
    expect(readableLine('workers', '{"level":40,"msg":"slow"}')).toBe('workers warning: slow');
  });

  it('keeps everything else for the file', () => {
    expect(readableLine('http', '{"level":"info","msg":"request completed"}')).toBeNull();
    expect(readableLine('http', '  ')).toBeNull();
  });

  it('shows what is no log line as it is', () => {
    expect(readableLine('http', 'Error: no module')).toBe('http: Error: no module');
    expect(readableLine('http', '{broken')).toBe('http: {broken');
  });
});

describe('LineBudget', () => {
  it('shows so many different lines a window and counts the rest', () => {
    let now = 0;
    const shown: string[] = [];
    const budget = new LineBudget(
      (line) => shown.push(line),
      'http',
      'http.log',
      () => now,
    );
    for (let line = 1; line <= 50; line += 1) budget.say(`line ${line}`);
    expect(shown).toHaveLength(20);
    now = 10_000;
    budget.say('next');
    expect(shown.slice(20)).toEqual(['http: 30 more such lines, see http.log', 'next']);
  });

  it('shows the same line once a window', () => {
    let now = 0;
    const shown: string[] = [];
    const budget = new LineBudget(
      (line) => shown.push(line),
      'http',
      'http.log',
      () => now,
    );
    for (const line of ['away', 'away', 'other', 'away']) budget.say(line);
    now = 10_000;
    budget.say('away');
    expect(shown).toEqual(['away', 'other', 'http: 2 more such lines, see http.log', 'away']);
  });
});
