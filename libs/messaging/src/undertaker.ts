import type { JsMsg } from '@nats-io/jetstream';
import type { MsgHdrs } from '@nats-io/transport-node';
import { deadLetterHeaders, deadLetterOf } from './dead-letter.js';
import { PublishFailed } from './publisher.js';

/** What the publisher does for dead letters; resolves after the PubAck. */
export interface BytesPublisher {
  publishBytes(subject: string, data: Uint8Array, header: MsgHdrs): Promise<unknown>;
}

/** Stores dead letters under `<prefix>.<original subject>`. */
export class Undertaker {
  constructor(
    private readonly publisher: BytesPublisher,
    private readonly subjectPrefix: string,
  ) {}

  /** @throws PublishFailed: the message must not be acked then */
  async bury(message: JsMsg, error: string): Promise<void> {
    const subject = `${this.subjectPrefix}.${message.subject}`;
    const header = deadLetterHeaders(deadLetterOf(message, error, new Date()));
    try {
      await this.publisher.publishBytes(subject, message.data, header);
    } catch (failure) {
      // A message right below the size limit does not fit together with its story.
      if (!(failure instanceof PublishFailed) || failure.kind !== 'refused') throw failure;
      await this.publisher.publishBytes(subject, new Uint8Array(), header);
    }
  }
}
