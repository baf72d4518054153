import { withoutFeedTokens } from '@newsrelay/contracts/feed-token';
import { pino, type Logger } from 'pino';
import { isTracing, traceFields } from './tracing.js';

export type { Logger } from 'pino';
/** Injection token of the process's pino logger. */
export const LOGGER = Symbol('Logger');

/** Paths whose values never reach a log line. */
const REDACTED = [
  'req.headers.authorization',
  'req.headers.cookie',
  '*.secrets',
  '*.signingSecret',
  '*.accessToken',
  '*.password',
];

/** JSON lines on standard output, times as ISO 8601. */
export function createLogger(service: string, level: string): Logger {
  return pino({
    level,
    base: { service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    // Only where there are traces: it costs a call a line.
    ...(isTracing() ? { mixin: traceFields } : {}),
    redact: { paths: REDACTED, censor: 'set' },
    // Partners may send theirs in an address, and addresses come into lines by many ways: the last one is here.
    hooks: { streamWrite: withoutFeedTokens },
    formatters: { level: (label) => ({ level: label }) },
  });
}

/** At most one line per interval for what fails again and again, such as a server that is away. */
export class RateLimitedLog {
  #lastAt = Number.NEGATIVE_INFINITY;
  constructor(
    private readonly write: (fields: object, message: string) => void,
    private readonly intervalMs = 1_000,
  ) {}

  say(fields: object, message: string): void {
    const now = performance.now();
    if (now - this.#lastAt < this.intervalMs) return;
    this.#lastAt = now;
    this.write(fields, message);
  }
}
