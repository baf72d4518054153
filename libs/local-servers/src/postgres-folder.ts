import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { can, type Account } from './postgres-account.js';
import { ServerStartError } from './server-process.js';

/** Where PostgreSQL's files lie when its account cannot reach the data folder. */
export const OUTSIDE = '/var/lib/newsrelay';

export interface PostgresFolder {
  /** Belongs to the account PostgreSQL runs as; the cluster is `data` below it. */
  readonly folder: string;
  /** True when it lies outside the data folder. */
  readonly outside: boolean;
}

/**
 * Finds or makes the folder of the cluster: `dataDir/postgres`, or, where PostgreSQL's account cannot enter
 * that (root with the data folder below a folder of mode 0700), one in {@link OUTSIDE}. Which one is written
 * to `dataDir/postgres-lies-in`, so that a data folder keeps its cluster when it is renamed.
 *
 * @throws ServerStartError when an existing cluster has become unreachable
 */
export function postgresFolder(
  dataDir: string,
  account: Account | undefined,
  outsideRoot = OUTSIDE,
): PostgresFolder {
  const inside = join(dataDir, 'postgres');
  if (account === undefined) {
    mkdirSync(inside, { recursive: true, mode: 0o700 });
    return { folder: inside, outside: false };
  }
  const note = join(dataDir, 'postgres-lies-in');
  if (existsSync(note)) return { folder: readFileSync(note, 'utf8').trim(), outside: true };
  mkdirSync(inside, { recursive: true, mode: 0o700 });
  chownSync(inside, account.uid, account.gid);
  if (can(account, '-w', inside)) return { folder: inside, outside: false };
  if (existsSync(join(inside, 'data'))) {
    throw new ServerStartError(
      `postgres: its account "${account.name}" can no longer enter ${inside}: allow it on every folder above (chmod o+x)`,
    );
  }
  rmdirSync(inside);
  const mark = createHash('sha256').update(realpathSync(dataDir)).digest('hex').slice(0, 12);
  makeOutsideRoot(outsideRoot);
  const folder = join(outsideRoot, mark);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chownSync(folder, account.uid, account.gid);
  writeFileSync(note, `${folder}\n`);
  return { folder, outside: true };
}

/** Makes the folder that every account may pass through, whatever the umask of the one who starts. */
export function makeOutsideRoot(root: string): void {
  mkdirSync(root, { recursive: true });
  chmodSync(root, 0o755);
}
