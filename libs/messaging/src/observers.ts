import type { Outcome } from './settlement.js';

/** Where lines go; pino's logger has this shape. */
export interface MessagingLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What a durable consumer still has before it, as the server counts it. */
export interface Backlog {
  /** A durable name may stand for one consumer in each of several streams. */
  readonly stream: string;
  /** Messages never delivered to this consumer yet. */
  readonly undelivered: number;
  /** Delivered and not settled; at {@link Backlog.maxUnsettled} the server silently stops delivering. */
  readonly unsettled: number;
  readonly maxUnsettled: number;
}

/** Traces are wired to these; both may change nothing. */
export interface MessagingTraces {
  /** Before a message is sent: the headers it goes out with. `done` is told what came of it. */
  sending(message: {
    readonly subject: string;
    readonly id: string;
    readonly headers: Readonly<Record<string, string>>;
  }): {
    readonly headers: Readonly<Record<string, string>>;
    readonly done: (failure?: string | null) => void;
  };
  /** Around the handling of a message; `run` must be called once. */
  handling(
    message: {
      readonly subject: string;
      readonly durable: string;
      readonly id: string | undefined;
      readonly deliveryCount: number;
      readonly header: (name: string) => string | undefined;
    },
    run: () => Promise<Outcome>,
  ): Promise<Outcome>;
}

/** Counters and gauges are wired to these. Each is called synchronously and must not throw. */
export interface MessagingEvents {
  consumed(durable: string, subject: string): void;
  acked(durable: string, subject: string): void;
  /** Given back, to be delivered again after `delayMs` milliseconds. */
  naked(durable: string, subject: string, delayMs: number): void;
  /** Put into the stream of dead letters. */
  dead(durable: string, subject: string): void;
  /** NATS is reached again after it was lost. */
  reconnected(): void;
  /** A pull was opened anew because the server had gone silent about it or had lost the consumer. */
  reopened(durable: string): void;
  pending(durable: string, backlog: Backlog): void;
}
