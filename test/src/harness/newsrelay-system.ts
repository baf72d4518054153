import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { freePort } from '@newsrelay/local-servers/free-port';
import { startNats } from '@newsrelay/local-servers/nats';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { startPostgres } from '@newsrelay/local-servers/postgres';
import { startRedis } from '@newsrelay/local-servers/redis';
import type { LocalServer } from '@newsrelay/local-servers/server-process';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import pg from 'pg';
import { NewsrelayApi } from './newsrelay-api.js';

export const SERVICES = ['ingest', 'transform', 'publish', 'feeds', 'console'] as const;
export type ServiceName = (typeof SERVICES)[number];
export const SERVERS = ['nats', 'redis', 'postgres'] as const;
export type ServerName = (typeof SERVERS)[number];

const ROOT = join(import.meta.dirname, '../../..');
const READY_MS = 60_000;

export interface SystemOptions {
  /** Seconds between attempts. */
  retrySchedule?: string;
  /** Services to start; all by default. */
  services?: readonly ServiceName[];
  /** Servers to start; all by default. The others have an address where nothing answers. */
  servers?: readonly ServerName[];
  /** Further settings of every service. */
  environment?: Readonly<Record<string, string>>;
}

/** Newsrelay as it is deployed: each service a process of its own, real servers, everything on free ports of loopback. */
export class NewsrelaySystem {
  readonly servers = new Map<ServerName, LocalServer>();
  readonly #services = new Map<ServiceName, ChildProcess>();
  readonly #beside: ChildProcess[] = [];
  readonly #ports = new Map<ServiceName, number>();
  readonly #environment: Record<string, string> = {};
  readonly api: NewsrelayApi;

  private constructor(
    readonly dataDir: TemporaryDataDir,
    readonly adminKey: string,
  ) {
    this.api = new NewsrelayApi((service) => this.urlOf(service), adminKey);
  }

  static async start(options: SystemOptions = {}): Promise<NewsrelaySystem> {
    const system = new NewsrelaySystem(temporaryDataDir(), randomBytes(24).toString('hex'));
    try {
      await system.#startServers(options.servers ?? SERVERS);
      for (const service of SERVICES) system.#ports.set(service, await freePort());
      system.#environment['NEWSRELAY_PUBLIC_URL'] = system.urlOf('feeds');
      system.#environment['NEWSRELAY_ADMIN_KEY'] = system.adminKey;
      system.#environment['NEWSRELAY_ENCRYPTION_KEY'] = randomBytes(32).toString('base64');
      system.#environment['NEWSRELAY_ALLOW_TARGETS'] = '127.0.0.0/8';
      system.#environment['NEWSRELAY_RETRY_SCHEDULE'] =
        options.retrySchedule ?? '0,0.2,0.5,1,1,2,2,5,5,5,10,10,20';
      Object.assign(system.#environment, options.environment);
      const services = options.services ?? SERVICES;
      for (const service of services) system.spawnService(service);
      if ((options.servers ?? SERVERS).length === SERVERS.length) await system.ready(services);
      return system;
    } catch (error) {
      await system.stop();
      throw error;
    }
  }

  async #startServers(wanted: readonly ServerName[]): Promise<void> {
    const dataDir = this.dataDir.path;
    const start = {
      nats: () => startNats({ dataDir }),
      redis: () => startRedis({ dataDir }),
      postgres: () => startPostgres({ dataDir, survivesPowerLoss: false }),
    };
    const settings = { nats: 'NATS_URL', redis: 'REDIS_URL', postgres: 'DATABASE_URL' } as const;
    const nowhere = { nats: 'nats', redis: 'redis', postgres: 'postgres' } as const;
    for (const name of SERVERS) {
      if (wanted.includes(name)) {
        const server = await start[name]();
        this.servers.set(name, server);
        this.#environment[settings[name]] = server.url;
      } else {
        this.#environment[settings[name]] = `${nowhere[name]}://127.0.0.1:${await freePort()}`;
      }
    }
  }

  server(name: ServerName): LocalServer {
    const server = this.servers.get(name);
    if (server === undefined) throw new Error(`${name} was not started`);
    return server;
  }

  /** One statement behind the services' backs. */
  async queryLedger<R extends pg.QueryResultRow>(
    statement: string,
    values: readonly unknown[] = [],
  ): Promise<R[]> {
    const client = new pg.Client(this.server('postgres').url);
    await client.connect();
    try {
      return (await client.query<R>(statement, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  urlOf(service: ServiceName): string {
    return `http://127.0.0.1:${this.#ports.get(service) ?? 0}`;
  }

  pidOf(service: ServiceName): number {
    const pid = this.#services.get(service)?.pid;
    if (pid === undefined) throw new Error(`${service} does not run`);
    return pid;
  }

  logOf(service: ServiceName): string {
    return join(this.dataDir.path, `${service}.log`);
  }

  spawnService(service: ServiceName, environment: Record<string, string> = {}): void {
    const log = createWriteStream(this.logOf(service), { flags: 'a' });
    const child = spawn(process.execPath, [join(ROOT, `apps/${service}/dist/main.js`)], {
      env: {
        PATH: process.env['PATH'],
        ...this.#environment,
        NEWSRELAY_PORT: String(this.#ports.get(service)),
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    this.#services.set(service, child);
  }

  /** A second process of a service, on a port of its own; it ends with the system. */
  async spawnBeside(
    service: ServiceName,
    environment: Record<string, string> = {},
  ): Promise<{ url: string }> {
    const port = await freePort();
    const first = this.#services.get(service);
    this.spawnService(service, { ...environment, NEWSRELAY_PORT: String(port) });
    const beside = this.#services.get(service);
    if (beside !== undefined) this.#beside.push(beside);
    if (first !== undefined) this.#services.set(service, first);
    return { url: `http://127.0.0.1:${port}` };
  }

  /** kill -9 unless told otherwise; resolves when the process is gone. SIGSTOP and SIGCONT resolve at once. */
  async killService(service: ServiceName, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.#end(this.#services.get(service), signal);
  }

  async #end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await exited;
  }

  async ready(services: readonly ServiceName[] = SERVICES): Promise<void> {
    for (const service of services) {
      await pollUntil(
        `${service} ready (log: ${this.logOf(service)})`,
        async () => (await statusOf(`${this.urlOf(service)}/health/ready`)) === 200,
        { timeoutMs: READY_MS, everyMs: 50 },
      );
    }
  }

  async stop(): Promise<void> {
    await Promise.all(
      [...this.#services.values(), ...this.#beside].map((child) => this.#end(child, 'SIGTERM')),
    );
    for (const server of [...this.servers.values()].reverse()) await server.stop();
    if (process.env['NEWSRELAY_KEEP_TEST_DATA'] === undefined) await this.dataDir.remove();
  }
}

/** HTTP status, or null if nothing answers. */
export async function statusOf(url: string): Promise<number | null> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: 3_000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? null);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => {
      resolve(null);
    });
  });
}
