/** After this many milliseconds a person wants to know that something goes on. */
const PATIENCE_MS = 2000;
const EVERY_MS = 1000;
/** Where nobody sees a line being rewritten (a log), it is written again in longer steps. */
const EVERY_MS_IN_A_LOG = 10_000;

/** The lines a person reads: what the launcher says about itself, not the services' logs. */
export class Terminal {
  #progress: string | null = null;

  constructor(private readonly out: NodeJS.WriteStream = process.stdout) {
    // Whoever read along has left (`| head`): no reason to end what runs.
    out.on('error', () => undefined);
  }

  readonly say = (line: string): void => {
    this.#clear();
    this.out.write(`${line}\n`);
    this.#draw();
  };

  /**
   * Shows what is waited for, with the time it has taken, while `work` takes longer than two seconds.
   *
   * @param what may change while it is waited for
   */
  async during<T>(what: string | (() => string), work: Promise<T>): Promise<T> {
    const from = performance.now();
    const show = (): void => {
      const seconds = Math.floor((performance.now() - from) / 1000);
      const text = `… ${typeof what === 'string' ? what : what()} (${seconds} s)`;
      if (!this.out.isTTY) {
        this.out.write(`${text}\n`);
        return;
      }
      this.#clear();
      this.#progress = text;
      this.#draw();
    };
    let again: NodeJS.Timeout | undefined;
    const first = setTimeout(() => {
      show();
      again = setInterval(show, this.out.isTTY ? EVERY_MS : EVERY_MS_IN_A_LOG);
    }, PATIENCE_MS);
    try {
      return await work;
    } finally {
      clearTimeout(first);
      clearInterval(again);
      this.#clear();
      this.#progress = null;
    }
  }

  #clear(): void {
    if (this.#progress !== null) this.out.write('\r\u001b[K');
  }

  #draw(): void {
    // A line wider than the window could not be taken back.
    if (this.#progress !== null) this.out.write(this.#progress.slice(0, Math.max(20, this.out.columns - 1)));
  }
}
