import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';

/* Whether the benchmarks still run and count what they measure; how fast is not for a test to say. */

const LAUNCHER = fileURLToPath(new URL('../../newsrelay', import.meta.url));
const SECTIONS = [
  'deliveries',
  'latency',
  'fan-out',
  'growth',
  'backlog',
  'fairness',
  'feeds',
  'page',
  'start-up',
];

interface Spread {
  median: number;
  min: number;
  max: number;
  rounds: number[];
}

interface Report {
  quick: boolean;
  machine: Record<string, unknown>;
  sections: {
    section: string;
    settings: Record<string, string | number>;
    counts: { what: string; expected: number; seen: number }[];
    figures: { name: string; ours: Spread; baselines: { name: string; value: Spread; ratio: Spread }[] }[];
  }[];
}

describe('./newsrelay bench', () => {
  let folder: TemporaryDataDir;
  beforeEach(() => {
    folder = temporaryDataDir();
  });
  afterEach(async () => {
    await folder.remove();
  });

  function bench(...args: string[]) {
    const child = spawn(LAUNCHER, ['bench', ...args], {
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

  /** Processes whose command line names the folder, which every process of a benchmark does or has as its log. */
  function leftRunning(): string[] {
    if (!existsSync('/proc')) return [];
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .flatMap((name) => {
        try {
          const told = ['cmdline', 'environ'].map((file) => readFileSync(join('/proc', name, file), 'utf8'));
          return told.some((text) => text.includes(folder.path))
            ? [told[0]?.replaceAll('\0', ' ') ?? name]
            : [];
        } catch {
          return [];
        }
      });
  }

  it('measures every section, and what it counts is what arrived', async () => {
    const json = join(folder.path, 'out', 'bench.json');
    const run = bench('--quick', '--rounds', '1', '--json', json);
    expect([await run.code, run.output()]).toEqual([0, expect.any(String)]);
    expect(run.output()).toContain('bench.json');
    const report = JSON.parse(readFileSync(json, 'utf8')) as Report;
    expect(report.quick).toBe(true);
    expect(report.sections.map(({ section }) => section)).toEqual(SECTIONS);
    for (const { section, counts, figures } of report.sections) {
      expect([section, figures.length, counts.length]).not.toContain(0);
      for (const { expected, seen } of counts) expect(seen).toBe(expected);
      for (const { name, ours, baselines } of figures) {
        expect([name, baselines.length]).not.toContain(0);
        const spreads = [ours, ...baselines.flatMap(({ value, ratio }) => [value, ratio])];
        for (const spread of spreads) {
          expect(spread.rounds).toHaveLength(1);
          for (const value of [spread.median, spread.min, spread.max, ...spread.rounds]) {
            expect(Number.isFinite(value)).toBe(true);
            expect(value).toBeGreaterThan(0);
          }
        }
      }
    }
    // One article more than the rounds had, each at all outlets: the ledger of the run agrees with the receivers.
    const [deliveries] = report.sections;
    const { 'articles a round': articles, outlets } = deliveries?.settings ?? {};
    const warmUpAndRound = 2 * Number(articles) * Number(outlets);
    const seenOf = (what: string) => deliveries?.counts.find((each) => each.what === what)?.seen;
    expect(seenOf('pushes received, newsrelay')).toBe(warmUpAndRound);
    expect(seenOf('delivered, in the ledger')).toBe(warmUpAndRound + Number(outlets));
    // The backlog was there while it was measured.
    const backlog = report.sections.find(({ section }) => section === 'backlog');
    const stillWaiting = backlog?.counts.find(({ what }) => what === 'still waiting, in the ledger');
    expect(stillWaiting?.seen).toBe(backlog?.settings['deliveries that wait']);
    expect(leftRunning()).toEqual([]);
    expect(readdirSync(join(folder.path, 'bench')).sort()).toEqual(['results', 'work']);
    expect(readdirSync(join(folder.path, 'bench', 'work'))).toEqual([]);
  }, 480_000);

  it('leaves nothing running when it is interrupted', async () => {
    const run = bench('--quick', 'deliveries');
    await pollUntil('the benchmark under way', () => run.output().includes('warm-up'), {
      timeoutMs: 120_000,
    });
    expect(leftRunning().length).toBeGreaterThan(3);
    run.child.kill('SIGINT');
    expect([await run.code, run.output()]).toEqual([130, expect.any(String)]);
    expect(leftRunning()).toEqual([]);
    expect(readdirSync(join(folder.path, 'bench', 'work'))).toEqual([]);
  }, 240_000);

  it('says what it does not know', async () => {
    const run = bench('feed');
    expect(await run.code).toBe(2);
    expect(run.output()).toContain('bench knows no section feed; sections: deliveries');
  }, 120_000);
});
