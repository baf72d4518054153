/** Different lines of one service that the console shows within one window; the rest stand in the log file. */
const LINES = 20;
const WINDOW_MS = 10_000;

/** Keeps a service in trouble from flooding the console: each line once a window, and not too many of them. */
export class LineBudget {
  #windowStart = Number.NEGATIVE_INFINITY;
  readonly #shown = new Set<string>();
  #withheld = 0;

  constructor(
    private readonly show: (line: string) => void,
    private readonly name: string,
    private readonly file: string,
    private readonly now: () => number = () => performance.now(),
  ) {}

  say(line: string): void {
    const now = this.now();
    if (now - this.#windowStart >= WINDOW_MS) {
      if (this.#withheld > 0) this.show(`${this.name}: ${this.#withheld} more such lines, see ${this.file}`);
      this.#windowStart = now;
      this.#shown.clear();
      this.#withheld = 0;
    }
    if (this.#shown.has(line) || this.#shown.size >= LINES) {
      this.#withheld += 1;
      return;
    }
    this.#shown.add(line);
    this.show(line);
  }
}
