import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';

const BLOCK = Buffer.alloc(1024 * 1024);

/** A file system of its own, small enough to be filled. */
export class SmallDisk {
  readonly path: string;
  readonly #ballast: string;

  private constructor(private readonly folder: TemporaryDataDir) {
    this.path = join(folder.path, 'disk');
    this.#ballast = join(this.path, 'ballast');
  }

  /** Null where this machine lets us mount nothing: not root, not Linux, or a container without the right. */
  static mount(megabytes: number): SmallDisk | null {
    const disk = new SmallDisk(temporaryDataDir());
    mkdirSync(disk.path);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0711`, 'tmpfs', disk.path], {
        stdio: 'ignore',
      });
      return disk;
    } catch {
      rmSync(disk.folder.path, { recursive: true, force: true });
      return null;
    }
  }

  freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.path);
    return bavail * bsize;
  }

  /** Takes all that is free. */
  fill(): void {
    const file = openSync(this.#ballast, 'a');
    try {
      for (let size = BLOCK.length; size >= 1; size = Math.floor(size / 2)) {
        try {
          for (;;) writeSync(file, BLOCK, 0, size);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        }
      }
    } finally {
      closeSync(file);
    }
  }

  makeRoom(): void {
    rmSync(this.#ballast, { force: true });
  }

  async unmount(): Promise<void> {
    execFileSync('umount', ['-l', this.path]);
    await this.folder.remove();
  }
}
