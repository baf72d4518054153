import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, platform, release, totalmem, type } from 'node:os';
import { findProgram } from '@newsrelay/local-servers/find-program';

/** Where the figures come from. */
export interface MachineFacts {
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly node: string;
  /** Mean number of busy or waiting processes of the last minute, before anything was started. */
  readonly loadBefore: number;
  /** Set where that says that others use the machine. */
  readonly warning: string | null;
}

/** More than this share of the cores in use by others makes figures that mean little. */
const BUSY_SHARE = 0.25;

export function machineFacts(load = loadavg()[0] ?? 0, cores = availableParallelism()): MachineFacts {
  return {
    system: `${type()} ${release()} (${platform()})`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores,
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    node: process.version,
    loadBefore: load,
    warning:
      load > BUSY_SHARE * cores
        ? `the machine is busy (load ${load.toFixed(2)} on ${cores} cores): ratios still mean something, the figures themselves little`
        : null,
  };
}

/** First line of what a program says about its version; null where it is not there. */
export function versionOf(program: string, option: string): string | null {
  const path = findProgram(program);
  if (path === undefined) return null;
  try {
    // nginx says it on stderr.
    const said = execFileSync('/bin/sh', ['-c', `"$1" "$2" 2>&1 || :`, 'sh', path, option], {
      encoding: 'utf8',
    });
    return said.split('\n')[0]?.trim() ?? null;
  } catch {
    return null;
  }
}
