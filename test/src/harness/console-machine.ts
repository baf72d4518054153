import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@newsrelay/local-servers/free-port';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { NewsrelayApi } from './newsrelay-api.js';
import { statusOf } from './newsrelay-system.js';

const ROOT = join(import.meta.dirname, '../../..');
const READY_MS = 90_000;

/** Newsrelay as `./newsrelay start` runs it: everything behind one public port, on a free one, with data of its own. */
export class SingleMachine {
  #process: ChildProcess | undefined;
  #api: NewsrelayApi | undefined;

  private constructor(
    private readonly dataDir: TemporaryDataDir,
    readonly port: number,
  ) {}

  static async start(): Promise<SingleMachine> {
    const machine = new SingleMachine(temporaryDataDir(), await freePort());
    try {
      machine.#spawn();
      await machine.ready();
      const key = readFileSync(join(machine.dataDir.path, 'admin-key'), 'utf8').trim();
      machine.#api = new NewsrelayApi(() => machine.url, key);
      return machine;
    } catch (error) {
      await machine.stop();
      throw error;
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** By the built-in admin key. */
  get api(): NewsrelayApi {
    if (this.#api === undefined) throw new Error('not started');
    return this.#api;
  }

  /** By another key. */
  apiOf(key: string): NewsrelayApi {
    return new NewsrelayApi(() => this.url, key);
  }

  #spawn(): void {
    const log = createWriteStream(join(this.dataDir.path, 'launcher.log'), { flags: 'a' });
    this.#process = spawn(process.execPath, [join(ROOT, 'apps/single-machine/dist/main.js'), 'start'], {
      env: {
        PATH: process.env['PATH'],
        NEWSRELAY_DATA_DIR: this.dataDir.path,
        NEWSRELAY_PORT: String(this.port),
        NEWSRELAY_ALLOW_TARGETS: '127.0.0.0/8',
        NEWSRELAY_RETRY_SCHEDULE: '0,600',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process.stdout?.pipe(log, { end: false });
    this.#process.stderr?.pipe(log, { end: false });
  }

  async ready(): Promise<void> {
    await pollUntil(
      `ready (log: ${join(this.dataDir.path, 'launcher.log')})`,
      async () => (await statusOf(`${this.url}/health/ready`)) === 200,
      { timeoutMs: READY_MS, everyMs: 50 },
    );
  }

  /** Ends everything in good order; `start` goes on with the same data on the same port. */
  async halt(): Promise<void> {
    const child = this.#process;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await exited;
  }

  async resume(): Promise<void> {
    this.#spawn();
    await this.ready();
  }

  async stop(): Promise<void> {
    await this.halt();
    if (process.env['NEWSRELAY_KEEP_TEST_DATA'] === undefined) await this.dataDir.remove();
  }
}
