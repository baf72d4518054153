import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@newsrelay/local-servers/free-port';
import { readPidFile } from '@newsrelay/local-servers/pid-file';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { identityOf, isRunning } from '@newsrelay/local-servers/process-identity';
import { NewsrelayApi } from './newsrelay-api.js';
import { statusOf } from './newsrelay-system.js';

const MAIN = join(import.meta.dirname, '../../../apps/single-machine/dist/main.js');
const READY_MS = 60_000;

export interface Run {
  status: number | null;
  output: string;
}

/** The single-machine mode on one data folder, as `./newsrelay start` runs it, on a free port. */
export class SingleMachine {
  readonly adminKey = randomBytes(24).toString('hex');
  readonly api: NewsrelayApi;
  output = '';
  #launcher: ChildProcess | undefined;
  #port = 0;

  constructor(
    readonly dataDir: string,
    private readonly environment: Record<string, string> = {},
  ) {
    this.api = new NewsrelayApi(() => this.url, this.adminKey);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    this.#port ||= await freePort();
    const launcher = spawn(process.execPath, [MAIN, 'start'], {
      env: this.#environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#launcher = launcher;
    for (const stream of [launcher.stdout, launcher.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    await pollUntil(
      'readiness of the single machine',
      async () => {
        if (launcher.exitCode !== null) throw new Error(`it ended: ${this.output}`);
        return this.output.includes('Newsrelay is ready') && (await this.isReady());
      },
      { timeoutMs: READY_MS },
    );
  }

  async isReady(): Promise<boolean> {
    return (await statusOf(`${this.url}/health/ready`)) === 200;
  }

  /** Another command of `./newsrelay` on the same folder, or on the one that is named. */
  run(args: readonly string[], environment: Record<string, string> = {}): Run {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
      encoding: 'utf8',
      timeout: 90_000,
      env: { ...this.#environment(), ...environment },
    });
    return { status, output: `${stdout}${stderr}` };
  }

  /** As `run`, while this process goes on. */
  async runBeside(args: readonly string[]): Promise<Run> {
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: this.#environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { status, output };
  }

  /** Pid of a process that the launcher started, such as `postgres`; 0 if it does not run. */
  pidOf(part: string): number {
    const record = readPidFile(join(this.dataDir, 'run', `${part}.json`));
    return record !== undefined && isRunning(record.process) ? record.process.pid : 0;
  }

  /** kill -9 of the launcher and of everything that it started. */
  async kill(): Promise<void> {
    this.#launcher?.kill('SIGKILL');
    const pids = readdirSync(join(this.dataDir, 'run'))
      .filter((name) => name.endsWith('.json'))
      .map((name) => this.pidOf(name.slice(0, -'.json'.length)))
      .filter((pid) => pid !== 0);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await pollUntil('end of everything', () => pids.every((pid) => identityOf(pid) === undefined), {
      timeoutMs: 20_000,
    });
    this.#launcher = undefined;
  }

  /** @returns the exit code of the launcher; null if it did not run */
  async stop(): Promise<number | null> {
    const launcher = this.#launcher;
    if (launcher?.exitCode !== null) return launcher?.exitCode ?? null;
    const exited = new Promise<number | null>((resolve) => launcher.once('exit', resolve));
    launcher.kill('SIGTERM');
    return exited;
  }

  #environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      ...(this.#port === 0 ? {} : { NEWSRELAY_PORT: String(this.#port) }),
      NEWSRELAY_DATA_DIR: this.dataDir,
      NEWSRELAY_ADMIN_KEY: this.adminKey,
      NEWSRELAY_ALLOW_TARGETS: '127.0.0.0/8',
      NEWSRELAY_RETRY_SCHEDULE: '0,0.2,0.5,1,1,2,2,3,3,3,5,5,5,5,5',
      ...this.environment,
    };
  }
}
