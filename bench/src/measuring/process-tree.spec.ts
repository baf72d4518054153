import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { platform } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { memoryOf, processorSecondsOf } from './process-tree.js';

/** A process that starts another one, which works for a while, and stays with it. */
const PARENT = `
const child = require('node:child_process').spawn(process.execPath, ['-e', \`
  const until = process.cpuUsage().user + 300_000;
  while (process.cpuUsage().user < until);
  console.log('done');
  setInterval(() => {}, 1000);
\`]);
child.stdout.once('data', () => console.log('done'));
process.on('SIGTERM', () => { child.kill(); process.exit(0); });
`;

describe('a tree of processes', () => {
  let parent: ChildProcess;
  let ended: Promise<unknown>;

  beforeEach(async () => {
    parent = spawn(process.execPath, ['-e', PARENT], { stdio: ['ignore', 'pipe', 'inherit'] });
    ended = once(parent, 'exit');
    if (parent.stdout !== null) await once(parent.stdout, 'data');
  });
  afterEach(async () => {
    parent.kill();
    await ended;
  });

  it('has the memory of what a process started, too', () => {
    const memory = memoryOf(parent.pid ?? 0);
    expect(memory.processes).toBe(2);
    // Two bare Node.js processes, each of at least 20 MiB.
    expect(memory.rssMiB).toBeGreaterThan(40);
    if (memory.pssMiB !== null) {
      expect(memory.pssMiB).toBeGreaterThan(0);
      expect(memory.pssMiB).toBeLessThan(memory.rssMiB);
    }
  });

  it('has the time of what a process started, too', () => {
    const seconds = processorSecondsOf([parent.pid ?? 0]);
    if (platform() === 'linux') expect(seconds).toBeGreaterThan(0.25);
    else expect(seconds).toBeNull();
  });

  it('is none where the process does not run', () => {
    expect(() => memoryOf(2 ** 30)).toThrow('does not run');
  });
});
