import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  DEFAULT_PORT,
  processEnvironment,
  type LauncherSettings,
  type ProcessSettings,
} from '@newsrelay/config/launcher';
import { freePort } from '@newsrelay/local-servers/free-port';
import { startNats } from '@newsrelay/local-servers/nats';
import { startPostgres } from '@newsrelay/local-servers/postgres';
import { startRedis } from '@newsrelay/local-servers/redis';
import type { LocalServer, StartOptions } from '@newsrelay/local-servers/server-process';
import type { Terminal } from '../terminal.js';
import { ChildService, endLeftChild } from './child-service.js';
import { lockDataFolder, type FolderLock } from './data-folder-lock.js';
import { watchDisk } from './disk-watch.js';
import { endLeftServers, killOwn, killSignal } from './left-servers.js';
import { keepRunning, type Restartable } from './keep-running.js';
import { adminKey, encryptionKey, refuseHalfRotated, type KeptKey } from './kept-keys.js';
import { checkPublicPort } from './public-port.js';
import { refuseHalfRestored } from './restore-mark.js';
import { unreadiness } from './readiness.js';
import { trimServerLogs } from './server-logs.js';

/** A process of ours ends again and again before it was ever ready: starting it once more changes nothing. */
export class NeverReadyError extends Error {
  override readonly name = 'NeverReadyError';
}

/** The processes of ours, in the order in which they end: what takes work in before what does it. */
export interface Scripts {
  readonly http: string;
  readonly workers: string;
}

const SCRIPTS: Scripts = {
  http: fileURLToPath(new URL('../http.js', import.meta.url)),
  workers: fileURLToPath(new URL('../workers.js', import.meta.url)),
};

export interface Running {
  /** Where the one public port answers, as a client on this machine reaches it. */
  readonly localUrl: string;
  readonly publicUrl: string;
  readonly adminKey: KeptKey;
  readonly encryptionKey: KeptKey;
}

const POLL_MS = 100;

/** Unasked ends of a process before its first readiness after which the start is given up. */
const MAX_EARLY_ENDS = 4;

/**
 * Everything on one machine: the servers that no setting names, and the two processes of ours on top of
 * them. Whatever ends unasked is started again.
 */
export class Supervisor {
  readonly #stopping = new AbortController();
  readonly #servers: LocalServer[] = [];
  readonly #children: ChildService[] = [];
  readonly #idle: (() => Promise<void>)[] = [];
  /** The launcher may end by a fault of its own; even then nothing of it goes on. */
  readonly #leaveNothing = (): void => {
    killOwn(this.settings.dataDir);
  };
  #lock: FolderLock | undefined;
  #started: Promise<Running> | undefined;
  #ended: Promise<void> | undefined;

  constructor(
    private readonly settings: LauncherSettings,
    private readonly terminal: Terminal,
    private readonly scripts: Scripts = SCRIPTS,
  ) {}

  /** Aborts when the end begins. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /**
   * Starts everything and returns once both processes can do their work, however long a server that a
   * setting names stays away.
   *
   * @throws SettingsError, FolderInUseError, PortUnusableError, ServerStartError, NeverReadyError; then `stop` ends what already runs
   */
  start(): Promise<Running> {
    this.#started ??= this.#start();
    return this.#started;
  }

  async #start(): Promise<Running> {
    const { dataDir, bind } = this.settings;
    const { say } = this.terminal;
    this.#lock = lockDataFolder(dataDir);
    refuseHalfRestored(dataDir);
    refuseHalfRotated(dataDir);
    process.on('exit', this.#leaveNothing);
    await this.#endWhatWasLeft();
    const port = this.settings.port ?? DEFAULT_PORT;
    await checkPublicPort(port, bind);
    const keys = {
      admin: adminKey(dataDir, this.settings.adminKey),
      encryption: encryptionKey(dataDir, this.settings.encryptionKey),
    };
    const urls = await this.#startServers();
    this.#stopping.signal.throwIfAborted();
    this.#watchDisk();
    const localUrl = `http://${localHost(bind)}:${port}`;
    const processes: ProcessSettings = {
      dataDir,
      ...urls,
      port,
      bind,
      publicUrl: this.settings.publicUrl ?? `http://127.0.0.1:${port}`,
      workersPort: await freePort(),
      adminKey: keys.admin.value,
      encryptionKey: keys.encryption.value,
      allowTargets: this.settings.allowTargets,
      retrySchedule: this.settings.retrySchedule,
    };
    const environment = processEnvironment(processes);
    await Promise.all(
      (['http', 'workers'] as const).map(async (name) => {
        const child = new ChildService({ name, script: this.scripts[name], environment, dataDir, say });
        this.#children.push(child);
        this.#keep(child);
        await child.start();
      }),
    );
    await this.#ready({ http: localUrl, workers: `http://127.0.0.1:${processes.workersPort}` });
    return {
      localUrl,
      publicUrl: processes.publicUrl,
      adminKey: keys.admin,
      encryptionKey: keys.encryption,
    };
  }

  /** Starts one more process, which the services talk to: it ends after them. */
  async add(child: ChildService): Promise<void> {
    this.#stopping.signal.throwIfAborted();
    this.#children.push(child);
    this.#keep(child);
    await child.start();
  }

  /** Ends everything in order: what takes work in, what does it, then the servers under both. */
  stop(): Promise<void> {
    this.#ended ??= this.#stop();
    return this.#ended;
  }

  /** Ends everything at once. What is in flight is found again at the next start. */
  async halt(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([
      ...this.#children.map((child) => child.kill()),
      ...this.#servers.map((server) => server.kill(killSignal(server.name))),
    ]);
    // Servers in the middle of their start are known by their pid files only.
    this.#leaveNothing();
    this.#release();
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    // A start under way ends soon by itself, and only then is it known what runs.
    await this.terminal.during('waiting for the start to end', Promise.allSettled([this.#started]));
    await Promise.all(this.#idle.map((idle) => idle()));
    const order = ['http', 'workers'];
    const rest = this.#children.filter(({ name }) => !order.includes(name));
    const ours = order.flatMap((name) => this.#children.filter((child) => child.name === name));
    for (const child of [...ours, ...rest]) {
      await this.terminal.during(`waiting for ${child.name} to end`, child.stop());
      child.close();
    }
    for (const name of ['nats', 'redis', 'postgres']) {
      const server = this.#servers.find((candidate) => candidate.name === name);
      if (server !== undefined) await this.terminal.during(`waiting for ${name} to end`, server.stop());
    }
    this.#release();
  }

  #release(): void {
    process.off('exit', this.#leaveNothing);
    this.#lock?.release();
  }

  async #endWhatWasLeft(): Promise<void> {
    const { dataDir } = this.settings;
    const { say } = this.terminal;
    const takenOverFrom = this.#lock?.takenOverFrom ?? null;
    if (takenOverFrom !== null) {
      say(`The launcher ${takenOverFrom} was killed; ending what it left running.`);
    }
    for (const name of ['partner-site', 'http', 'workers']) {
      const pid = await this.terminal.during(
        `waiting for the former ${name} to end`,
        endLeftChild(dataDir, name),
      );
      if (pid !== null) say(`${name}: ended process ${pid}, which a killed launcher left running`);
    }
    await this.terminal.during('waiting for the former servers to end', endLeftServers(dataDir, say));
  }

  async #startServers(): Promise<{ databaseUrl: string; redisUrl: string; natsUrl: string }> {
    const { dataDir, databaseUrl, redisUrl, natsUrl } = this.settings;
    const options: StartOptions = { dataDir, say: this.terminal.say };
    const pending = new Set<string>();
    const start = async (
      name: string,
      given: string | null,
      starter: (options: StartOptions) => Promise<LocalServer>,
    ): Promise<string> => {
      if (given !== null) return given;
      pending.add(name);
      const server = await starter(options);
      pending.delete(name);
      this.#servers.push(server);
      this.#keep(server);
      return server.url;
    };
    const all = Promise.allSettled([
      start('postgres', databaseUrl, startPostgres),
      start('redis', redisUrl, startRedis),
      start('nats', natsUrl, startNats),
    ]);
    const results = await this.terminal.during(() => `starting ${[...pending].join(', ')}`, all);
    // All have settled, so that `stop` knows of each one that did start.
    trimServerLogs(
      dataDir,
      this.#servers.map(({ name }) => name),
      this.#stopping.signal,
    );
    const [database, redis, nats] = results.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
    if (database === undefined || redis === undefined || nats === undefined)
      throw new Error('a server has no URL');
    return { databaseUrl: database, redisUrl: redis, natsUrl: nats };
  }

  #watchDisk(): void {
    const { dataDir, diskWarningMb } = this.settings;
    const { say } = this.terminal;
    // NATS stores nothing any more once it met a full disk, whatever room there is later (2.9.10): it has to begin anew.
    const onRoom = async (): Promise<void> => {
      const nats = this.#servers.find(({ name }) => name === 'nats');
      if (nats?.running !== true) return;
      say('nats: started again, since the disk was full');
      await nats.restart();
    };
    const options = { dataDir, warnBelow: diskWarningMb * 1_000_000, say, onRoom };
    this.#idle.push(watchDisk(options, this.#stopping.signal));
  }

  #keep(part: Restartable): void {
    this.#idle.push(keepRunning(part, this.terminal.say, this.#stopping.signal));
  }

  async #ready(urls: Readonly<Record<string, string>>): Promise<void> {
    const waiting = new Map<string, string>();
    const work = async (): Promise<void> => {
      await Promise.all(
        this.#children.map(async (child) => {
          let ends = 0;
          const forget = child.onExit(() => {
            ends += 1;
          });
          for (;;) {
            const reason = await unreadiness(urls[child.name] ?? '');
            if (reason === null || this.#stopping.signal.aborted) break;
            if (ends >= MAX_EARLY_ENDS) {
              const log = join(this.settings.dataDir, 'logs', `${child.name}.log`);
              throw new NeverReadyError(`${child.name} ended ${ends} times before it was ready: see ${log}`);
            }
            waiting.set(child.name, reason);
            await delay(POLL_MS);
          }
          forget();
          waiting.delete(child.name);
        }),
      );
    };
    const reasons = (): string => [...waiting].map(([name, reason]) => `${name} ${reason}`).join('; ');
    await this.terminal.during(() => `starting: ${reasons()}`, work());
    this.#stopping.signal.throwIfAborted();
  }
}

/** The address under which this machine reaches a port that is bound to `bind`. */
function localHost(bind: string): string {
  if (bind === '0.0.0.0' || bind === 'localhost') return '127.0.0.1';
  if (bind === '::') return '[::1]';
  return bind.includes(':') ? `[${bind}]` : bind;
}
