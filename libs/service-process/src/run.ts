import { SettingsError } from '@newsrelay/config/environment';
import type { ServiceProcess } from './service-process.js';

/** A process that cannot end in good order within this is ended all the same, milliseconds. */
const STOP_MS = 30_000;

/**
 * Runs a process until SIGTERM, SIGINT or `untilStopped`; a signal that comes while it starts ends it once it has. For entry
 * files: settings that cannot be used and a port that is taken end it with a clear line and status 1.
 */
export async function runUntilStopped(
  start: () => Promise<ServiceProcess>,
  untilStopped?: Promise<unknown>,
): Promise<void> {
  // From the first moment on: in a container we are process 1, for which a signal that nobody handles does nothing.
  const signalled = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        // A start that never comes to its end must not outlive this either.
        endAtLatest();
        resolve();
      });
    }
  });
  let running: ServiceProcess;
  try {
    running = await start();
  } catch (error) {
    process.stderr.write(`${startFailure(error)}\n`);
    process.exitCode = 1;
    // Whatever was opened before the failure must not keep the process.
    setTimeout(() => process.exit(1), 1_000).unref();
    return;
  }
  await Promise.race(untilStopped === undefined ? [signalled] : [signalled, untilStopped]);
  endAtLatest();
  await running.stop();
  process.exit(0);
}

function endAtLatest(): void {
  setTimeout(() => process.exit(1), STOP_MS).unref();
}

function startFailure(error: unknown): string {
  if (error instanceof SettingsError) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `The port is taken: ${error.message}. Set another one, or stop what uses it.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
