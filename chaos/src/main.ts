import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FolderInUseError } from '@newsrelay/app-single-machine/supervisor/data-folder-lock';
import { shownPath } from '@newsrelay/app-single-machine/shown-path';
import { exitCodeOf, stopSignals } from '@newsrelay/app-single-machine/stop-signals';
import { SettingsError } from '@newsrelay/config/environment';
import { launcherSettings } from '@newsrelay/config/launcher';
import { check } from './checker/check.js';
import type { Records } from './checker/records.js';
import { storyOf } from './checker/story.js';
import { readRecords, writeRecords } from './kept-records.js';
import { readOptions, UsageError, type ChaosOptions } from './options.js';
import { planLines, planOf } from './plan/plan.js';
import { reportLines } from './report/report.js';
import { run } from './run.js';
import { ChaosFolder } from './stand/chaos-folder.js';

/* `./newsrelay chaos`: exit code 0 when no guarantee was broken, 1 when one was or the run failed, 2 for a wrong option. */

const stopping = new AbortController();
const closings: (() => Promise<void> | void)[] = [];

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** @returns what is told of the records, and how many breaches there are */
function judge(records: Records): { lines: string[]; breaches: number } {
  const story = storyOf(records);
  const breaches = check(records, story);
  return { lines: reportLines(records, story, breaches), breaches: breaches.length };
}

async function runOnce({ minutes, seed }: ChaosOptions): Promise<number> {
  const startedAt = new Date();
  const plan = planOf(seed, Math.round(minutes * 60_000));
  print([
    `seed ${seed}, ${minutes} minutes: ${plan.acts.length} acts of the newsroom, ${plan.outlets.length} outlets, ${plan.faults.length} faults`,
  ]);
  const folder = await ChaosFolder.open(launcherSettings().dataDir);
  closings.push(() => {
    folder.close();
  });
  const keep = () => folder.keep(`${seed}-${startedAt.toISOString().replaceAll(/[:.]/g, '-')}`);
  const again = `./newsrelay chaos --minutes ${minutes} --seed ${seed}`;
  let records: Records;
  try {
    records = await run({
      plan,
      work: folder.work,
      say: (line) => {
        print([`… ${line}`]);
      },
      stopping: stopping.signal,
      closing: (close) => closings.push(close),
    });
  } catch (error) {
    if (!stopping.signal.aborted)
      print([`The run failed; its logs are kept in ${shownPath(keep())}. The same again: ${again}`]);
    throw error;
  }
  const { lines, breaches } = judge(records);
  print(['', ...lines, '', `seed ${seed}; the same again: ${again}`]);
  if (breaches === 0) return 0;
  const kept = keep();
  writeRecords(kept, records);
  writeFileSync(join(kept, 'report.txt'), `${lines.join('\n')}\n`);
  writeFileSync(join(kept, 'plan.txt'), `${planLines(plan).join('\n')}\n`);
  print([
    `Records and logs are kept in ${shownPath(kept)}; to check them again: ./newsrelay chaos --check ${shownPath(kept)}`,
  ]);
  return 1;
}

async function work(options: ChaosOptions): Promise<number> {
  if (options.check !== null) {
    const { lines, breaches } = judge(readRecords(resolve(options.check)));
    print(lines);
    return breaches === 0 ? 0 : 1;
  }
  if (options.planOnly) {
    print([`seed ${options.seed}`, ...planLines(planOf(options.seed, Math.round(options.minutes * 60_000)))]);
    return 0;
  }
  return runOnce(options);
}

async function closeAll(): Promise<void> {
  for (const close of closings.splice(0).reverse()) {
    try {
      await close();
    } catch (error) {
      process.stderr.write(`newsrelay chaos: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
}

function failure(error: unknown): string {
  if (error instanceof UsageError || error instanceof SettingsError || error instanceof FolderInUseError)
    return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

const signals = stopSignals();
let code: number;
try {
  const options = readOptions(process.argv.slice(2));
  void signals.second.then((signal) => {
    process.exit(exitCodeOf(signal));
  });
  const stopped = signals.first.then((signal) => {
    stopping.abort();
    print(['Stopping …']);
    return exitCodeOf(signal);
  });
  code = await Promise.race([work(options), stopped]);
} catch (error) {
  process.stderr.write(`newsrelay chaos: ${failure(error)}\n`);
  code = error instanceof UsageError || error instanceof SettingsError ? 2 : 1;
}
await closeAll();
process.exit(code);
