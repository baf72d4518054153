import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { pollUntil } from './poll-until.js';
import { identityOf, isRunning, type ProcessIdentity } from './process-identity.js';

/** What is known of a started process after its launcher is gone. */
export interface PidRecord {
  readonly name: string;
  readonly process: ProcessIdentity;
  /** Who started it; while this one runs the process is in use and no orphan. */
  readonly owner: ProcessIdentity;
  readonly port: number | null;
}

/** A process and its data are in use by a launcher that still runs. */
export class InUseError extends Error {
  override readonly name = 'InUseError';
  constructor(
    what: string,
    readonly pid: number,
  ) {
    super(`${what} is in use by the running process ${pid}`);
  }
}

/** Signals in the order in which they are tried, each with the time in ms before the next one. */
export type StopSequence = readonly { readonly signal: NodeJS.Signals; readonly waitMs: number }[];

export function writePidFile(file: string, name: string, pid: number, port: number | null): void {
  const child = identityOf(pid);
  const owner = identityOf(process.pid);
  // A process that ended before it could be named needs no record.
  if (child === undefined || owner === undefined) return;
  mkdirSync(dirname(file), { recursive: true });
  const record: PidRecord = { name, process: child, owner, port };
  // A launcher killed in the middle of the write must not leave half a record.
  writeFileSync(`${file}.new`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export function readPidFile(file: string): PidRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(file, 'utf8')) as Partial<PidRecord>;
    if (typeof record.process?.pid !== 'number' || typeof record.process.startedAt !== 'string')
      return undefined;
    if (typeof record.owner?.pid !== 'number' || typeof record.owner.startedAt !== 'string') return undefined;
    return record as PidRecord;
  } catch {
    return undefined;
  }
}

export function removePidFile(file: string): void {
  rmSync(file, { force: true });
}

/**
 * Ends the process a pid file names, if it is still that very process and its launcher is gone.
 *
 * @returns the record of the ended process, `undefined` when nothing was left running
 * @throws InUseError when the launcher that started it still runs
 */
export async function endOrphan(file: string, sequence: StopSequence): Promise<PidRecord | undefined> {
  const record = readPidFile(file);
  if (record === undefined || !isRunning(record.process)) {
    removePidFile(file);
    return undefined;
  }
  if (isRunning(record.owner)) throw new InUseError(record.name, record.owner.pid);
  await endProcess(record.process, sequence);
  removePidFile(file);
  return record;
}

/** Sends the signals of `sequence` one after the other, then SIGKILL, until the process is gone. */
export async function endProcess(identity: ProcessIdentity, sequence: StopSequence): Promise<void> {
  for (const { signal, waitMs } of [...sequence, { signal: 'SIGKILL' as const, waitMs: 10_000 }]) {
    if (!isRunning(identity)) return;
    try {
      process.kill(identity.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      throw error;
    }
    try {
      await pollUntil(`end of process ${identity.pid}`, () => !isRunning(identity), { timeoutMs: waitMs });
      return;
    } catch (error) {
      if (signal === 'SIGKILL') throw error;
    }
  }
}
