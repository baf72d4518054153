import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

/** A log file that is put aside when it is full; writes are synchronous, so that the last line before an end is there. */
export class RotatingFile {
  #descriptor: number;
  #size: number;
  #open = true;

  /**
   * @param limit bytes after which the file is put aside as `FILE.1`, the former `FILE.1` as `FILE.2` and so on
   * @param kept how many are put aside before the oldest is dropped
   */
  constructor(
    readonly path: string,
    private readonly limit = 10 * 1024 * 1024,
    private readonly kept = 3,
  ) {
    this.#descriptor = openSync(path, 'a', 0o600);
    this.#size = fstatSync(this.#descriptor).size;
  }

  write(line: string): void {
    // The last output of a process may arrive after its end.
    if (!this.#open) return;
    const bytes = Buffer.from(`${line}\n`);
    if (this.#size > 0 && this.#size + bytes.length > this.limit) this.#putAside();
    writeSync(this.#descriptor, bytes);
    this.#size += bytes.length;
  }

  close(): void {
    this.#open = false;
    closeSync(this.#descriptor);
  }

  #putAside(): void {
    closeSync(this.#descriptor);
    for (let number = this.kept; number >= 1; number -= 1) {
      const from = number === 1 ? this.path : `${this.path}.${number - 1}`;
      try {
        renameSync(from, `${this.path}.${number}`);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    this.#descriptor = openSync(this.path, 'a', 0o600);
    this.#size = 0;
  }
}
