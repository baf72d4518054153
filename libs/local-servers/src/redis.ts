import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { askForLine } from './line-probe.js';
import { chooseRunner, commandOf, removeLeftContainer, type ProgramOrImage } from './program-or-docker.js';
import { startServer, type LocalServer, type StartOptions } from './server-process.js';

export interface RedisOptions extends StartOptions {
  /** Further arguments of redis-server, which overrule the ones before. */
  readonly settings?: readonly string[];
}

/**
 * Redis with an append-only file in `dataDir/redis`: what it acknowledged survives the end of its process,
 * and all but the last second survives the loss of power. It never evicts: a queue is no cache.
 *
 * @throws ServerStartError, InUseError
 */
export async function startRedis(options: RedisOptions): Promise<LocalServer> {
  const folder = join(resolve(options.dataDir), 'redis');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const server: ProgramOrImage = {
    program: 'redis-server',
    image: 'redis:7',
    containerPort: 6379,
    folder,
    args: (host, port, dir) => [
      ...['--bind', host, '--port', String(port), '--dir', dir],
      // The address is loopback's; inside a container, where it cannot be, only loopback's port leads in.
      ...['--protected-mode', 'no', '--daemonize', 'no'],
      ...['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''],
      ...['--maxmemory-policy', 'noeviction'],
      ...(options.settings ?? []),
    ],
    advice: 'install the package redis-server (7 or newer), or start a Docker engine, or set REDIS_URL',
  };
  const runner = await chooseRunner(server);
  return startServer(
    {
      name: 'redis',
      prepare: () => removeLeftContainer(runner),
      command: (port) => commandOf(runner, server, port),
      url: (port) => `redis://127.0.0.1:${port}`,
      // While it reads its file it answers -LOADING.
      isReady: async (port) => (await askForLine(port, 'PING\r\n')) === '+PONG',
      stopSequence: [{ signal: 'SIGTERM', waitMs: 15_000 }],
    },
    options,
  );
}
