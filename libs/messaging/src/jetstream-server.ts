import type { JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Server, type MessageHandler } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import type { JetStreamConnection } from './connection.js';
import { withDefaults, type ConsumerSpec, type FullConsumerSpec } from './consumer-spec.js';
import { DurableConsumer } from './durable-consumer.js';
import { reasonOf } from './failure-reason.js';
import { Poison, RetryLater } from './handler-errors.js';
import { JetStreamContext } from './jetstream-context.js';
import type { MessagingEvents, MessagingLog, MessagingTraces } from './observers.js';
import { JetStreamPublisher } from './publisher.js';
import { backoffMs, settle, type DeliveryFacts, type Outcome, type Settlement } from './settlement.js';
import type { StreamKeeper } from './stream-keeper.js';
import { covers, SubjectTable } from './subject-table.js';
import { Undertaker } from './undertaker.js';

/** What a payload must be; zod's schemas have this shape. */
export interface PayloadSchema {
  safeParse(
    value: unknown,
  ): { readonly success: true; readonly data: unknown } | { readonly success: false; readonly error: Error };
}

export interface JetStreamServerOptions {
  readonly connection: JetStreamConnection;
  readonly streams: StreamKeeper;
  readonly consumers: readonly ConsumerSpec[];
  /** By subject (wildcards allowed). A message whose subject has none is a dead letter. */
  readonly schemas: Readonly<Record<string, PayloadSchema>>;
  /** Dead letters go to `<this>.<original subject>`; one of the declared streams must take it. */
  readonly deadLetterPrefix: string;
  readonly log: MessagingLog;
  readonly events?: Partial<MessagingEvents>;
  readonly traces?: Pick<MessagingTraces, 'handling'>;
  /** How long running handlers may go on at shutdown, in milliseconds (20,000). */
  readonly drainTimeoutMs?: number;
  /** Binds handlers that name it (`@EventPattern(subject, transport)`), where one Nest app has several servers. */
  readonly transportId?: symbol;
}

/** The wiring of handlers, consumers and schemas contradicts itself; a defect of the program. */
export class WiringError extends Error {
  override readonly name = 'WiringError';
}

class HandlerOverdue extends Error {
  override readonly name = 'HandlerOverdue';
}

type Handler = (payload: unknown, context: JetStreamContext) => Promise<unknown>;

/**
 * JetStream as a Nest transport: `@EventPattern(subject)` methods get validated payloads from durable pull
 * consumers, and what they return or throw settles the message. At least once: handlers must bear repeats, also
 * out of order.
 */
export class JetStreamServer extends Server {
  /** Failures of handlers settle the message here; Nest need not report them as well. */
  override readonly propagatesEventHandlerErrors = true;

  readonly #options: JetStreamServerOptions;
  readonly #events: Partial<MessagingEvents>;
  readonly #schemas: SubjectTable<PayloadSchema>;
  readonly #undertaker: Undertaker;
  readonly #consumers: DurableConsumer[];
  #handlers = new SubjectTable<Handler>([]);
  #maskingSaid = false;

  constructor(options: JetStreamServerOptions) {
    super();
    if (options.transportId !== undefined) this.setTransportId(options.transportId);
    this.#options = options;
    this.#events = options.events ?? {};
    this.#schemas = new SubjectTable(Object.entries(options.schemas));
    this.#undertaker = new Undertaker(
      new JetStreamPublisher(options.connection, options.streams),
      options.deadLetterPrefix,
    );
    this.#consumers = options.consumers.map((given) => {
      const spec = withDefaults(given);
      return new DurableConsumer(
        spec,
        options.connection,
        options.streams,
        async (message, giveUp) => this.#run(spec, message, giveUp),
        { log: options.log, events: this.#events },
      );
    });
  }

  /**
   * Called by Nest. Starts to consume in the background: NATS may be away.
   * Fails with {@link WiringError} where handlers, schemas and consumers do not fit.
   */
  override listen(callback: (error?: unknown) => void): void {
    try {
      this.#handlers = new SubjectTable(this.#checkedHandlers());
    } catch (error) {
      callback(error);
      return;
    }
    this.#options.connection.start();
    this.#options.streams.start();
    for (const consumer of this.#consumers) consumer.start();
    callback();
  }

  /** Called by Nest at shutdown: stops pulling, lets handlers finish, settles. The connection stays open. */
  override async close(): Promise<void> {
    const timeoutMs = this.#options.drainTimeoutMs ?? 20_000;
    await Promise.all(this.#consumers.map(async (consumer) => consumer.drain(timeoutMs)));
  }

  /** Null while every consumer can get messages, else what is wrong. */
  notReadyBecause(): string | null {
    const reasons = this.#consumers.map((consumer) => consumer.notReadyBecause());
    return this.#options.streams.notReadyBecause() ?? reasons.find((reason) => reason !== null) ?? null;
  }

  override on(): never {
    throw new WiringError('observe the JetStream server by its events option');
  }

  /** The NATS client's connection, or undefined while NATS is away. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- Nest's signature
  override unwrap<T = NatsConnection | undefined>(): T {
    return this.#options.connection.current()?.nats as T;
  }

  /** Never rejects: whatever happens, the message is settled or comes again after ack_wait. */
  async #run(spec: FullConsumerSpec, message: JsMsg, giveUp: AbortController): Promise<void> {
    this.#events.consumed?.(spec.durable, message.subject);
    try {
      const facts: DeliveryFacts = {
        deliveryCount: message.info.deliveryCount,
        maxDeliveries: spec.maxDeliveries,
        backoff: spec.backoff,
        jitter: Math.random(),
      };
      const outcome = await this.#traced(spec, message, () => this.#attempt(spec, message, giveUp));
      const settlement = settle(outcome, facts);
      // What is sent while NATS is away is lost, and the message would be handled once more.
      if (this.#options.connection.current() === undefined) {
        await this.#options.connection.session(AbortSignal.timeout(spec.ackWaitSeconds * 1_000));
      }
      await this.#apply(settlement, spec, message, facts, outcome);
    } catch (error) {
      this.#options.log.error({ ...describe(message), reason: reasonOf(error) }, 'message is not settled');
    }
  }

  async #traced(spec: FullConsumerSpec, message: JsMsg, attempt: () => Promise<Outcome>): Promise<Outcome> {
    const { traces } = this.#options;
    if (traces === undefined) return attempt();
    const header = (name: string): string | undefined => {
      const value = message.headers?.get(name) ?? '';
      return value === '' ? undefined : value;
    };
    const { subject, info } = message;
    const facts = { subject, durable: spec.durable, deliveryCount: info.deliveryCount };
    return traces.handling({ ...facts, id: header('Nats-Msg-Id'), header }, attempt);
  }

  async #attempt(spec: FullConsumerSpec, message: JsMsg, giveUp: AbortController): Promise<Outcome> {
    const { promise: cutShort, reject } = Promise.withResolvers<never>();
    giveUp.signal.addEventListener('abort', () => {
      reject(giveUp.signal.reason as Error);
    });
    const timer = setTimeout(() => {
      giveUp.abort(new HandlerOverdue(`handler ran longer than ${spec.handlerTimeoutSeconds} s`));
    }, spec.handlerTimeoutSeconds * 1_000);
    try {
      await Promise.race([this.#handle(message, giveUp.signal), cutShort]);
      return { kind: 'done' };
    } catch (error) {
      // A handler that is cut short by shutdown has not failed: the message waits for the next process.
      if (giveUp.signal.aborted && !(giveUp.signal.reason instanceof HandlerOverdue)) {
        return { kind: 'retry-later', afterMs: 0, reason: reasonOf(giveUp.signal.reason) };
      }
      return this.#outcomeOf(error);
    } finally {
      clearTimeout(timer);
    }
  }

  async #handle(message: JsMsg, signal: AbortSignal): Promise<void> {
    const payload = this.#payloadOf(message);
    const handler = this.#handlers.find(message.subject);
    // A consumer's wildcard may cover events of the contract that this service has no use for.
    if (handler === undefined) return;
    const result = await handler(payload, new JetStreamContext([message, signal]));
    await lastValueFrom(this.transformToObservable(result), { defaultValue: undefined });
  }

  /** @throws Poison */
  #payloadOf(message: JsMsg): unknown {
    const schema = this.#schemas.find(message.subject);
    if (schema === undefined) throw new Poison(`no schema is known for ${message.subject}`);
    const parsed = schema.safeParse(parseJson(message.data));
    if (!parsed.success) throw new Poison(`payload is invalid: ${parsed.error.message}`);
    return parsed.data;
  }

  #outcomeOf(error: unknown): Outcome {
    const reason = reasonOf(error);
    if (error instanceof Poison) return { kind: 'poison', reason };
    if (error instanceof RetryLater) return { kind: 'retry-later', afterMs: error.afterMs, reason };
    if (!(error instanceof Error)) this.#sayMasked();
    return { kind: 'failed', reason };
  }

  async #apply(
    settlement: Settlement,
    spec: FullConsumerSpec,
    message: JsMsg,
    facts: DeliveryFacts,
    outcome: Outcome,
  ): Promise<void> {
    const { log } = this.#options;
    const fields = {
      durable: spec.durable,
      ...describe(message),
      ...('reason' in outcome ? { reason: outcome.reason } : {}),
    };
    switch (settlement.action) {
      case 'ack':
        message.ack();
        this.#events.acked?.(spec.durable, message.subject);
        return;
      case 'nak':
        message.nak(settlement.delayMs);
        this.#events.naked?.(spec.durable, message.subject, settlement.delayMs);
        log.warn({ ...fields, delayMs: settlement.delayMs }, 'message is tried again');
        return;
      case 'dead-letter':
        try {
          await this.#undertaker.bury(message, settlement.reason);
        } catch (error) {
          message.nak(backoffMs(facts));
          log.error({ ...fields, failure: reasonOf(error) }, 'dead letter is not stored; message stays');
          return;
        }
        message.ack();
        this.#events.dead?.(spec.durable, message.subject);
        log.error(fields, 'message is a dead letter');
    }
  }

  #checkedHandlers(): (readonly [string, Handler])[] {
    return [...this.messageHandlers].map(([subject, handler]: [string, MessageHandler]) => {
      const complain = (what: string): never => {
        throw new WiringError(`@EventPattern('${subject}'): ${what}`);
      };
      if (handler.isEventHandler !== true)
        complain('JetStream has no replies; @MessagePattern cannot be used');
      if (handler.next !== undefined) complain('two handlers; a retry of one would repeat the other');
      if (this.#schemas.find(subject) === undefined) complain('no schema is given for this subject');
      if (!this.#options.consumers.some(({ filterSubject }) => covers(filterSubject, subject))) {
        complain('no consumer gets this subject');
      }
      return [subject, handler as Handler];
    });
  }

  #sayMasked(): void {
    if (this.#maskingSaid) return;
    this.#maskingSaid = true;
    this.#options.log.error(
      {},
      "Nest's own exception filter hides what handlers throw: connect the server by connectJetStream()",
    );
  }
}

/** @throws Poison */
function parseJson(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data)) as unknown;
  } catch (error) {
    throw new Poison(`payload is no JSON: ${reasonOf(error)}`);
  }
}

function describe(message: JsMsg): Record<string, unknown> {
  const { stream, streamSequence, deliveryCount } = message.info;
  return { subject: message.subject, stream, sequence: streamSequence, deliveryCount };
}
