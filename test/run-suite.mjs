/*
 * The whole suite behind `./newsrelay test`: build of the code and of the page, format, lint, import rules, then Jest: first the specs beside
 * the code, then test/ with its real processes. Prints what each stage came to; the last line is
 * `N passed, N failed`, where every check that is no Jest test counts as one.
 *
 *   run-suite.mjs [--fast] [PATTERN]   --fast leaves out test/; a PATTERN runs the build and the matching specs only
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..');
const options = process.argv.slice(2);
const patterns = options.filter((option) => !option.startsWith('--'));
const fast = options.includes('--fast');
const unknown = options.find((option) => option.startsWith('--') && option !== '--fast');
if (unknown !== undefined) {
  console.error(`newsrelay test knows no option ${unknown}; see ./newsrelay help`);
  process.exit(2);
}

const bin = (name, script) => join(root, 'node_modules', name, script);

const CHECKS = [
  { name: 'build', script: bin('typescript', 'bin/tsc'), args: ['-b'] },
  {
    name: 'page',
    script: bin('vite', 'bin/vite.js'),
    args: ['build', 'apps/console/web', '--logLevel', 'warn'],
  },
  {
    name: 'format',
    script: bin('prettier', 'bin/prettier.cjs'),
    args: ['--check', '--log-level', 'warn', '.'],
  },
  { name: 'lint', script: bin('eslint', 'bin/eslint.js'), args: ['.', '--max-warnings', '0'] },
  {
    name: 'deps',
    script: bin('dependency-cruiser', 'bin/dependency-cruiser.mjs'),
    args: ['--config', '.dependency-cruiser.cjs', 'apps', 'libs', 'bench', 'chaos', 'test'],
  },
];

/** Children of an interrupted run must not go on without it. */
let current;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    current?.kill(signal);
    process.exitCode = 130;
    interrupted = true;
  });
}
let interrupted = false;

function node(args) {
  return new Promise((resolve) => {
    current = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
    current.once('error', () => resolve(1));
    current.once('exit', (code) => resolve(code ?? 1));
  });
}

async function check({ name, script, args }) {
  console.log(`\n== ${name}`);
  const passed = (await node([script, ...args])) === 0;
  return { name, passed: passed ? 1 : 0, failed: passed ? 0 : 1 };
}

/** Counts by Jest's own report: a run that broke off wrote none, and then the stage itself has failed. */
async function jest(name, args) {
  console.log(`\n== ${name}`);
  const folder = mkdtempSync(join(tmpdir(), 'newsrelay-jest-'));
  const report = join(folder, 'report.json');
  try {
    const code = await node([
      '--experimental-vm-modules',
      '--no-warnings',
      bin('jest', 'bin/jest.js'),
      '--json',
      `--outputFile=${report}`,
      ...args,
    ]);
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    return {
      name,
      passed: numPassedTests,
      // Jest may refuse a run in which no test failed, such as one without tests.
      failed: code !== 0 && failed === 0 ? 1 : failed,
      skipped: numPendingTests,
    };
  } catch {
    return { name, passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ends the servers of an earlier run that was killed, and takes their folders away. */
async function clearLeftovers() {
  const module = (name) => import(pathToFileURL(join(root, 'libs/local-servers/dist', `${name}.js`)).href);
  const { endOrphan } = await module('pid-file');
  const { TEMPORARY_PREFIX } = await module('temporary-data-dir');
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(TEMPORARY_PREFIX))) {
    const folder = join(tmpdir(), name);
    try {
      const records = readdirSync(folder, { recursive: true }).filter((file) =>
        /(^|\/)run\/[\w-]+\.json$/.test(file),
      );
      for (const file of records) await endOrphan(join(folder, file), [{ signal: 'SIGINT', waitMs: 10_000 }]);
      // A folder without a record may belong to a test that has only just begun.
      if (records.length > 0) rmSync(folder, { recursive: true, force: true });
    } catch {
      // In use by a run that goes on beside this one.
    }
  }
}

const results = [];
const [build, page, ...checks] = CHECKS;
results.push(await check(build));
if (results[0].failed === 0) results.push(await check(page));
if (results.every(({ failed }) => failed === 0)) {
  await clearLeftovers();
  if (patterns.length > 0) {
    results.push(await jest('tests', patterns));
  } else {
    for (const each of checks) if (!interrupted) results.push(await check(each));
    if (!interrupted)
      results.push(
        await jest('specs', ['--roots', 'apps', '--roots', 'libs', '--roots', 'bench', '--roots', 'chaos']),
      );
    // Each of these runs the whole system: two at once would take the processor from each other.
    if (!interrupted && !fast) results.push(await jest('pipeline', ['--roots', 'test', '--runInBand']));
  }
}

const sum = (key) => results.reduce((total, result) => total + (result[key] ?? 0), 0);
console.log('');
for (const { name, passed, failed, skipped } of results) {
  const further = (skipped ?? 0) > 0 ? `, ${skipped} skipped` : '';
  console.log(
    `${name.padEnd(10)} ${failed === 0 ? 'ok  ' : 'FAIL'}  ${passed} passed, ${failed} failed${further}`,
  );
}
if (interrupted) console.log('interrupted');
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode ??= sum('failed') === 0 ? 0 : 1;
