import type { BenchOptions } from '../options.js';
import type { Plan } from '../plan.js';
import type { BenchFolder } from './bench-folder.js';
import type { Closing } from './closing.js';
import { startNewsrelay, type Newsrelay } from './newsrelay.js';
import { startServers, type Servers } from './servers.js';

/** What every section works with. */
export interface Stand {
  readonly folder: BenchFolder;
  readonly closing: Closing;
  readonly options: BenchOptions;
  readonly plan: Plan;
  /** Aborts when the benchmark is to end before its time. */
  readonly stopping: AbortSignal;
  /** Progress. */
  readonly say: (line: string) => void;
}

/** Newsrelay on servers that the baselines use as well. */
export interface Bed {
  readonly servers: Servers;
  readonly newsrelay: Newsrelay;
  readonly logDir: string;
}

/** Everything fresh: no section works on what another one left. */
export async function layBed(stand: Stand, own: Closing, name: string): Promise<Bed> {
  const dataDir = stand.folder.make(name);
  own.add(() => {
    stand.folder.remove(dataDir);
  });
  stand.say('starting the servers');
  const servers = await startServers(dataDir, own);
  const newsrelayDir = stand.folder.make(`${name}-newsrelay`);
  own.add(() => {
    stand.folder.remove(newsrelayDir);
  });
  stand.say('starting Newsrelay');
  const newsrelay = await startNewsrelay({
    dataDir: newsrelayDir,
    servers,
    profileDir: stand.options.profile ? stand.folder.results : null,
  });
  own.add(() => newsrelay.stop());
  await newsrelay.ready();
  return { servers, newsrelay, logDir: `${dataDir}/logs` };
}
