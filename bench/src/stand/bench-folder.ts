import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { lockDataFolder, type FolderLock } from '@newsrelay/app-single-machine/supervisor/data-folder-lock';
import { killOwn } from '@newsrelay/app-single-machine/supervisor/left-servers';
import { endOrphan } from '@newsrelay/local-servers/pid-file';

const STOP = [{ signal: 'SIGINT', waitMs: 15_000 }] as const;

/**
 * `DATA_DIR/bench`: the benchmark's own servers and their data, which are thrown away, and the results, which stay. One
 * benchmark at a time; what a killed one left running is ended first.
 */
export class BenchFolder {
  readonly results: string;
  readonly #work: string;
  readonly #lock: FolderLock;
  readonly #folders: string[] = [];

  private constructor(root: string) {
    this.#lock = lockDataFolder(root);
    this.results = join(root, 'results');
    this.#work = join(root, 'work');
    mkdirSync(this.results, { recursive: true });
  }

  /** @throws FolderInUseError, SettingsError */
  static async open(dataDir: string): Promise<BenchFolder> {
    const folder = new BenchFolder(join(dataDir, 'bench'));
    await folder.#clear();
    process.on('exit', () => {
      folder.killWhatRuns();
    });
    return folder;
  }

  /** An empty data folder for servers, open enough for PostgreSQL's own account to enter. */
  make(name: string): string {
    const path = join(this.#work, name);
    for (const each of [this.#work, path, join(path, 'logs')]) {
      mkdirSync(each, { recursive: true });
      chmodSync(each, 0o711);
    }
    if (!this.#folders.includes(path)) this.#folders.push(path);
    return path;
  }

  /** Takes a folder and its database away; nothing may run in it any more. */
  remove(path: string): void {
    const elsewhere = join(path, 'postgres-lies-in');
    if (existsSync(elsewhere))
      rmSync(readFileSync(elsewhere, 'utf8').trim(), { recursive: true, force: true });
    rmSync(path, { recursive: true, force: true });
  }

  /** At once, for an end that cannot wait. */
  killWhatRuns(): void {
    for (const path of this.#folders) killOwn(path);
  }

  close(): void {
    for (const path of this.#folders) this.remove(path);
    this.#lock.release();
  }

  async #clear(): Promise<void> {
    if (!existsSync(this.#work)) return;
    for (const name of readdirSync(this.#work)) {
      const path = join(this.#work, name);
      const run = join(path, 'run');
      // Ours before the servers that they would miss.
      const files = existsSync(run) ? readdirSync(run).filter((file) => file.endsWith('.json')) : [];
      for (const file of files) await endOrphan(join(run, file), STOP);
      this.remove(path);
    }
  }
}
