import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@newsrelay/local-servers/free-port';
import { readPidFile } from '@newsrelay/local-servers/pid-file';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { Agent, request } from 'undici';
import { NodeChild } from './node-child.js';
import type { Servers } from './servers.js';

const READY_MS = 120_000;
/** The launcher gives its processes half a minute each, and the servers some more. */
const STOP_MS = 90_000;

type Method = 'GET' | 'POST' | 'PATCH';

export interface NewsrelayOptions {
  readonly dataDir: string;
  /** Left out: its own ones, in the data folder. */
  readonly servers?: Servers;
  /** Where processor profiles of its processes go. */
  readonly profileDir: string | null;
}

/** The single-machine mode as `./newsrelay start` runs it, with every setting at its default but loopback as a target. */
export class Newsrelay {
  readonly #agent = new Agent({ connections: 32 });

  constructor(
    readonly launcher: NodeChild,
    readonly url: string,
    readonly key: string,
    private readonly dataDir: string,
    private readonly logFile: string,
    /** Where this start's own output begins. */
    private readonly logFrom: number,
  ) {}

  /** Once its launcher says that both processes can do their work. */
  async ready(): Promise<void> {
    const log = this.logFile;
    const said = (): string => readFileSync(log).subarray(this.logFrom).toString('utf8');
    await pollUntil(
      `Newsrelay ready (log: ${log})`,
      () => {
        if (!this.launcher.running) throw new Error(`Newsrelay does not start: ${said().trim()}`);
        return said().includes('Newsrelay is ready');
      },
      { timeoutMs: READY_MS, everyMs: 10 },
    );
  }

  /** Of one of its two processes. */
  pidOf(part: 'http' | 'workers'): number {
    const record = readPidFile(join(this.dataDir, 'run', `${part}.json`));
    if (record === undefined) throw new Error(`the process ${part} of Newsrelay has no record`);
    return record.process.pid;
  }

  /** @throws Error unless the answer has this status */
  async call<T>(method: Method, path: string, expected: number, body?: string): Promise<T> {
    return JSON.parse(await this.#text(method, path, expected, body)) as T;
  }

  async createChannel(channel: object): Promise<void> {
    await this.call('POST', '/api/v1/channels', 201, JSON.stringify(channel));
  }

  async changeChannel(id: string, patch: object): Promise<void> {
    await this.call('PATCH', `/api/v1/channels/${id}`, 200, JSON.stringify(patch));
  }

  /** Sum of all samples of a counter, of all processes; 0 while it has none. */
  async counter(name: string): Promise<number> {
    const text = await this.#text('GET', '/metrics', 200);
    return text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  async #text(method: Method, path: string, expected: number, body?: string): Promise<string> {
    const answer = await request(`${this.url}${path}`, {
      dispatcher: this.#agent,
      method,
      headers: {
        authorization: `Bearer ${this.key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.body.text();
    if (answer.statusCode !== expected) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
    return text;
  }

  async stop(): Promise<void> {
    await this.#agent.destroy();
    await this.launcher.stop();
  }
}

export async function startNewsrelay({ dataDir, servers, profileDir }: NewsrelayOptions): Promise<Newsrelay> {
  const port = await freePort();
  const key = randomBytes(24).toString('hex');
  const logDir = join(dataDir, 'logs');
  mkdirSync(logDir, { recursive: true });
  const logFile = join(logDir, 'launcher.log');
  const logFrom = existsSync(logFile) ? statSync(logFile).size : 0;
  const launcher = new NodeChild({
    script: 'launcher',
    logDir,
    stopWithinMs: STOP_MS,
    environment: {
      NEWSRELAY_DATA_DIR: dataDir,
      NEWSRELAY_PORT: String(port),
      NEWSRELAY_ADMIN_KEY: key,
      NEWSRELAY_ALLOW_TARGETS: '127.0.0.0/8',
      ...(servers === undefined
        ? {}
        : { NATS_URL: servers.natsUrl, REDIS_URL: servers.redisUrl, DATABASE_URL: servers.databaseUrl }),
      ...(profileDir === null ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profileDir}` }),
    },
  });
  return new Newsrelay(launcher, `http://127.0.0.1:${port}`, key, dataDir, logFile, logFrom);
}
