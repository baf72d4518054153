import { execFileSync, spawnSync } from 'node:child_process';

import { findProgram } from './find-program.js';
import { ServerStartError } from './server-process.js';

/** The account that PostgreSQL, which refuses to be root, runs as. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const NAME = 'postgres';

/**
 * The account for PostgreSQL: `undefined` when this process is not root and PostgreSQL runs as itself.
 * As root: the account `postgres`, made when the machine has none.
 *
 * @throws ServerStartError when there is none and it cannot be made
 */
export function accountForPostgres(say?: (line: string) => void): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const known = lookUp();
  if (known !== undefined) return known;
  make();
  const made = lookUp();
  if (made === undefined) {
    throw new ServerStartError(
      `postgres: it refuses to run as root and the account "${NAME}" cannot be made: run "useradd --system ${NAME}", or start as another user`,
    );
  }
  say?.(`postgres: made the system account "${NAME}", since PostgreSQL refuses to run as root`);
  return made;
}

/** Whether the account can run `test OPERATOR PATH`, with whatever rights and access lists lead there. */
export function can(account: Account, operator: '-r' | '-w' | '-x', path: string): boolean {
  const { status } = spawnSync('/bin/sh', ['-c', `test ${operator} "$1"`, 'sh', path], {
    uid: account.uid,
    gid: account.gid,
    cwd: '/',
    stdio: 'ignore',
  });
  return status === 0;
}

function lookUp(): Account | undefined {
  try {
    const id = (flag: string): number =>
      Number(execFileSync('id', [flag, NAME], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return { name: NAME, uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

function make(): void {
  const useradd = findProgram('useradd');
  const adduser = findProgram('adduser');
  if (useradd !== undefined) {
    const args = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', NAME];
    spawnSync(useradd, args, { stdio: 'ignore' });
  } else if (adduser !== undefined) {
    // BusyBox.
    spawnSync(adduser, ['-S', '-D', '-H', '-s', '/sbin/nologin', NAME], { stdio: 'ignore' });
  }
}
