import type { Dispatcher } from 'undici';
import { RESPONSE_EXCERPT_BYTES } from '@newsrelay/contracts/delivery';
import {
  OutboundFailure,
  type OutboundAnswer,
  type OutboundFailureKind,
} from '@newsrelay/channel-kit/outbound-http';

/** Bytes of an answer that are read at most where its body is not asked for: enough to keep the socket of an ordinary answer, no more. */
const BODY_BYTES_READ = 64 * 1024;
/** Bytes of a body that can be asked for. */
const MAX_ANSWER_BYTES = 1024 * 1024;
/** Informational answers (1xx, RFC 9110, section 15.2) that are put up with. */
const INFORMATIONAL_ANSWERS = 16;

/** What one attempt allows its requests. */
export interface AttemptBinding {
  /** Stops the attempt: a withdrawal, a lost lease, a shutdown. */
  signal: AbortSignal;
  /** Likewise. A signal made of two, for each request, would cost more than listening to both. */
  alsoStoppedBy?: AbortSignal;
  /** Milliseconds from `bind` within which the whole attempt ends, all its requests together. */
  deadlineMs: number;
  /** Called as the last act before the first byte of each request is written; throws to keep it from being written. */
  beforeFirstByte: () => void;
}

/** An attempt's binding with its deadline on the monotonic clock, in milliseconds of `performance.now()`. */
export type BoundAttempt = AttemptBinding & { deadlineAt: number };

/** Thrown inside the connector for an address against the rules. */
export class RefusedTargetError extends Error {
  override readonly name = 'RefusedTargetError';
}

const BAD_ANSWER_CODES = new Set([
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
]);

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function describe(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return error.message || codeOf(error) || error.name;
}

/** Bytes as text that PostgreSQL can keep: U+FFFD for what is no UTF-8 and for NUL; a character cut at the end is left out. */
function textOf(bytes: Buffer, cut: boolean): string {
  return new TextDecoder().decode(bytes, { stream: cut }).replaceAll('\0', '\uFFFD');
}

function excerptOf(bytes: Buffer): string {
  return textOf(bytes.subarray(0, RESPONSE_EXCERPT_BYTES), bytes.length >= RESPONSE_EXCERPT_BYTES);
}

/**
 * One request and its answer, as undici's dispatcher reports it.
 *
 * undici calls `onRequestStart` synchronously before it writes the head of the request, after DNS, connect and TLS; if it
 * throws there, nothing is written and the connection stays usable. Hence `sent` is exact, and a stopped request is
 * settled at once, whatever the socket still waits for.
 *
 * Once the head of an answer is here, the answer counts: whatever ends its body early (the size limit, the deadline, a
 * stop, a reset) shortens the excerpt alone.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly answer: Promise<OutboundAnswer>;
  readonly #attempt: BoundAttempt;
  readonly #signals: readonly AbortSignal[];
  #timer: NodeJS.Timeout;
  readonly #resolve: (answer: OutboundAnswer) => void;
  readonly #reject: (error: Error) => void;
  #controller: Dispatcher.DispatchController | null = null;
  #head: { status: number; headers: Record<string, string> } | null = null;
  readonly #kept: Buffer[] = [];
  #bytesRead = 0;
  #informational = 0;
  #sent = false;
  #settled = false;
  #whole = false;
  /** Bytes of the body that are kept: of the excerpt, or of the body that was asked for. */
  readonly #keptBytes: number;
  readonly #bodyAskedFor: boolean;

  constructor(attempt: BoundAttempt, answerBytes?: number) {
    this.#attempt = attempt;
    this.#bodyAskedFor = answerBytes !== undefined;
    this.#keptBytes = Math.max(RESPONSE_EXCERPT_BYTES, Math.min(answerBytes ?? 0, MAX_ANSWER_BYTES));
    const { promise, resolve, reject } = Promise.withResolvers<OutboundAnswer>();
    this.answer = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    const left = attempt.deadlineAt - performance.now();
    this.#timer = setTimeout(this.#onTimer, Math.max(0, left));
    this.#signals =
      attempt.alsoStoppedBy === undefined ? [attempt.signal] : [attempt.signal, attempt.alsoStoppedBy];
    for (const signal of this.#signals) signal.addEventListener('abort', this.#onAbort);
    if (this.#signals.some(({ aborted }) => aborted)) this.#onAbort();
    else if (left <= 0) this.#onDeadline();
  }

  get isSettled(): boolean {
    return this.#settled;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // undici puts a request whose socket it closed itself at the head of its queue again: one request, one write.
    if (this.#sent) this.#fail('broken', 'the connection was lost');
    // A process that was suspended finds its deadline passed before its timer has fired.
    if (performance.now() >= this.#attempt.deadlineAt) this.#onDeadline();
    if (this.#settled) throw new Error('stopped before the first byte');
    try {
      this.#attempt.beforeFirstByte();
    } catch (error) {
      this.#fail('aborted', `stopped before the first byte: ${describe(error)}`, error);
      throw error;
    }
    this.#controller = controller;
    this.#sent = true;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (this.#settled) return;
    if (status < 200) {
      this.#informational += 1;
      if (this.#informational <= INFORMATIONAL_ANSWERS) return;
      this.#fail('bad-answer', 'the outlet sent informational answers without end');
      return;
    }
    const first = Object.entries(headers).map(([name, value]) => [
      name,
      (Array.isArray(value) ? value[0] : value) ?? '',
    ]);
    this.#head = { status, headers: Object.fromEntries(first) as Record<string, string> };
    this.#controller = controller;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settled) return;
    // The parser reuses its memory: what is kept is copied.
    if (this.#bytesRead < this.#keptBytes) {
      this.#kept.push(Buffer.from(chunk.subarray(0, this.#keptBytes - this.#bytesRead)));
    }
    this.#bytesRead += chunk.length;
    if (this.#bytesRead > Math.max(this.#keptBytes, BODY_BYTES_READ)) this.#endEarly();
  }

  onResponseEnd(): void {
    this.#whole = this.#bytesRead <= this.#keptBytes;
    this.#succeed();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#settled) return;
    if (this.#head !== null) {
      this.#succeed();
      return;
    }
    const code = codeOf(error);
    if (code === 'UND_ERR_INVALID_ARG') {
      // A header or path that is none: a bug of the caller, no failure of the outlet.
      this.#settle();
      this.#reject(error);
      return;
    }
    const said = describe(error);
    if (error instanceof RefusedTargetError) this.#fail('refused-target', said, error);
    else if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') {
      this.#fail('aborted', 'the client was closed', error);
    } else if (!this.#sent) this.#fail('connect', `no connection: ${said}`, error);
    else if (BAD_ANSWER_CODES.has(code) || error.name === 'HTTPParserError') {
      this.#fail('bad-answer', `the answer is no HTTP that we take: ${said}`, error);
    } else this.#fail('broken', `the connection broke before an answer: ${said}`, error);
  }

  readonly #onAbort = (): void => {
    if (this.#head !== null) this.#endEarly();
    else this.#fail('aborted', `stopped: ${describe(this.#signals.find(({ aborted }) => aborted)?.reason)}`);
  };

  /** Timers count whole milliseconds and may fire within the last one: until it is over, the attempt is not. */
  readonly #onTimer = (): void => {
    const left = this.#attempt.deadlineAt - performance.now();
    if (left > 0) this.#timer = setTimeout(this.#onTimer, left);
    else this.#onDeadline();
  };

  readonly #onDeadline = (): void => {
    if (this.#head !== null) this.#endEarly();
    else this.#fail('timeout', `no answer within ${this.#attempt.deadlineMs} ms`);
  };

  #endEarly(): void {
    this.#succeed();
    this.#dropConnection();
  }

  #succeed(): void {
    if (this.#settled || this.#head === null) return;
    this.#settle();
    const bytes = Buffer.concat(this.#kept);
    const body = this.#bodyAskedFor && this.#whole ? textOf(bytes, false) : null;
    this.#resolve({ ...this.#head, bodyExcerpt: excerptOf(bytes), body });
  }

  #fail(kind: OutboundFailureKind, message: string, cause?: unknown): void {
    if (this.#settled) return;
    this.#settle();
    this.#reject(new OutboundFailure(kind, this.#sent, message, { cause }));
    this.#dropConnection();
  }

  #settle(): void {
    this.#settled = true;
    clearTimeout(this.#timer);
    for (const signal of this.#signals) signal.removeEventListener('abort', this.#onAbort);
  }

  #dropConnection(): void {
    this.#controller?.abort(new Error('stopped'));
  }
}
