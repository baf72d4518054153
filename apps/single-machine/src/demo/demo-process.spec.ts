import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort } from '@newsrelay/local-servers/free-port';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';

/* The demo as a person runs it; from the build, as in production. */

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const WITHIN_MS = 90_000;

describe('the demo', () => {
  let folder: TemporaryDataDir;
  let demo: ChildProcess | undefined;
  let output: string;

  beforeEach(() => {
    folder = temporaryDataDir();
    output = '';
  });
  afterEach(async () => {
    if (demo?.exitCode === null) {
      demo.kill('SIGTERM');
      await ended();
    }
    await folder.remove();
  }, WITHIN_MS);

  async function run(...options: string[]): Promise<ChildProcess> {
    const env = { ...process.env, NEWSRELAY_DATA_DIR: folder.path, NEWSRELAY_PORT: String(await freePort()) };
    const child = spawn(process.execPath, [MAIN, 'demo', ...options], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    demo = child;
    return child;
  }

  /** Tries something on the demo that is up. @returns exit code and output */
  async function change(...options: string[]): Promise<[number | null, string]> {
    const env = { ...process.env, NEWSRELAY_DATA_DIR: folder.path };
    const child = spawn(process.execPath, [MAIN, 'demo', ...options], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    await once(child, 'close');
    return [child.exitCode, said];
  }

  async function ended(): Promise<number | null> {
    await pollUntil('end of the demo', () => demo?.exitCode !== null || demo.signalCode !== null, {
      timeoutMs: WITHIN_MS,
    });
    return demo?.exitCode ?? null;
  }

  it(
    'with --once names no address that is dead a moment later',
    async () => {
      await run('--once');
      expect([await ended(), output]).toEqual([0, expect.stringContaining('are at all 4 outlets')]);
      expect(output).not.toContain('Open in a browser:');
      expect(output).toContain('Stopped.');
    },
    WITHIN_MS,
  );

  it(
    'follows a correction and a withdrawal from a second terminal, and a later run shows them unchanged',
    async () => {
      await run();
      await pollUntil('end of the show', () => output.includes('Ctrl-C ends it.'), { timeoutMs: WITHIN_MS });
      expect(output).toMatch(/partner-site: refuses .*503/);
      expect(output).toContain('partner-site: has recovered and has all 7');
      expect(await change('correct')).toEqual([
        0,
        expect.stringMatching(/in 6 of 6 feed documents, and on the Mastodon/),
      ]);
      expect(await change('correct', '9')).toEqual([2, expect.stringContaining('There is no article 9')]);
      expect(await change('withdraw', '2')).toEqual([
        0,
        expect.stringMatching(/and from the Mastodon time-line, and its page answers 410/),
      ]);
      demo?.kill('SIGINT');
      await ended();
      expect(await change('correct')).toEqual([1, expect.stringContaining('No demo is up here')]);

      output = '';
      await run('--once');
      expect([await ended(), output]).toEqual([
        0,
        expect.stringContaining('6 articles are at all 4 outlets'),
      ]);
      expect(output).toContain('2 of them corrected or withdrawn since');
      expect(output).toContain('This run pushed nothing to it again.');
    },
    2 * WITHIN_MS,
  );

  it(
    'shows and decides nothing more once it is asked to end',
    async () => {
      const child = await run();
      await pollUntil('articles', () => output.includes('The page:'), { timeoutMs: WITHIN_MS });
      const from = performance.now();
      child.kill('SIGINT');
      expect(await ended()).toBe(0);
      expect(performance.now() - from).toBeLessThan(15_000);
      const last = output.slice(output.indexOf('Stopping …')).split('\n');
      expect(last.filter((line) => line !== '' && !line.startsWith('… waiting for'))).toEqual([
        'Stopping …',
        'Stopped.',
      ]);
    },
    WITHIN_MS,
  );
});
