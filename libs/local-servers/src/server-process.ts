import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { freePort, isPortFree } from './free-port.js';
import { endOrphan, removePidFile, writePidFile, type StopSequence } from './pid-file.js';
import { DeadlineError, pollUntil } from './poll-until.js';

/** How one kind of server is run; what is common to all of them is in {@link startServer}. */
export interface ServerKind {
  readonly name: string;
  /** Prepares the folder: called before every start, with nothing of the server running. */
  prepare?(): Promise<void> | void;
  command(port: number): ServerCommand;
  url(port: number): string;
  /** Whether the server does its real work yet. Never throws; answers within two seconds. */
  isReady(port: number): Promise<boolean>;
  readonly stopSequence: StopSequence;
  /** Whether a start that ended, and during which this was logged, may succeed when tried again. */
  mayPass?(logged: string): boolean;
}

export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
  /** Given where a signal to the started process does not reach the server itself (a container). */
  readonly signal?: (signal: NodeJS.Signals) => void;
}

export interface StartOptions {
  /** Everything is kept below: `NAME/` data, `logs/NAME.log`, `run/NAME.json` (which process it is). */
  readonly dataDir: string;
  /** A fixed port of 127.0.0.1; left out: a free one. */
  readonly port?: number;
  /** Takes one line for each thing the operator should know of. */
  readonly say?: (line: string) => void;
  /** How long the server may take until it serves, in milliseconds (60,000: a log is replayed after a crash). */
  readonly readyWithinMs?: number;
}

export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** True when it was ended through this object: by `stop`, `kill` or `restart`. */
  readonly expected: boolean;
}

export interface LocalServer {
  readonly name: string;
  readonly url: string;
  readonly port: number;
  /** Of the server process; of the last one when none runs. */
  readonly pid: number;
  readonly running: boolean;
  /**
   * Sends a signal (SIGKILL) and, unless it is SIGSTOP or SIGCONT, waits until the process is gone.
   * The data stay as they are: `restart` goes on with them.
   */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Ends the server if it runs and starts it again on the same port with the same data. */
  restart(): Promise<void>;
  /** Ends the server in its own orderly way; without effect when it does not run. */
  stop(): Promise<void>;
  /** Called after each end of the process. @returns takes the listener away again */
  onExit(listener: (exit: ServerExit) => void): () => void;
}

export class ServerStartError extends Error {
  override readonly name = 'ServerStartError';
}

/** A log is put aside at a start when it is larger than this, in bytes. */
const LOG_LIMIT = 10 * 1024 * 1024;

/** Starts with another free port when a stranger takes the first one between choice and use. */
const PORT_TRIES = 5;

/** Milliseconds that the processes of a killed server may take to let go of its port. */
const OWN_PORT_WAIT_MS = 10_000;

/**
 * Starts a server, ends beforehand what a killed launcher left of it, and returns once it serves.
 *
 * @throws ServerStartError with the last lines of the server's log, or naming the port that is taken
 * @throws InUseError when a launcher that still runs has this server on the same folder
 */
export async function startServer(kind: ServerKind, options: StartOptions): Promise<LocalServer> {
  for (const folder of ['logs', 'run']) mkdirSync(join(options.dataDir, folder), { recursive: true });
  const pidFile = join(options.dataDir, 'run', `${kind.name}.json`);
  const orphan = await endOrphan(pidFile, kind.stopSequence);
  if (orphan !== undefined) {
    options.say?.(`${kind.name}: ended process ${orphan.process.pid}, which a killed launcher left running`);
  }
  for (let tried = 1; ; tried += 1) {
    const port = options.port ?? (await freePort());
    const server = new RunningServer(kind, options, pidFile, port);
    try {
      await server.start();
      return server;
    } catch (error) {
      const another = options.port === undefined && tried < PORT_TRIES && !(await isPortFree(port));
      if (!another) throw error;
    }
  }
}

class RunningServer implements LocalServer {
  readonly #listeners = new Set<(exit: ServerExit) => void>();
  readonly #logFile: string;
  #child: ChildProcess | undefined;
  #command: ServerCommand | undefined;
  #pid = 0;
  #ending = false;

  constructor(
    private readonly kind: ServerKind,
    private readonly options: StartOptions,
    private readonly pidFile: string,
    readonly port: number,
  ) {
    this.#logFile = join(options.dataDir, 'logs', `${kind.name}.log`);
  }

  get name(): string {
    return this.kind.name;
  }

  get url(): string {
    return this.kind.url(this.port);
  }

  get pid(): number {
    return this.#pid;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  async start(): Promise<void> {
    const deadline = performance.now() + (this.options.readyWithinMs ?? 60_000);
    for (;;) {
      await this.#needPort();
      const logFrom = this.#putLogAside();
      await this.kind.prepare?.();
      await this.#spawn();
      const left = deadline - performance.now();
      try {
        const ready = await pollUntil(
          this.kind.name,
          async () => (!this.running ? 'ended' : (await this.kind.isReady(this.port)) && 'ready'),
          { timeoutMs: left },
        );
        if (ready === 'ready' && this.running) return;
      } catch (error) {
        await this.kill('SIGKILL');
        if (!(error instanceof DeadlineError)) throw error;
        throw new ServerStartError(
          `${this.kind.name} does not serve in time; its log: ${this.#lastLines(logFrom)}`,
        );
      }
      // All of it: what a killed server left behind writes to the same log, after the line that tells.
      if (this.kind.mayPass?.(this.#logged(logFrom)) !== true || performance.now() >= deadline) {
        throw new ServerStartError(`${this.kind.name} does not start; its log: ${this.#lastLines(logFrom)}`);
      }
    }
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') {
      this.#send(signal);
      return;
    }
    this.#ending = true;
    this.#send(signal);
    await this.#gone(child, 30_000);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#ending = true;
    for (const { signal, waitMs } of this.kind.stopSequence) {
      this.#send(signal);
      try {
        await this.#gone(child, waitMs);
        return;
      } catch (error) {
        if (!(error instanceof DeadlineError)) throw error;
      }
    }
    await this.kill('SIGKILL');
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  onExit(listener: (exit: ServerExit) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A port that was ours before comes free once the last process of the killed server is gone. */
  async #needPort(): Promise<void> {
    const timeoutMs = this.#pid === 0 ? 0 : OWN_PORT_WAIT_MS;
    try {
      await pollUntil(`port ${this.port}`, () => isPortFree(this.port), { timeoutMs });
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      throw new ServerStartError(
        `${this.kind.name}: port ${this.port} of 127.0.0.1 is taken by another program`,
      );
    }
  }

  async #spawn(): Promise<void> {
    const command = this.kind.command(this.port);
    const log = openSync(this.#logFile, 'a', 0o600);
    try {
      const child = spawn(command.program, command.args, {
        // An own session: Ctrl-C in the terminal must reach the launcher alone, which ends all in order.
        detached: true,
        cwd: '/',
        stdio: ['ignore', log, log],
        env: command.env ?? process.env,
        ...(command.uid === undefined ? {} : { uid: command.uid }),
        ...(command.gid === undefined ? {} : { gid: command.gid }),
      });
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', (error) => {
          reject(
            new ServerStartError(`${this.kind.name}: ${command.program} cannot be run: ${error.message}`),
          );
        });
      });
      this.#child = child;
      this.#command = command;
      this.#ending = false;
      this.#pid = child.pid ?? 0;
      const ended = (code: number | null, signal: NodeJS.Signals | null): void => {
        this.#child = undefined;
        removePidFile(this.pidFile);
        const exit = { code, signal, expected: this.#ending };
        for (const listener of this.#listeners) listener(exit);
      };
      if (child.exitCode !== null || child.signalCode !== null) ended(child.exitCode, child.signalCode);
      else child.once('exit', ended);
      try {
        writePidFile(this.pidFile, this.kind.name, this.#pid, this.port);
      } catch (error) {
        // On a full disk: a process that no record names would be found by nobody.
        await this.stop();
        throw error;
      }
    } finally {
      closeSync(log);
    }
  }

  #send(signal: NodeJS.Signals): void {
    if (this.#command?.signal !== undefined) this.#command.signal(signal);
    else this.#child?.kill(signal);
  }

  async #gone(child: ChildProcess, timeoutMs: number): Promise<void> {
    await pollUntil(`end of ${this.kind.name}`, () => this.#child !== child, { timeoutMs, everyMs: 5 });
  }

  /** @returns where in the log this start begins, in bytes */
  #putLogAside(): number {
    if (!existsSync(this.#logFile)) return 0;
    const { size } = statSync(this.#logFile);
    if (size <= LOG_LIMIT) return size;
    renameSync(this.#logFile, `${this.#logFile}.1`);
    return 0;
  }

  #lastLines(from: number): string {
    return this.#logged(from).split('\n').slice(-5).join(' | ') || 'empty';
  }

  #logged(from: number): string {
    return readFileSync(this.#logFile).subarray(from).toString('utf8').trim();
  }
}
