import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';

/** As an entry file; says how far it is, and starts when a line comes in. */
const PROGRAM = `
  import { once } from 'node:events';
  import { runUntilStopped } from ${JSON.stringify(join(import.meta.dirname, '../dist/run.js'))};
  const say = (line) => process.stdout.write(line + '\\n');
  await runUntilStopped(async () => {
    say('starting');
    await once(process.stdin, 'data');
    process.stdin.destroy();
    const alive = setInterval(() => undefined, 1_000);
    say('started');
    return { stop: async () => { clearInterval(alive); say('stopped'); } };
  });
`;

describe('a process', () => {
  let child: ChildProcess;
  afterEach(() => {
    child.kill('SIGKILL');
  });

  function run() {
    const program = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child = program;
    let said = '';
    const waiting = new Set<() => void>();
    program.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString('utf8');
      for (const look of waiting) look();
    });
    const says = (line: string) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (said.includes(`${line}\n`)) resolve();
        };
        waiting.add(look);
        look();
      });
    return { program, says, exited: once(program, 'exit') };
  }

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'is stopped in good order by a %s that comes while it starts',
    async (signal) => {
      const { program, says, exited } = run();
      await says('starting');
      program.kill(signal);
      program.stdin.write('go\n');
      await says('stopped');
      expect(await exited).toEqual([0, null]);
    },
  );

  it('is stopped by a SIGTERM that comes later', async () => {
    const { program, says, exited } = run();
    program.stdin.write('go\n');
    await says('started');
    program.kill('SIGTERM');
    await says('stopped');
    expect(await exited).toEqual([0, null]);
  });
});
