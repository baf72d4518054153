import { execFile } from 'node:child_process';
import { findProgram } from '@newsrelay/local-servers/find-program';

/**
 * The full path of a reader.
 *
 * @param packageName Debian's package
 * @throws Error that says what to install
 */
export function readerProgram(program: string, packageName: string): string {
  const path = findProgram(program);
  if (path === undefined) {
    throw new Error(
      `${program} is not installed: apt-get install ${packageName} (./newsrelay test does it by itself)`,
    );
  }
  return path;
}

/**
 * Runs a reader to its end, in a home of its own, without a proxy and in UTF-8.
 *
 * @returns what it printed
 * @throws Error with what it complained of, if it fails or takes longer than half a minute
 */
export async function runReader(
  program: string,
  args: readonly string[],
  options: { home: string; input?: string | Buffer },
): Promise<string> {
  const { home, input = '' } = options;
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      args,
      {
        env: { PATH: process.env['PATH'], HOME: home, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' },
        timeout: 30_000,
        maxBuffer: 64 * 1024 * 1024,
      },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${program} ${args.join(' ')}: ${error.message}\n${stderr}`));
      },
    );
    child.stdin?.end(input);
  });
}
