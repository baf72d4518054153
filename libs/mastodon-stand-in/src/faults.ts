/** What goes wrong with a request. */
export type FaultKind =
  /** Done, and the connection breaks before the answer. */
  | 'answer-lost'
  /** Done, and no answer ever comes. */
  | 'answer-hangs'
  /** Never done: the connection breaks. */
  | 'dropped'
  /** Never done, and no answer ever comes. */
  | 'hangs'
  /** Done only after `delayMs`, whether or not anybody still waits for the answer. */
  | 'late'
  /** Never done: an answer that is no API's. */
  | { status: number; headers?: Record<string, string>; body?: string };

export interface Fault {
  kind: FaultKind;
  method?: string;
  /** Of the path, without the query. */
  path?: RegExp;
  /** Requests that meet it; 1 by default. */
  times?: number;
  /** Of `late`, milliseconds. */
  delayMs?: number;
}

/** A script of faults: the first that fits a request is used up by it. */
export class Faults {
  readonly #waiting: (Fault & { times: number })[] = [];

  next(fault: Fault): void {
    this.#waiting.push({ ...fault, times: fault.times ?? 1 });
  }

  clear(): void {
    this.#waiting.length = 0;
  }

  take(method: string, path: string): Fault | null {
    const index = this.#waiting.findIndex(
      (fault) => (fault.method ?? method) === method && (fault.path?.test(path) ?? true),
    );
    const fault = this.#waiting[index];
    if (fault === undefined) return null;
    fault.times -= 1;
    if (fault.times <= 0) this.#waiting.splice(index, 1);
    return fault;
  }
}
