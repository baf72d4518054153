import type { JsMsg } from '@nats-io/jetstream';
import { BaseRpcContext } from '@nestjs/microservices';

/** What a handler gets by `@Ctx()` beside the payload. */
export class JetStreamContext extends BaseRpcContext<[JsMsg, AbortSignal]> {
  get subject(): string {
    return this.args[0].subject;
  }

  /** The id the message was published under, if any. */
  get messageId(): string | undefined {
    return this.header('Nats-Msg-Id');
  }

  /** 1 for the first delivery. */
  get deliveryCount(): number {
    return this.args[0].info.deliveryCount;
  }

  get stream(): string {
    return this.args[0].info.stream;
  }

  /** Place in the stream; redelivery does not change it. */
  get sequence(): number {
    return this.args[0].seq;
  }

  get publishedAt(): Date {
    return this.args[0].time;
  }

  /** Aborted when the handler's time is up or the process can wait no longer for it. */
  get signal(): AbortSignal {
    return this.args[1];
  }

  header(name: string): string | undefined {
    const value = this.args[0].headers?.get(name) ?? '';
    return value === '' ? undefined : value;
  }
}
