import { copyFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

/** A server's log is put aside when it is larger than this, in bytes. */
const LIMIT = 10 * 1024 * 1024;
const EVERY_MS = 10 * 60_000;

/**
 * Keeps the logs of the servers from growing without end. A server holds its log open and appends to it, so
 * the text is copied aside and the file emptied in place; lines written in between are lost.
 */
export function trimServerLogs(dataDir: string, names: readonly string[], signal: AbortSignal): void {
  const timer = setInterval(() => {
    for (const name of names) trimLog(join(dataDir, 'logs', `${name}.log`));
  }, EVERY_MS);
  timer.unref();
  signal.addEventListener('abort', () => {
    clearInterval(timer);
  });
}

/** @returns whether the log was put aside */
export function trimLog(file: string, limit = LIMIT): boolean {
  try {
    if (statSync(file).size <= limit) return false;
    copyFileSync(file, `${file}.1`);
    truncateSync(file);
    return true;
  } catch {
    // A full disk or a log that is not there: no reason to end anything.
    return false;
  }
}
