import { fork, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One question to a child, and what comes back. */
export interface Question {
  readonly id: number;
  readonly what: string;
  readonly input: unknown;
}
export type Reply =
  { readonly id: number; readonly answer: unknown } | { readonly id: number; readonly failure: string };

export interface ChildOptions {
  /** File in `processes/`, without its ending. */
  readonly script: string;
  readonly args?: readonly string[];
  /** For Node.js itself. */
  readonly execArgv?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Takes its output. */
  readonly logDir: string;
  readonly stopWithinMs?: number;
}

const PROCESSES = fileURLToPath(new URL('../processes/', import.meta.url));
const STOP_WITHIN_MS = 10_000;

/** A Node.js process of the benchmark that answers questions over its IPC channel; it ends when the channel does. */
export class NodeChild {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<
    number,
    { resolve: (answer: unknown) => void; reject: (error: Error) => void }
  >();
  readonly #ended: Promise<void>;
  #asked = 0;

  constructor(private readonly options: ChildOptions) {
    const log = openSync(join(options.logDir, `${options.script}.log`), 'a', 0o600);
    this.#child = fork(join(PROCESSES, `${options.script}.js`), [...(options.args ?? [])], {
      // An own session: Ctrl-C in the terminal must reach the benchmark alone, which ends all in order.
      detached: true,
      execArgv: ['--enable-source-maps', ...(options.execArgv ?? [])],
      // Nothing of the caller's: their settings name their own servers and ledger.
      env: { PATH: process.env['PATH'] ?? '', ...options.environment },
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    this.#child.on('message', (message) => {
      this.#take(message as Reply);
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        this.#fail(
          new Error(`${options.script} ended (${signal ?? code ?? 'unknown'}); its log: ${options.logDir}`),
        );
        resolve();
      });
      this.#child.once('error', (error) => {
        this.#fail(error);
        resolve();
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** @throws Error the child's own failure, or that it ended or did not answer in time */
  async ask<T>(what: string, input: unknown = null, timeoutMs = 120_000): Promise<T> {
    const id = (this.#asked += 1);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const timer = setTimeout(() => {
      reject(new Error(`${this.options.script} did not answer "${what}" within ${timeoutMs} ms`));
    }, timeoutMs);
    this.#waiting.set(id, { resolve, reject });
    try {
      if (!this.running || !this.#child.connected)
        throw new Error(`${this.options.script} does not run; its log: ${this.options.logDir}`);
      this.#child.send({ id, what, input } satisfies Question);
      return (await promise) as T;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  /** SIGTERM, and SIGKILL for what does not end in time. */
  async stop(): Promise<void> {
    if (!this.running) return;
    this.#child.kill('SIGTERM');
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), this.options.stopWithinMs ?? STOP_WITHIN_MS);
    await this.#ended;
    clearTimeout(kill);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #take(reply: Reply): void {
    const asked = this.#waiting.get(reply.id);
    if ('failure' in reply) asked?.reject(new Error(`${this.options.script}: ${reply.failure}`));
    else asked?.resolve(reply.answer);
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
  }
}
