import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a data folder keeps; its logs are none of it. */
const KEPT = [
  'postgres',
  'postgres-lies-in',
  'postgres-password',
  'redis',
  'nats',
  'admin-key',
  'encryption-key',
] as const;
const LIES_IN = 'postgres-lies-in';

export function holdsSomething(dataDir: string): boolean {
  return KEPT.some((name) => existsSync(join(dataDir, name)));
}

/** Moves what the folder keeps into a folder below it, the logs of that time too. @returns that folder */
export function putAside(dataDir: string, now = new Date()): string {
  const mark = `replaced-${now.toISOString().replaceAll(/[:.]/g, '-')}`;
  const aside = join(dataDir, mark);
  mkdirSync(aside, { mode: 0o711 });
  const outside = clusterOutside(dataDir);
  for (const name of [...KEPT, 'logs']) {
    if (existsSync(join(dataDir, name))) renameSync(join(dataDir, name), join(aside, name));
  }
  if (outside !== null) {
    // The new cluster will lie where this one does.
    renameSync(outside, `${outside}-${mark}`);
    writeFileSync(join(aside, LIES_IN), `${outside}-${mark}\n`);
  }
  return aside;
}

/** Takes away what a restore that broke off has made. */
export function removeHalfRestored(dataDir: string): void {
  const outside = clusterOutside(dataDir);
  if (outside !== null) rmSync(outside, { recursive: true, force: true });
  for (const name of KEPT) rmSync(join(dataDir, name), { recursive: true, force: true });
}

function clusterOutside(dataDir: string): string | null {
  const note = join(dataDir, LIES_IN);
  if (!existsSync(note)) return null;
  const folder = readFileSync(note, 'utf8').trim();
  return existsSync(folder) ? folder : null;
}
