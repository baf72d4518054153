import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removePidFile, writePidFile } from '@newsrelay/local-servers/pid-file';

/** Where an outlet sits, and what its pushes are signed with. */
export interface OutletSeat {
  readonly id: string;
  readonly port: number;
  readonly secret: string;
}

export type Question =
  | {
      readonly what: 'open';
      readonly seed: string;
      readonly durationMs: number;
      readonly seats: readonly OutletSeat[];
    }
  /** `at`: of the monotonic clock, milliseconds. */
  | { readonly what: 'begin'; readonly at: number }
  | { readonly what: 'heal' }
  /** Writes all receipts so far as JSON lines. */
  | { readonly what: 'write'; readonly file: string };

export type Reply =
  { readonly id: number; readonly value: number } | { readonly id: number; readonly failure: string };

const SCRIPT = fileURLToPath(new URL('outlets-process.js', import.meta.url));
const ANSWER_WITHIN_MS = 60_000;

/** The process of all outlets. */
export class Outlets {
  readonly #child: ChildProcess;
  readonly #pidFile: string;
  readonly #waiting = new Map<number, PromiseWithResolvers<number>>();
  #asked = 0;

  constructor(dataDir: string) {
    const log = openSync(join(dataDir, 'logs', 'outlets.log'), 'a', 0o600);
    this.#child = fork(SCRIPT, [], {
      // An own session: Ctrl-C in the terminal must reach the suite alone, which ends all in order.
      detached: true,
      env: { PATH: process.env['PATH'] ?? '' },
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    this.#pidFile = join(dataDir, 'run', 'outlets.json');
    if (this.#child.pid !== undefined) writePidFile(this.#pidFile, 'outlets', this.#child.pid, null);
    this.#child.on('message', (message) => {
      const reply = message as Reply;
      const asked = this.#waiting.get(reply.id);
      if ('failure' in reply) asked?.reject(new Error(`outlets: ${reply.failure}`));
      else asked?.resolve(reply.value);
    });
    this.#child.once('exit', (code, signal) => {
      removePidFile(this.#pidFile);
      for (const { reject } of this.#waiting.values())
        reject(new Error(`the process of the outlets ended (${signal ?? code ?? 'unknown'})`));
    });
  }

  /** @throws Error its own failure, or that it ended or did not answer */
  async ask(question: Question): Promise<number> {
    const id = (this.#asked += 1);
    const answer = Promise.withResolvers<number>();
    const timer = setTimeout(() => {
      answer.reject(new Error(`the outlets did not answer "${question.what}" within ${ANSWER_WITHIN_MS} ms`));
    }, ANSWER_WITHIN_MS);
    this.#waiting.set(id, answer);
    try {
      if (!this.#child.connected) throw new Error('the process of the outlets does not run');
      this.#child.send({ id, question });
      return await answer.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }
}
