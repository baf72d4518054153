import { jetstream, JetStreamApiError, type JetStreamClient } from '@nats-io/jetstream';
import { errors, headers, type MsgHdrs } from '@nats-io/transport-node';
import type { JetStreamConnection, Session } from './connection.js';
import { reasonOf } from './failure-reason.js';
import type { MessagingTraces } from './observers.js';

export interface OutgoingMessage {
  readonly subject: string;
  /** Sent as JSON. */
  readonly data: unknown;
  /** `Nats-Msg-Id`: a repeat within the stream's duplicate window is stored once. */
  readonly id: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface PublishReceipt {
  readonly stream: string;
  readonly sequence: number;
  /** The stream knew the id: nothing was stored again. */
  readonly duplicate: boolean;
}

export type PublishFailureKind =
  /** NATS is away: nothing was sent. */
  | 'unreachable'
  /** Sent, and no answer came: it may or may not be stored. Publish again with the same id. */
  | 'unknown'
  /** No stream takes the subject, or JetStream is off. */
  | 'no-stream'
  /** The server or the client said no, as for a message over 1 MiB: a repeat will fail as well. */
  | 'refused';

export class PublishFailed extends Error {
  override readonly name = 'PublishFailed';
  constructor(
    readonly kind: PublishFailureKind,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(reason, options);
  }
}

export type PublishOutcome =
  | { readonly ok: true; readonly receipt: PublishReceipt }
  | { readonly ok: false; readonly failure: PublishFailed };

/** Told when no stream takes a subject, so that streams are looked after. */
export interface StreamCare {
  recheck(): void;
}

export interface PublisherOptions {
  /** How long a PubAck is awaited, in milliseconds (5,000). */
  readonly timeoutMs?: number;
  readonly traces?: Pick<MessagingTraces, 'sending'>;
}

/** Messages of a batch whose PubAcks are awaited at the same time. */
const MAX_IN_FLIGHT = 1_000;

/**
 * Publishes to JetStream and awaits the PubAck. Fails at once when NATS is away, instead of buffering: callers
 * have an outbox.
 */
export class JetStreamPublisher {
  readonly #timeoutMs: number;
  readonly #traces: Pick<MessagingTraces, 'sending'> | undefined;
  readonly #inFlight = new Set<(failure: PublishFailed) => void>();
  #client: { readonly session: Session; readonly jetstream: JetStreamClient } | undefined;

  constructor(
    private readonly connection: JetStreamConnection,
    private readonly streams: StreamCare,
    { timeoutMs = 5_000, traces }: PublisherOptions = {},
  ) {
    this.#timeoutMs = timeoutMs;
    this.#traces = traces;
  }

  /** @throws PublishFailed */
  async publish(
    subject: string,
    data: unknown,
    options: Omit<OutgoingMessage, 'subject' | 'data'>,
  ): Promise<PublishReceipt> {
    const { id, headers: given = {} } = options;
    const sending = this.#traces?.sending({ subject, id, headers: given });
    try {
      const sent = sending === undefined ? options : { ...options, headers: sending.headers };
      const receipt = await this.publishBytes(subject, encode(data), headersOf(sent));
      sending?.done();
      return receipt;
    } catch (error) {
      sending?.done(reasonOf(error));
      throw error;
    }
  }

  /**
   * Publishes many with up to 1,000 under way at a time, and awaits them all; the stream's order is theirs.
   *
   * @returns one outcome per message, in the order given; never throws
   */
  async publishAll(messages: readonly OutgoingMessage[]): Promise<PublishOutcome[]> {
    const outcomes: PublishOutcome[] = [];
    for (let start = 0; start < messages.length; start += MAX_IN_FLIGHT) {
      const slice = messages.slice(start, start + MAX_IN_FLIGHT);
      outcomes.push(...(await Promise.all(slice.map(async (message) => this.#outcome(message)))));
    }
    return outcomes;
  }

  /**
   * As {@link publish}, for a payload that is passed on as it came.
   *
   * @throws PublishFailed
   */
  async publishBytes(subject: string, data: Uint8Array, header: MsgHdrs): Promise<PublishReceipt> {
    const client = this.#clientNow();
    const { promise: broken, reject } = Promise.withResolvers<never>();
    this.#inFlight.add(reject);
    try {
      const ack = await Promise.race([
        client.publish(subject, data, { headers: header, timeout: this.#timeoutMs }),
        broken,
      ]);
      return { stream: ack.stream, sequence: ack.seq, duplicate: ack.duplicate };
    } catch (error) {
      const failure = failureOf(error, subject);
      if (failure.kind === 'no-stream') this.streams.recheck();
      throw failure;
    } finally {
      this.#inFlight.delete(reject);
    }
  }

  async #outcome({ subject, data, ...options }: OutgoingMessage): Promise<PublishOutcome> {
    try {
      return { ok: true, receipt: await this.publish(subject, data, options) };
    } catch (error) {
      return { ok: false, failure: failureOf(error, subject) };
    }
  }

  #clientNow(): JetStreamClient {
    const session = this.connection.current();
    if (session === undefined) {
      throw new PublishFailed('unreachable', this.connection.notReadyBecause() ?? 'NATS is not reached');
    }
    if (this.#client?.session !== session) {
      this.#client = { session, jetstream: jetstream(session.nats) };
      session.lost.addEventListener('abort', () => {
        this.#abandon();
      });
    }
    return this.#client.jetstream;
  }

  /** The client would let each request wait for its timeout although the answer can no longer come. */
  #abandon(): void {
    for (const reject of this.#inFlight) {
      reject(new PublishFailed('unknown', 'the connection broke before the PubAck'));
    }
  }
}

function encode(data: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(data));
}

function headersOf(options: Omit<OutgoingMessage, 'subject' | 'data'>): MsgHdrs {
  const header = headers();
  for (const [name, value] of Object.entries(options.headers ?? {})) header.set(name, value);
  header.set('Nats-Msg-Id', options.id);
  return header;
}

function failureOf(error: unknown, subject: string): PublishFailed {
  if (error instanceof PublishFailed) return error;
  const kind = kindOf(error);
  const reason = kind === 'no-stream' ? `no stream takes ${subject}` : `${subject}: ${reasonOf(error)}`;
  return new PublishFailed(kind, reason, { cause: error });
}

function kindOf(error: unknown): PublishFailureKind {
  if (error instanceof errors.TimeoutError) return 'unknown';
  if (error instanceof Error && error.name === 'JetStreamNotEnabled') return 'no-stream';
  if (error instanceof errors.ClosedConnectionError || error instanceof errors.DrainingConnectionError) {
    return 'unreachable';
  }
  // 503: JetStream is up but cannot store now.
  if (error instanceof JetStreamApiError && error.status === 503) return 'unknown';
  return 'refused';
}
