import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { platform } from 'node:os';

/** Memory of a process and of all that it started, in MiB. */
export interface TreeMemory {
  readonly processes: number;
  /** Resident pages; those that several processes share are counted once for each. */
  readonly rssMiB: number;
  /** Shared pages are divided among those that share them; null where the system does not tell (not Linux). */
  readonly pssMiB: number | null;
}

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly rssKiB: number;
}

/** @throws Error where the process does not run */
export function memoryOf(root: number): TreeMemory {
  const rows = platform() === 'linux' ? linuxProcesses() : otherProcesses();
  const tree = treeOf(root, rows);
  if (tree.length === 0) throw new Error(`process ${root} does not run`);
  const shares = tree.map(({ pid }) => proportionalKiB(pid));
  const known = shares.filter((share) => share !== null);
  return {
    processes: tree.length,
    rssMiB: sum(tree.map(({ rssKiB }) => rssKiB)) / 1024,
    pssMiB: known.length === shares.length ? sum(known) / 1024 : null,
  };
}

/**
 * Seconds of the processor that the processes and all that they started have used so far, those that have ended
 * meanwhile included; null where the system does not tell (not Linux). What others do on the machine does not count.
 */
export function processorSecondsOf(roots: readonly number[]): number | null {
  if (platform() !== 'linux') return null;
  const rows = linuxProcesses();
  return sum(roots.flatMap((root) => treeOf(root, rows)).map(({ pid }) => ticksOf(pid))) / TICKS_PER_SECOND;
}

/** USER_HZ, which Linux has kept at 100 for all programs. */
const TICKS_PER_SECOND = 100;

/** Fields 14 to 17 of /proc/PID/stat (proc(5)): own time and that of ended children, in user and system mode. */
function ticksOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return sum(fields.slice(11, 15).map(Number));
  } catch {
    return 0;
  }
}

function treeOf(root: number, rows: readonly ProcessRow[]): ProcessRow[] {
  const found = rows.filter(({ pid }) => pid === root);
  for (const row of found) found.push(...rows.filter(({ parent }) => parent === row.pid));
  return found;
}

function linuxProcesses(): ProcessRow[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const status = readFileSync(`/proc/${name}/status`, 'utf8');
        const field = (label: string) =>
          Number(new RegExp(`^${label}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
        return [{ pid: Number(name), parent: field('PPid'), rssKiB: field('VmRSS') }];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
}

function otherProcesses(): ProcessRow[] {
  return execFileSync('ps', ['-axo', 'pid=,ppid=,rss='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => {
      const [pid = 0, parent = 0, rssKiB = 0] = line.trim().split(/\s+/).map(Number);
      return { pid, parent, rssKiB };
    });
}

function proportionalKiB(pid: number): number | null {
  try {
    const found = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    return found === null ? null : Number(found[1]);
  } catch {
    return null;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
