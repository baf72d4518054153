type Close = () => Promise<void> | void;

/** What has to end before the benchmark may: last opened, first closed, whatever fails on the way. */
export class Closing {
  readonly #open: Close[] = [];
  #closing: Promise<void> | undefined;

  /** @throws Error once everything ends: what is opened now would be left running */
  add(close: Close): void {
    if (this.#closing !== undefined) {
      void close();
      throw new Error('the benchmark is ending');
    }
    this.#open.push(close);
  }

  closeAll(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  /** Runs `work` with things of its own, which end with it. */
  async within<T>(work: (own: Closing) => Promise<T>): Promise<T> {
    const own = new Closing();
    this.add(() => own.closeAll());
    try {
      return await work(own);
    } finally {
      await own.closeAll();
    }
  }

  async #closeAll(): Promise<void> {
    for (const close of this.#open.reverse()) {
      try {
        await close();
      } catch (error) {
        process.stderr.write(`newsrelay bench: ${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
  }
}
