import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { lockDataFolder, type FolderLock } from '@newsrelay/app-single-machine/supervisor/data-folder-lock';
import { killOwn } from '@newsrelay/app-single-machine/supervisor/left-servers';
import { endOrphan, readPidFile } from '@newsrelay/local-servers/pid-file';
import { isRunning } from '@newsrelay/local-servers/process-identity';
import { signalTree } from './process-tree.js';

const STOP = [{ signal: 'SIGINT', waitMs: 15_000 }] as const;

/**
 * `DATA_DIR/chaos`: `work` with servers and services, which is thrown away, and a folder for each run whose records are
 * kept. One run at a time; what a killed one left running is ended first.
 */
export class ChaosFolder {
  /** The data folder of servers and services. */
  readonly work: string;
  readonly #root: string;
  readonly #lock: FolderLock;

  private constructor(root: string) {
    this.#root = root;
    this.#lock = lockDataFolder(root);
    this.work = join(root, 'work');
  }

  /** @throws FolderInUseError, SettingsError */
  static async open(dataDir: string): Promise<ChaosFolder> {
    const folder = new ChaosFolder(join(dataDir, 'chaos'));
    await folder.#clear();
    for (const each of [folder.work, join(folder.work, 'logs'), join(folder.work, 'run')]) {
      mkdirSync(each, { recursive: true });
      // PostgreSQL's own account has to enter.
      chmodSync(each, 0o711);
    }
    process.on('exit', () => {
      folder.#wake();
      killOwn(folder.work);
    });
    return folder;
  }

  /** A folder of its own for what is kept of a run, the logs included. */
  keep(name: string): string {
    const kept = join(this.#root, name);
    mkdirSync(kept, { recursive: true });
    cpSync(join(this.work, 'logs'), join(kept, 'logs'), { recursive: true });
    return kept;
  }

  close(): void {
    this.#remove();
    this.#lock.release();
  }

  async #clear(): Promise<void> {
    this.#wake();
    for (const file of this.#pidFiles()) await endOrphan(file, STOP);
    this.#remove();
  }

  /** A process that is suspended takes no other signal. */
  #wake(): void {
    for (const file of this.#pidFiles()) {
      const record = readPidFile(file);
      if (record !== undefined && isRunning(record.process)) signalTree(record.process.pid, 'SIGCONT');
    }
  }

  #pidFiles(): string[] {
    const run = join(this.work, 'run');
    return existsSync(run)
      ? readdirSync(run)
          .filter((file) => file.endsWith('.json'))
          .map((file) => join(run, file))
      : [];
  }

  #remove(): void {
    const elsewhere = join(this.work, 'postgres-lies-in');
    if (existsSync(elsewhere))
      rmSync(readFileSync(elsewhere, 'utf8').trim(), { recursive: true, force: true });
    rmSync(this.work, { recursive: true, force: true });
  }
}
