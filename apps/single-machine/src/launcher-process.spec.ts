import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort } from '@newsrelay/local-servers/free-port';
import { readPidFile } from '@newsrelay/local-servers/pid-file';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { identityOf } from '@newsrelay/local-servers/process-identity';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';

/* The launcher as a process of its own, which gets signals; it runs from the build, as it does in production. */

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const SHELL_LAUNCHER = fileURLToPath(new URL('../../../newsrelay', import.meta.url));
const PARTS = ['http', 'workers', 'nats', 'redis', 'postgres'] as const;

const LAUNCHER = `
import { launcherSettings } from '@newsrelay/config/launcher';
import { runUntilStopped, stayUp } from ${JSON.stringify(join(DIST, 'start.js'))};
import { stopSignals } from ${JSON.stringify(join(DIST, 'stop-signals.js'))};
import { Terminal } from ${JSON.stringify(join(DIST, 'terminal.js'))};
const [http, workers] = process.argv.slice(1);
process.exit(await runUntilStopped(launcherSettings(), new Terminal(), stopSignals(), stayUp, { scripts: { http, workers } }));
`;

/** A service that answers its probe; with STUBBORN set it does not end when it is asked to. */
const STAND_IN = `
import { createServer } from 'node:http';
import { followParent } from ${JSON.stringify(join(DIST, 'follow-parent.js'))};
const port = process.env[process.argv[1].endsWith('http.mjs') ? 'NEWSRELAY_PORT' : 'NEWSRELAY_WORKERS_PORT'];
const server = createServer((request, response) => response.end('{"ready":true,"parts":{}}'));
const close = () => new Promise((done) => { server.close(done); server.closeAllConnections(); });
followParent(close);
process.on('SIGTERM', () => {
  if (process.env.STUBBORN !== 'yes') void close().then(() => process.exit(0));
});
server.listen(Number(port), '127.0.0.1');
`;

describe('the launcher process', () => {
  let folder: TemporaryDataDir;
  let dataDir: string;
  let port: number;
  let launchers: ChildProcess[];
  let output: string;

  beforeAll(() => {
    if (!existsSync(join(DIST, 'start.js'))) throw new Error('not built: run ./newsrelay test, or tsc -b');
  });

  beforeEach(async () => {
    folder = temporaryDataDir();
    dataDir = join(folder.path, 'var');
    port = await freePort();
    launchers = [];
    output = '';
    for (const script of scripts()) writeFileSync(script, STAND_IN);
  });
  afterEach(async () => {
    for (const launcher of launchers) {
      if (launcher.exitCode !== null || launcher.signalCode !== null) continue;
      launcher.kill('SIGTERM');
      await ended(launcher);
    }
    await folder.remove();
  });

  function scripts(): string[] {
    return ['http.mjs', 'workers.mjs'].map((name) => join(folder.path, name));
  }

  async function launch(environment: Record<string, string> = {}): Promise<ChildProcess> {
    // Beside the build, from where it finds our packages.
    const launcher = spawn(process.execPath, ['--input-type=module', '--eval', LAUNCHER, ...scripts()], {
      cwd: DIST,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        ...environment,
        NEWSRELAY_PORT: String(port),
        NEWSRELAY_DATA_DIR: dataDir,
        DATABASE_URL: '',
        REDIS_URL: '',
        NATS_URL: '',
      },
    });
    launchers.push(launcher);
    for (const stream of [launcher.stdout, launcher.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    await pollUntil('readiness', () => output.includes('Newsrelay is ready'), { timeoutMs: 20_000 }).catch(
      (error: unknown) => {
        throw new Error(`${String(error)}; output: ${output}`);
      },
    );
    return launcher;
  }

  async function ended(launcher: ChildProcess): Promise<number | NodeJS.Signals | null> {
    await pollUntil('end of the launcher', () => launcher.exitCode !== null || launcher.signalCode !== null, {
      timeoutMs: 25_000,
    });
    return launcher.exitCode ?? launcher.signalCode;
  }

  function pids(): number[] {
    return PARTS.map((part) => readPidFile(join(dataDir, 'run', `${part}.json`))?.process.pid ?? 0);
  }

  function alive(of: readonly number[]): number[] {
    return of.filter((pid) => identityOf(pid) !== undefined);
  }

  /** Runs a command that is to refuse; one that hangs is killed, and its status is then null. */
  function refusal(
    program: string,
    args: readonly string[],
    environment: Record<string, string>,
  ): { status: number | null; lines: string[] } {
    const { status, stdout, stderr } = spawnSync(program, args, {
      encoding: 'utf8',
      timeout: 20_000,
      killSignal: 'SIGKILL',
      env: { ...process.env, NEWSRELAY_PORT: String(port), NEWSRELAY_DATA_DIR: dataDir, ...environment },
    });
    return { status, lines: `${stdout}${stderr}`.split('\n').filter((line) => line !== '') };
  }

  it.each(['start', 'demo'])('%s refuses a data folder that cannot be made with one line', (command) => {
    writeFileSync(join(folder.path, 'file'), '');
    for (const place of ['/proc/newsrelay', join(folder.path, 'file'), join(folder.path, 'file', 'var')]) {
      for (const [program, ...args] of [
        ['sh', SHELL_LAUNCHER],
        [process.execPath, join(DIST, 'main.js')],
      ] as const) {
        const { status, lines } = refusal(program, [...args, command], { NEWSRELAY_DATA_DIR: place });
        expect(lines).toEqual([expect.stringMatching(/NEWSRELAY_DATA_DIR: .* set it to a folder/)]);
        expect(status).toBe(2);
      }
    }
  });

  it.each([
    ['start', { NEWSRELAY_BIND: '192.0.2.1' }],
    ['demo', { NEWSRELAY_BIND: '192.0.2.1', NEWSRELAY_PORT: '' }],
    ['start', { NEWSRELAY_ENCRYPTION_KEY: 'a'.repeat(64) }],
  ])('%s refuses %j with one line', (command, environment: Record<string, string>) => {
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'encryption-key'), 'b'.repeat(64));
    const { status, lines } = refusal(process.execPath, [join(DIST, 'main.js'), command], environment);
    expect(lines.filter((line) => line.includes(Object.keys(environment)[0] ?? ''))).toHaveLength(1);
    expect(status).toBe(2);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends everything in order', async (signal) => {
    const launcher = await launch();
    const started = pids();
    expect(alive(started)).toHaveLength(PARTS.length);
    launcher.kill(signal);
    expect(await ended(launcher)).toBe(0);
    expect(alive(started)).toEqual([]);
    expect(output).toContain('Stopped.');
  });

  it('the second Ctrl-C ends everything at once', async () => {
    const launcher = await launch({ STUBBORN: 'yes' });
    const started = pids();
    launcher.kill('SIGINT');
    await pollUntil('the first Ctrl-C', () => output.includes('Stopping'), { timeoutMs: 5000 });
    expect(alive(started)).not.toEqual([]);
    launcher.kill('SIGINT');
    expect(await ended(launcher)).toBe(130);
    await pollUntil('end of everything', () => alive(started).length === 0, { timeoutMs: 5000 });
  });

  it('after kill -9 our processes end by themselves, and the next start ends the servers', async () => {
    const killed = await launch();
    const started = pids();
    killed.kill('SIGKILL');
    expect(await ended(killed)).toBe('SIGKILL');
    const [http = 0, workers = 0, ...servers] = started;
    await pollUntil('end of our processes', () => alive([http, workers]).length === 0, { timeoutMs: 12_000 });
    expect(alive(servers)).toEqual(servers);

    output = '';
    const next = await launch();
    expect(output).toContain(`The launcher ${killed.pid ?? 0} was killed`);
    expect(alive(servers)).toEqual([]);
    expect(alive(pids())).toHaveLength(PARTS.length);
    next.kill('SIGTERM');
    expect(await ended(next)).toBe(0);
  });
});
