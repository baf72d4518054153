import type { JsMsg } from '@nats-io/jetstream';
import { headers, type MsgHdrs } from '@nats-io/transport-node';

/**
 * What is known of a message nobody could handle. Its payload is the dead letter's body, byte for byte; the body is
 * empty if both together would be over the server's limit (1 MiB), then `stream` and `sequence` say where it lies.
 */
export interface DeadLetter {
  readonly subject: string;
  readonly stream: string;
  readonly sequence: number;
  readonly consumer: string;
  readonly deliveryCount: number;
  /** When the message was stored first. */
  readonly publishedAt: string;
  /** When it was given up. */
  readonly diedAt: string;
  readonly error: string;
  /** The message's own headers, `Nats-Msg-Id` among them. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Carries {@link DeadLetter} as JSON. One header, so that the message's own can never be taken for ours. */
export const DEAD_LETTER_HEADER = 'Newsrelay-Dead-Letter';

/** An error text may quote a whole document; the first lines say what is wrong. */
const MAX_ERROR_CHARACTERS = 2_000;

export function deadLetterOf(message: JsMsg, error: string, diedAt: Date): DeadLetter {
  const { stream, consumer, streamSequence, deliveryCount } = message.info;
  return {
    subject: message.subject,
    stream,
    sequence: streamSequence,
    consumer,
    deliveryCount,
    publishedAt: message.time.toISOString(),
    diedAt: diedAt.toISOString(),
    error: error.slice(0, MAX_ERROR_CHARACTERS),
    headers: Object.fromEntries(
      (message.headers?.keys() ?? []).map((name) => [name, message.headers?.get(name) ?? '']),
    ),
  };
}

export function deadLetterHeaders(letter: DeadLetter): MsgHdrs {
  const header = headers();
  header.set(DEAD_LETTER_HEADER, asciiJson(letter));
  header.set('Nats-Msg-Id', deadLetterId(letter));
  return header;
}

/**
 * The same for each attempt to bury the same message: a crash between the PubAck and the ack of the original
 * leaves one dead letter. The time of publishing tells apart equal sequences of a stream that was lost and made
 * again.
 */
function deadLetterId({ stream, sequence, publishedAt, consumer }: DeadLetter): string {
  return `dead:${stream}:${sequence}:${publishedAt}:${consumer}`;
}

/** @returns undefined when the headers are no dead letter's, as those of an advisory */
export function readDeadLetter(header: MsgHdrs | undefined): DeadLetter | undefined {
  const text = header?.get(DEAD_LETTER_HEADER) ?? '';
  return text === '' ? undefined : (JSON.parse(text) as DeadLetter);
}

/** Header values are one line of ASCII; error texts may hold anything. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
