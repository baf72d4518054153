import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { memoryOf } from './memory.js';

/** A process that starts another one, says so, and stays. */
const PARENT = `
const child = require('node:child_process').spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1000)']);
child.stdout.once('data', () => console.log('ready'));
process.on('SIGTERM', () => { child.kill(); process.exit(0); });
`;

describe('memory of a tree of processes', () => {
  let stop: () => Promise<unknown> = () => Promise.resolve();
  afterEach(() => stop());

  it('counts what a process started with it', async () => {
    const parent = spawn(process.execPath, ['-e', PARENT], { stdio: ['ignore', 'pipe', 'inherit'] });
    stop = async () => {
      parent.kill();
      await once(parent, 'exit');
    };
    await once(parent.stdout, 'data');
    const memory = memoryOf(parent.pid ?? 0);
    expect(memory.processes).toBe(2);
    // Two bare Node.js processes, each of at least 20 MiB.
    expect(memory.rssMiB).toBeGreaterThan(40);
    if (memory.pssMiB !== null) {
      expect(memory.pssMiB).toBeGreaterThan(0);
      expect(memory.pssMiB).toBeLessThan(memory.rssMiB);
    }
  });

  it('makes no figure of a process that does not run', () => {
    expect(() => memoryOf(2 ** 30)).toThrow('does not run');
  });
});
