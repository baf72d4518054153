import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { Client } from 'pg';

import { endProcess, readPidFile, type StopSequence } from './pid-file.js';
import { accountForPostgres, type Account } from './postgres-account.js';
import { postgresBinaries, type PostgresBinaries } from './postgres-binaries.js';
import { OUTSIDE, postgresFolder } from './postgres-folder.js';
import { commandLineOf, identityOf, isRunning } from './process-identity.js';
import { ServerStartError, startServer, type LocalServer, type StartOptions } from './server-process.js';

export interface PostgresOptions extends StartOptions {
  /**
   * False leaves out every wait for the disk: for tests that end no machine, only processes. A commit still
   * survives kill -9, not the loss of power. Default true.
   */
  readonly survivesPowerLoss?: boolean;
}

const USER = 'newsrelay';
const DATABASE = 'newsrelay';

/** Fast shutdown, then immediate shutdown: both leave a cluster that the next start mends by itself. */
const STOP: StopSequence = [
  { signal: 'SIGINT', waitMs: 30_000 },
  { signal: 'SIGQUIT', waitMs: 5_000 },
];

/**
 * PostgreSQL from npm, its cluster in `dataDir/postgres` (or where `dataDir/postgres-lies-in` says), with the
 * database `newsrelay` and a password of its own in `dataDir/postgres-password`.
 *
 * @throws ServerStartError, InUseError
 */
export async function startPostgres(options: PostgresOptions): Promise<LocalServer> {
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o711 });
  const account = accountForPostgres(options.say);
  const binaries = await postgresBinaries(account, OUTSIDE);
  const { folder, outside } = postgresFolder(dataDir, account);
  const cluster = join(folder, 'data');
  if (outside && !existsSync(cluster)) {
    options.say?.(
      `postgres: account "${account?.name ?? ''}" cannot enter ${dataDir}, so the database lies in ${folder}`,
    );
  }
  const password = await initialised(cluster, { dataDir, folder, account, binaries });
  const url = (port: number, database = DATABASE): string =>
    `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;

  const server = await startServer(
    {
      name: 'postgres',
      prepare: () => clearPostmasterFile(cluster, options.say),
      command: (port) => ({
        program: binaries.postgres,
        args: ['-D', cluster, '-p', String(port), ...settings(options.survivesPowerLoss ?? true)],
        env: environment(),
        ...identity(account),
      }),
      url,
      isReady: (port) => answers(url(port, 'postgres')),
      stopSequence: STOP,
      // The processes of a postmaster that was killed hold its shared memory, and one that was just forked its
      // port, until they notice.
      mayPass: (logged) =>
        /pre-existing shared memory block|lock file "postmaster.pid" already exists|could not create any TCP\/IP sockets/.test(
          logged,
        ),
    },
    { ...options, dataDir },
  );
  await makeDatabase(url(server.port, 'postgres'));
  return server;
}

/** Where the PostgreSQL of a data folder answers, if it runs: started by whichever launcher. */
export function runningPostgres(dataDir: string): string | undefined {
  const record = readPidFile(join(dataDir, 'run', 'postgres.json'));
  if (record?.port == null || !isRunning(record.process)) return undefined;
  const password = readFileSync(join(dataDir, 'postgres-password'), 'utf8').trim();
  return `postgres://${USER}:${password}@127.0.0.1:${record.port}/${DATABASE}`;
}

/** For a small machine that runs everything else beside it; durability as PostgreSQL has it by default. */
function settings(survivesPowerLoss: boolean): string[] {
  const durable = survivesPowerLoss ? 'on' : 'off';
  return Object.entries({
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '100',
    shared_buffers: '128MB',
    effective_cache_size: '512MB',
    work_mem: '8MB',
    maintenance_work_mem: '64MB',
    // Short queries by the thousand: compiling them costs more than it saves.
    jit: 'off',
    fsync: durable,
    full_page_writes: durable,
    synchronous_commit: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // A refused statement may hold an article's text, which is no matter for a log.
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** The server's own messages in English, whatever the machine speaks; nothing else of ours to inherit. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: '/usr/bin:/bin', LC_MESSAGES: 'C', TZ: 'UTC' };
}

function identity(account: Account | undefined): { uid?: number; gid?: number } {
  return account === undefined ? {} : { uid: account.uid, gid: account.gid };
}

interface ClusterParts {
  readonly dataDir: string;
  readonly folder: string;
  readonly account: Account | undefined;
  readonly binaries: PostgresBinaries;
}

/** Makes the cluster where there is none. @returns the password of its user */
async function initialised(
  cluster: string,
  { dataDir, folder, account, binaries }: ClusterParts,
): Promise<string> {
  const passwordFile = join(dataDir, 'postgres-password');
  const versionFile = join(cluster, 'PG_VERSION');
  if (existsSync(versionFile)) {
    const major = Number.parseInt(readFileSync(versionFile, 'utf8'), 10);
    if (major !== binaries.major) {
      throw new ServerStartError(
        `postgres: ${cluster} was made by PostgreSQL ${major}, this is ${binaries.major}: dump and load it (pg_dumpall), or set DATABASE_URL`,
      );
    }
    return readFileSync(passwordFile, 'utf8').trim();
  }
  const password = randomBytes(24).toString('base64url');
  // A launcher killed half-way leaves no cluster that looks whole: the name comes last.
  const half = `${cluster}.new`;
  rmSync(half, { recursive: true, force: true });
  const forInitdb = join(folder, 'password.new');
  writeFileSync(forInitdb, `${password}\n`, { mode: 0o600 });
  if (account !== undefined) chownSync(forInitdb, account.uid, account.gid);
  try {
    const args = [
      ...['--pgdata', half, '--username', USER, '--pwfile', forInitdb, '--auth', 'scram-sha-256'],
      ...['--encoding=UTF8', '--locale=C.UTF-8', '--lc-messages=C', '--no-instructions'],
    ];
    await promisify(execFile)(binaries.initdb, args, { cwd: '/', env: environment(), ...identity(account) });
  } catch (error) {
    throw new ServerStartError(
      `postgres: initdb failed: ${(error as Error).message.trim().replaceAll('\n', ' | ')}`,
    );
  } finally {
    rmSync(forInitdb, { force: true });
  }
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  renameSync(half, cluster);
  return password;
}

/**
 * Ends a postmaster that runs on this cluster though no pid file of ours names it, and takes away a
 * `postmaster.pid` whose number meanwhile belongs to a stranger, for which PostgreSQL would refuse to start.
 */
async function clearPostmasterFile(cluster: string, say?: (line: string) => void): Promise<void> {
  const file = join(cluster, 'postmaster.pid');
  let pid: number;
  try {
    pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  } catch {
    return;
  }
  const process = identityOf(pid);
  if (process === undefined) return;
  const commandLine = commandLineOf(pid);
  if (commandLine.includes(`/postgres -D ${cluster} `)) {
    await endProcess(process, STOP);
    say?.(`postgres: ended process ${pid}, which a killed launcher left running`);
  } else {
    rmSync(file, { force: true });
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 1500, query_timeout: 1500 });
  // A server that ends in between must not end this process with it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function makeDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}
