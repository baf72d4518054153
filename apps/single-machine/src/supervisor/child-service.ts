import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { endOrphan, removePidFile, writePidFile, type StopSequence } from '@newsrelay/local-servers/pid-file';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import type { Exit, Restartable } from './keep-running.js';
import { LineBudget } from './line-budget.js';
import { readableLine } from './readable-line.js';
import { RotatingFile } from './rotating-file.js';

/** Longer than a service gives itself for the requests it has in flight (service-process/run.ts). */
const STOP: StopSequence = [{ signal: 'SIGTERM', waitMs: 35_000 }];

/** A process whose launcher is gone knows it already and ends by itself after ten seconds (follow-parent.ts). */
const STOP_LEFT: StopSequence = [{ signal: 'SIGTERM', waitMs: 12_000 }];

export interface ChildServiceOptions {
  readonly name: string;
  /** The JavaScript file to run. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly environment: Record<string, string | undefined>;
  readonly dataDir: string;
  /** Takes lines for the console. */
  readonly say: (line: string) => void;
}

/**
 * A Node.js process of ours: its output goes to `dataDir/logs/NAME.log`, warnings and errors to the console as
 * well; it learns over its IPC channel when the launcher is gone.
 */
export class ChildService implements Restartable {
  readonly name: string;
  readonly #options: ChildServiceOptions;
  readonly #listeners = new Set<(exit: Exit) => void>();
  readonly #pidFile: string;
  readonly #log: RotatingFile;
  readonly #budget: LineBudget;
  #child: ChildProcess | undefined;
  #ending = false;

  constructor(options: ChildServiceOptions) {
    this.name = options.name;
    this.#options = options;
    this.#pidFile = childPidFile(options.dataDir, options.name);
    const logFile = join(options.dataDir, 'logs', `${options.name}.log`);
    mkdirSync(dirname(logFile), { recursive: true });
    this.#log = new RotatingFile(logFile);
    this.#budget = new LineBudget(options.say, options.name, logFile);
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Returns once the process runs; whether it can do its work is another question (see readiness.ts). */
  async start(): Promise<void> {
    const child = spawn(
      process.execPath,
      ['--enable-source-maps', this.#options.script, ...(this.#options.args ?? [])],
      {
        // An own session: Ctrl-C in the terminal must reach the launcher alone, which ends all in order.
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        env: this.#options.environment,
      },
    );
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    this.#child = child;
    this.#ending = false;
    this.#collect(child.stdout);
    this.#collect(child.stderr);
    const ended = (code: number | null, signal: NodeJS.Signals | null): void => {
      this.#child = undefined;
      removePidFile(this.#pidFile);
      for (const listener of this.#listeners) listener({ code, signal, expected: this.#ending });
    };
    if (child.exitCode !== null || child.signalCode !== null) ended(child.exitCode, child.signalCode);
    else child.once('exit', ended);
    if (child.pid === undefined) return;
    try {
      writePidFile(this.#pidFile, this.name, child.pid, null);
    } catch (error) {
      // On a full disk: a process that no record names would be found by nobody.
      await this.kill();
      throw error;
    }
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** SIGTERM, and SIGKILL for what does not end within 35 seconds. */
  async stop(): Promise<void> {
    for (const { signal, waitMs } of [...STOP, { signal: 'SIGKILL' as const, waitMs: 10_000 }]) {
      const child = this.#child;
      if (child === undefined) return;
      if (signal === 'SIGKILL') this.#options.say(`${this.name} does not end in time: killed`);
      this.#ending = true;
      child.kill(signal);
      await this.#gone(child, waitMs).catch(() => undefined);
    }
  }

  /** Ends the process without giving it time. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#ending = true;
    child.kill('SIGKILL');
    await this.#gone(child, 10_000);
  }

  /** Closes the log; the service is not started again after it. */
  close(): void {
    this.#log.close();
  }

  onExit(listener: (exit: Exit) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #collect(stream: Readable | null): void {
    if (stream === null) return;
    createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
      this.#log.write(line);
      const readable = readableLine(this.name, line);
      if (readable !== null) this.#budget.say(readable);
    });
  }

  async #gone(child: ChildProcess, timeoutMs: number): Promise<void> {
    await pollUntil(`end of ${this.name}`, () => this.#child !== child, { timeoutMs });
  }
}

/** Ends the process of this name that a killed launcher left. @returns its pid, or null if none was left */
export async function endLeftChild(dataDir: string, name: string): Promise<number | null> {
  const record = await endOrphan(childPidFile(dataDir, name), STOP_LEFT);
  return record?.process.pid ?? null;
}

function childPidFile(dataDir: string, name: string): string {
  return join(dataDir, 'run', `${name}.json`);
}
