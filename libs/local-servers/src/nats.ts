import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { askForLine } from './line-probe.js';
import { chooseRunner, commandOf, removeLeftContainer, type ProgramOrImage } from './program-or-docker.js';
import { startServer, type LocalServer, type StartOptions } from './server-process.js';

/**
 * NATS with JetStream, its streams in `dataDir/nats`. Only options that 2.9.10 knows are used.
 *
 * @throws ServerStartError, InUseError
 */
export async function startNats(options: StartOptions): Promise<LocalServer> {
  const folder = join(resolve(options.dataDir), 'nats');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const server: ProgramOrImage = {
    program: 'nats-server',
    image: 'nats:2',
    containerPort: 4222,
    folder,
    args: (host, port, store) => [
      '--addr',
      host,
      '--port',
      String(port),
      '--jetstream',
      '--store_dir',
      store,
    ],
    advice: 'install the package nats-server (2.9 or newer), or start a Docker engine, or set NATS_URL',
  };
  const runner = await chooseRunner(server);
  return startServer(
    {
      name: 'nats',
      prepare: () => removeLeftContainer(runner),
      command: (port) => commandOf(runner, server, port),
      url: (port) => `nats://127.0.0.1:${port}`,
      // The server speaks first; it opens its port after JetStream has read its store.
      isReady: async (port) => (await askForLine(port))?.includes('"jetstream":true') ?? false,
      stopSequence: [{ signal: 'SIGTERM', waitMs: 15_000 }],
    },
    options,
  );
}
