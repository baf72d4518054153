import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';

import { findProgram } from './find-program.js';
import { ServerStartError, type ServerCommand } from './server-process.js';

/** What a server needs to be run as a program of this machine or, failing that, in a container. */
export interface ProgramOrImage {
  readonly program: string;
  readonly image: string;
  /** The port the server listens on inside the container. */
  readonly containerPort: number;
  /** The folder of this machine that the container sees as `/data`. */
  readonly folder: string;
  /** Arguments for a listening address, a port and the data folder as the server sees them. */
  args(host: string, port: number, folder: string): readonly string[];
  /** What a person should install when there is neither. */
  readonly advice: string;
}

/** How the server is run on this machine; decided once per start. */
export type Runner =
  | { readonly kind: 'program'; readonly path: string }
  | { readonly kind: 'docker'; readonly docker: string; readonly container: string };

/** @throws ServerStartError with one line of advice when there is neither the program nor a Docker engine */
export async function chooseRunner(server: ProgramOrImage): Promise<Runner> {
  const path = findProgram(server.program);
  if (path !== undefined) return { kind: 'program', path };
  const docker = findProgram('docker');
  if (docker !== undefined && (await answers(docker, ['info']))) {
    await fetchImage(docker, server.image);
    // One folder, one container: its name is how the next start finds what a killed launcher left.
    const mark = createHash('sha256').update(server.folder).digest('hex').slice(0, 12);
    return { kind: 'docker', docker, container: `newsrelay-${server.program}-${mark}` };
  }
  throw new ServerStartError(`${server.program} is missing: ${server.advice}`);
}

/** Takes away the container that a killed launcher left; a program is found through its pid file instead. */
export async function removeLeftContainer(runner: Runner): Promise<void> {
  if (runner.kind !== 'docker') return;
  await promisify(execFile)(runner.docker, ['rm', '--force', runner.container]);
}

export function commandOf(runner: Runner, server: ProgramOrImage, port: number): ServerCommand {
  if (runner.kind === 'program') {
    return { program: runner.path, args: server.args('127.0.0.1', port, server.folder) };
  }
  const account =
    process.getuid === undefined ? [] : ['--user', `${process.getuid()}:${process.getgid?.() ?? 0}`];
  return {
    program: runner.docker,
    args: [
      ...['run', '--rm', '--name', runner.container, ...account],
      ...['--publish', `127.0.0.1:${port}:${server.containerPort}`],
      ...['--mount', `type=bind,source=${server.folder},target=/data`],
      ...[server.image, ...server.args('0.0.0.0', server.containerPort, '/data')],
    ],
    // SIGKILL would end the client and leave the container running.
    signal: (signal) => {
      spawnSync(runner.docker, ['kill', '--signal', signal, runner.container], { stdio: 'ignore' });
    },
  };
}

/** Fetched here and not by `docker run`, where it would count as time that the server takes to start. */
async function fetchImage(docker: string, image: string): Promise<void> {
  if (await answers(docker, ['image', 'inspect', image])) return;
  try {
    await promisify(execFile)(docker, ['pull', image]);
  } catch (error) {
    throw new ServerStartError(
      `the Docker image ${image} cannot be fetched: ${(error as Error).message.trim()}`,
    );
  }
}

async function answers(docker: string, args: readonly string[]): Promise<boolean> {
  try {
    await promisify(execFile)(docker, args, { timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}
