import { randomBytes } from 'node:crypto';
import { freePort } from '@newsrelay/local-servers/free-port';
import { startNats } from '@newsrelay/local-servers/nats';
import { startPostgres } from '@newsrelay/local-servers/postgres';
import { startRedis } from '@newsrelay/local-servers/redis';
import type { LocalServer } from '@newsrelay/local-servers/server-process';
import type { OutletSeat } from '../outlets/outlets.js';
import { SERVICES, type ServerName, type ServiceName } from '../plan/faults.js';
import { signalTree } from './process-tree.js';
import { ServiceProcess } from './service-process.js';

/**
 * Seconds before each attempt: short at first, and enough of them for the longest time that an outlet which ends well is
 * away (`LONGEST_STRETCH_MS`).
 */
const RETRY_SCHEDULE = [0, 0.5, 1, 2, 3, 5, ...Array.from({ length: 44 }, () => 8)].join(',');

/** Newsrelay as it is deployed, each service a process of its own, on real servers: what faults are done to. */
export class Stand {
  readonly adminKey = randomBytes(24).toString('hex');
  readonly #servers = new Map<ServerName, LocalServer>();
  readonly #services = new Map<ServiceName, ServiceProcess>();

  constructor(
    private readonly dataDir: string,
    private readonly stopping: AbortSignal,
    private readonly onUnaskedEnd: (service: ServiceName, how: string) => void,
  ) {}

  async start(): Promise<void> {
    const { dataDir } = this;
    // All of them settle before a failure is told: none may be left running that nobody knows of.
    const started = await Promise.allSettled([
      startNats({ dataDir }).then((server) => this.#servers.set('nats', server)),
      startRedis({ dataDir }).then((server) => this.#servers.set('redis', server)),
      // Faults end processes, not the machine: nothing waits for the disk.
      startPostgres({ dataDir, survivesPowerLoss: false }).then((server) =>
        this.#servers.set('postgres', server),
      ),
    ]);
    for (const result of started) if (result.status === 'rejected') throw result.reason;
    const ports = new Map<ServiceName, number>();
    for (const name of SERVICES) ports.set(name, await freePort());
    const environment = {
      NATS_URL: this.server('nats').url,
      REDIS_URL: this.server('redis').url,
      DATABASE_URL: this.databaseUrl,
      NEWSRELAY_PUBLIC_URL: `http://127.0.0.1:${ports.get('feeds') ?? 0}`,
      NEWSRELAY_ADMIN_KEY: this.adminKey,
      NEWSRELAY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      NEWSRELAY_ALLOW_TARGETS: '127.0.0.0/8',
      NEWSRELAY_RETRY_SCHEDULE: RETRY_SCHEDULE,
    };
    for (const [name, port] of ports) {
      const onUnaskedEnd = (how: string) => {
        this.onUnaskedEnd(name, how);
      };
      const service = new ServiceProcess({ name, port, environment, dataDir, onUnaskedEnd });
      this.#services.set(name, service);
      service.start();
    }
    await this.ready();
  }

  async createChannels(seats: readonly OutletSeat[]): Promise<void> {
    for (const { id, port, secret } of seats) {
      const answer = await this.call('console', 'POST', '/api/v1/channels', {
        id,
        type: 'webhook',
        name: id,
        settings: { url: `http://127.0.0.1:${port}/hook` },
        secrets: { signingSecret: secret },
      });
      if (answer.status !== 201)
        throw new Error(`channel ${id} was answered ${answer.status}: ${answer.text}`);
    }
  }

  async call(
    service: ServiceName,
    method: string,
    path: string,
    json?: unknown,
  ): Promise<{ status: number; text: string }> {
    const answer = await fetch(`${this.service(service).url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.adminKey}`,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      signal: AbortSignal.timeout(10_000),
    });
    return { status: answer.status, text: await answer.text() };
  }

  server(name: ServerName): LocalServer {
    const server = this.#servers.get(name);
    if (server === undefined) throw new Error(`${name} was not started`);
    return server;
  }

  service(name: ServiceName): ServiceProcess {
    const service = this.#services.get(name);
    if (service === undefined) throw new Error(`${name} was not started`);
    return service;
  }

  get databaseUrl(): string {
    return this.server('postgres').url;
  }

  async ready(): Promise<void> {
    await Promise.all([...this.#services.values()].map((service) => service.ready(this.stopping)));
  }

  async stop(): Promise<void> {
    // Servers first wake up: services end by what they still have to tell them.
    for (const server of this.#servers.values()) if (server.running) signalTree(server.pid, 'SIGCONT');
    await Promise.all(
      [...this.#services.values()].map((service) => {
        service.signal('SIGCONT');
        return service.end('SIGTERM');
      }),
    );
    await Promise.all([...this.#servers.values()].map((server) => server.stop()));
  }
}
