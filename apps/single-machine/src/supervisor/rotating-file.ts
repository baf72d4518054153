import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

/**
 * A log file that is put aside when it is full; writes are synchronous, so that the last line before an end is there. What
 * the disk does not take is left out, and counted: a full disk is no reason to end what runs.
 */
export class RotatingFile {
  #descriptor: number;
  #size: number;
  #open = true;
  #lost = 0;

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
    const told =
      this.#lost === 0 ? '' : `(${this.#lost} lines are missing here: the disk did not take them)\n`;
    const bytes = Buffer.from(`${told}${line}\n`);
    try {
      if (this.#size > 0 && this.#size + bytes.length > this.limit) this.#putAside();
      // A disk that is nearly full takes a part.
      for (let at = 0; at < bytes.length;) at += writeSync(this.#descriptor, bytes, at);
      this.#size += bytes.length;
      this.#lost = 0;
    } catch {
      this.#lost += 1;
    }
  }

  close(): void {
    this.#open = false;
    closeSync(this.#descriptor);
  }

  #putAside(): void {
    for (let number = this.kept; number >= 1; number -= 1) {
      const from = number === 1 ? this.path : `${this.path}.${number - 1}`;
      try {
        renameSync(from, `${this.path}.${number}`);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    const full = this.#descriptor;
    // Where no new one can be made, the old one is written on.
    this.#descriptor = openSync(this.path, 'a', 0o600);
    this.#size = 0;
    closeSync(full);
  }
}
