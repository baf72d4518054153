import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { endOrphan, readPidFile } from '@newsrelay/local-servers/pid-file';
import { isRunning } from '@newsrelay/local-servers/process-identity';

/** To all three servers SIGINT means: end in order, without waiting for clients. */
const STOP = [{ signal: 'SIGINT', waitMs: 15_000 }] as const;

/** Ends the servers that a killed launcher left, those included that a setting replaces at this start. */
export async function endLeftServers(dataDir: string, say: (line: string) => void): Promise<void> {
  await Promise.all(
    ['nats', 'redis', 'postgres'].map(async (name) => {
      const record = await endOrphan(join(dataDir, 'run', `${name}.json`), STOP);
      if (record !== undefined) {
        say(`${name}: ended process ${record.process.pid}, which a killed launcher left running`);
      }
    }),
  );
}

/** What ends a server at once. PostgreSQL's SIGKILL would leave its other processes behind for a while. */
export function killSignal(name: string): NodeJS.Signals {
  return name === 'postgres' ? 'SIGQUIT' : 'SIGKILL';
}

/** Ends at once whatever this very process has started on the data folder and still runs. */
export function killOwn(dataDir: string): void {
  const folder = join(dataDir, 'run');
  if (!existsSync(folder)) return;
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const record = readPidFile(join(folder, file));
    if (record?.owner.pid !== process.pid || !isRunning(record.process)) continue;
    process.kill(record.process.pid, killSignal(record.name));
  }
}
