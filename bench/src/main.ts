import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { FolderInUseError } from '@newsrelay/app-single-machine/supervisor/data-folder-lock';
import { shownPath } from '@newsrelay/app-single-machine/shown-path';
import { exitCodeOf, stopSignals } from '@newsrelay/app-single-machine/stop-signals';
import { SettingsError } from '@newsrelay/config/environment';
import { launcherSettings } from '@newsrelay/config/launcher';
import type { SectionResult } from './measuring/figures.js';
import { machineFacts } from './measuring/machine.js';
import { readOptions, UsageError, type BenchOptions, type SectionName } from './options.js';
import { planOf } from './plan.js';
import { machineLines, sectionLines, type Report } from './report.js';
import { backlog } from './sections/backlog.js';
import { deliveries } from './sections/deliveries.js';
import { fairness } from './sections/fairness.js';
import { fanOut } from './sections/fan-out.js';
import { feeds } from './sections/feeds.js';
import { growth } from './sections/growth.js';
import { latency } from './sections/latency.js';
import { page } from './sections/page.js';
import { startUp } from './sections/start-up.js';
import { BenchFolder } from './stand/bench-folder.js';
import { Closing } from './stand/closing.js';
import type { Stand } from './stand/stand.js';

/* `./newsrelay bench`: exit code 0 when all was measured, whatever the figures; 1 when something failed or went missing. */

const RUN: Readonly<Record<SectionName, (stand: Stand, own: Closing) => Promise<SectionResult>>> = {
  deliveries,
  latency,
  'fan-out': fanOut,
  growth,
  backlog,
  fairness,
  feeds,
  page,
  'start-up': startUp,
};

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function run(
  options: BenchOptions,
  parts: Pick<Stand, 'folder' | 'closing' | 'stopping'>,
): Promise<void> {
  const { folder, closing } = parts;
  const startedAt = new Date();
  const machine = machineFacts();
  print(machineLines(machine));
  if (options.quick) print(['--quick: tiny numbers that show whether it runs, not how fast.']);
  const sections: SectionResult[] = [];
  for (const name of options.sections) {
    const stand: Stand = {
      ...parts,
      options,
      plan: planOf(options),
      say: (line) => {
        print([`… ${name}: ${line}`]);
      },
    };
    const result = await closing.within((own) => RUN[name](stand, own));
    print(sectionLines(result));
    sections.push(result);
  }
  const report: Report = {
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    quick: options.quick,
    machine,
    sections,
  };
  const file =
    options.json === null
      ? join(folder.results, `${startedAt.toISOString().replaceAll(/[:.]/g, '-')}.json`)
      : resolve(options.json);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  print(['', `Results: ${shownPath(file)}`]);
}

function failure(error: unknown): string {
  if (error instanceof UsageError || error instanceof SettingsError || error instanceof FolderInUseError)
    return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

const closing = new Closing();
const stopping = new AbortController();
const signals = stopSignals();
let code: number;
try {
  const options = readOptions(process.argv.slice(2));
  const folder = await BenchFolder.open(launcherSettings().dataDir);
  closing.add(() => {
    folder.close();
  });
  void signals.second.then((signal) => {
    process.exit(exitCodeOf(signal));
  });
  code = await Promise.race([
    run(options, { folder, closing, stopping: stopping.signal }).then(() => 0),
    signals.first.then((signal) => {
      stopping.abort();
      return exitCodeOf(signal);
    }),
  ]);
  if (code !== 0) print(['Stopping …']);
} catch (error) {
  process.stderr.write(`newsrelay bench: ${failure(error)}\n`);
  code = error instanceof UsageError || error instanceof SettingsError ? 2 : 1;
}
await closing.closeAll();
process.exit(code);
