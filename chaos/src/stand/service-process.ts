import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { removePidFile, writePidFile } from '@newsrelay/local-servers/pid-file';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import type { ServiceName } from '../plan/faults.js';

const APPS = join(import.meta.dirname, '../../../apps');
const READY_WITHIN_MS = 120_000;
/** Longer than a service gives itself for the requests that it has in flight. */
const STOP_WITHIN_MS = 40_000;
/** One that ended by itself is started again after this, as whatever runs containers would, milliseconds. */
const AGAIN_MS = 1_000;

export interface ServiceOptions {
  readonly name: ServiceName;
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly dataDir: string;
  /** Told of each end that nobody asked for. */
  readonly onUnaskedEnd: (how: string) => void;
}

/** One process of Newsrelay, as a deployment runs it. */
export class ServiceProcess {
  readonly url: string;
  readonly #pidFile: string;
  #child: ChildProcess | undefined;
  #isEnding = false;

  constructor(private readonly options: ServiceOptions) {
    this.url = `http://127.0.0.1:${options.port}`;
    this.#pidFile = join(options.dataDir, 'run', `${options.name}.json`);
  }

  start(): void {
    const { name, port, environment, dataDir } = this.options;
    const log = openSync(join(dataDir, 'logs', `${name}.log`), 'a', 0o600);
    const app = name.replace(/-\d+$/, '');
    const child = spawn(process.execPath, ['--enable-source-maps', join(APPS, app, 'dist/main.js')], {
      // An own session: Ctrl-C in the terminal must reach the suite alone, which ends all in order.
      detached: true,
      env: { PATH: process.env['PATH'], ...environment, NEWSRELAY_PORT: String(port) },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#child = child;
    this.#isEnding = false;
    child.once('exit', (code, signal) => {
      removePidFile(this.#pidFile);
      this.#child = undefined;
      if (this.#isEnding) return;
      this.options.onUnaskedEnd(`${signal ?? code ?? 'unknown'}`);
      setTimeout(() => {
        if (!this.#isEnding && this.#child === undefined) this.start();
      }, AGAIN_MS).unref();
    });
    if (child.pid !== undefined) writePidFile(this.#pidFile, name, child.pid, port);
  }

  /** Ends the process and waits for that. SIGKILL, or SIGTERM with SIGKILL for what does not end in time. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.#isEnding = true;
    const child = this.#child;
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await ended;
    clearTimeout(kill);
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  /** @throws DeadlineError; the signal's reason once it is aborted */
  async ready(stopping: AbortSignal): Promise<void> {
    await pollUntil(
      `readiness of ${this.options.name}`,
      async () => {
        stopping.throwIfAborted();
        return isReady(this.url);
      },
      { timeoutMs: READY_WITHIN_MS, everyMs: 50 },
    );
  }
}

async function isReady(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(`${url}/health/ready`, { timeout: 3_000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => {
      resolve(false);
    });
  });
}
