import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';

import { findProgram } from './find-program.js';
import { ServerStartError, startServer, type LocalServer, type StartOptions } from './server-process.js';

export interface NginxOptions extends StartOptions {
  /** The whole configuration, for the port it is to listen on. */
  configuration(port: number): string;
}

/** The program. @throws ServerStartError with one line of advice where it is missing */
export function findNginx(): string {
  const path = findProgram('nginx');
  if (path === undefined) throw new ServerStartError('nginx is missing: install the package nginx');
  return path;
}

/**
 * nginx with a configuration of the caller's, everything of it below `dataDir/nginx`.
 *
 * @throws ServerStartError, InUseError
 */
export async function startNginx(options: NginxOptions): Promise<LocalServer> {
  const program = findNginx();
  const folder = join(resolve(options.dataDir), 'nginx');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'nginx.conf');
  return startServer(
    {
      name: 'nginx',
      command: (port) => {
        writeFileSync(file, options.configuration(port));
        return { program, args: ['-p', folder, '-c', file, '-e', 'stderr', '-g', 'daemon off;'] };
      },
      url: (port) => `http://127.0.0.1:${port}`,
      isReady: listens,
      // QUIT finishes what is under way, which a stream never is; TERM ends at once.
      stopSequence: [{ signal: 'SIGTERM', waitMs: 5_000 }],
    },
    options,
  );
}

async function listens(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const socket = connect(port, '127.0.0.1');
    const end = (result: boolean) => {
      socket.destroy();
      answer(result);
    };
    socket.setTimeout(2_000, () => {
      end(false);
    });
    socket.once('connect', () => {
      end(true);
    });
    socket.once('error', () => {
      end(false);
    });
  });
}
