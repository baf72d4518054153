import {
  jetstream,
  jetstreamManager,
  type Consumer,
  type ConsumerMessages,
  type JsMsg,
} from '@nats-io/jetstream';
import type { JetStreamConnection, Session } from './connection.js';
import type { FullConsumerSpec } from './consumer-spec.js';
import { reasonOf } from './failure-reason.js';
import type { MessagingEvents, MessagingLog } from './observers.js';
import { OutageLog } from './outage-log.js';
import { isAborted, pause } from './waiting.js';
import type { StreamKeeper } from './stream-keeper.js';
import { ensureConsumer } from './topology.js';

/** Takes one message to its settlement; never rejects. `giveUp` is aborted when shutdown can wait no longer. */
export type MessageRun = (message: JsMsg, giveUp: AbortController) => Promise<void>;

/**
 * Pulls that are open at the same time share the consumer's concurrency. With one only, its slots would lie idle
 * between the last message of a pull and the first of the next.
 */
const LANES = 4;
/** No pull lives longer, so none can stay silent longer; half of it is the heartbeat. */
const PULL_EXPIRES_MS = 10_000;
const REOPEN_MS = 1_000;
const BACKLOG_INTERVAL_MS = 15_000;
/** For handlers that obey their signal to stop, and for their nak to be sent. */
const GIVE_UP_MS = 1_000;
const FLUSH_MS = 1_000;

/**
 * One durable pull consumer: opened on the server, pulled from with bounded concurrency, opened again after
 * whatever ends a pull (reconnect, missed heartbeats, a consumer or stream that is gone).
 */
export class DurableConsumer {
  readonly #stopping = new AbortController();
  readonly #held = new Map<JsMsg, { readonly giveUp: AbortController; readonly run: Promise<void> }>();
  readonly #outage: OutageLog;
  #reason: string | null;
  #running: Promise<void> | undefined;
  #timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly spec: FullConsumerSpec,
    private readonly connection: JetStreamConnection,
    private readonly streams: StreamKeeper,
    private readonly run: MessageRun,
    private readonly observers: { readonly log: MessagingLog; readonly events: Partial<MessagingEvents> },
  ) {
    this.#outage = new OutageLog(observers.log, 'consumer is not open');
    this.#reason = this.#named('is not opened yet');
  }

  /** Begins to pull and returns at once; without effect when called again. */
  start(): void {
    if (this.#running !== undefined) return;
    this.#timers = [
      setInterval(
        () => {
          this.#keepHeld();
        },
        (this.spec.ackWaitSeconds * 1_000) / 3,
      ),
      setInterval(() => {
        void this.#reportBacklog();
      }, BACKLOG_INTERVAL_MS),
    ];
    this.#running = this.#keepOpen();
  }

  /** Null while messages can come, else why not. */
  notReadyBecause(): string | null {
    return this.#reason;
  }

  /**
   * Stops pulling and lets running handlers finish and settle. After `timeoutMs` milliseconds their signal is
   * aborted; what is not settled then is delivered again after ack_wait.
   */
  async drain(timeoutMs: number): Promise<void> {
    this.#stopping.abort(new Error('shut down'));
    await this.#running;
    await this.#heldSettled(timeoutMs);
    for (const { giveUp } of this.#held.values()) giveUp.abort(new Error('the process shuts down'));
    await this.#heldSettled(GIVE_UP_MS);
    for (const timer of this.#timers) clearInterval(timer);
    this.#reason = this.#named('is closed');
    await this.#flush();
  }

  /** Acks lie in the client's buffer until then. A server that stands still is not waited for. */
  async #flush(): Promise<void> {
    const flushed = this.connection.current()?.nats.flush();
    const enough = new AbortController();
    await Promise.race([flushed?.catch(() => undefined), pause(FLUSH_MS, enough.signal)]);
    enough.abort();
  }

  async #heldSettled(timeoutMs: number): Promise<void> {
    const enough = new AbortController();
    const runs = [...this.#held.values()].map(({ run }) => run);
    await Promise.race([Promise.all(runs), pause(timeoutMs, enough.signal)]);
    enough.abort();
  }

  async #keepOpen(): Promise<void> {
    const stop = this.#stopping.signal;
    while (!isAborted(stop)) {
      try {
        const session = await this.connection.session(stop);
        await this.streams.ensured(stop);
        const info = await ensureConsumer(session.nats, this.spec);
        this.#reason = null;
        this.#outage.over();
        await this.#pull(session, jetstream(session.nats).consumers.getConsumerFromInfo(info));
      } catch (error) {
        if (isAborted(stop)) return;
        this.#reason = this.#named(reasonOf(error));
        this.#outage.say({ stream: this.spec.stream, durable: this.spec.durable }, reasonOf(error));
        if (this.connection.current() !== undefined) {
          this.observers.events.reopened?.(this.spec.durable);
          this.streams.recheck();
          await pause(REOPEN_MS, stop);
        }
      }
    }
  }

  /** Returns when the session or the process ends; throws what ended a pull otherwise. */
  async #pull(session: Session, consumer: Consumer): Promise<void> {
    const broken = new AbortController();
    const halt = AbortSignal.any([session.lost, this.#stopping.signal, broken.signal]);
    const lanes = Math.min(LANES, this.spec.concurrency);
    const results = await Promise.allSettled(
      Array.from({ length: lanes }, async (_, lane) => {
        const slots = Math.floor((this.spec.concurrency + lane) / lanes);
        try {
          await this.#lane(consumer, slots, halt);
        } catch (error) {
          broken.abort();
          throw error;
        }
      }),
    );
    if (session.lost.aborted) {
      this.#reason = this.#named(reasonOf(session.lost.reason));
      return;
    }
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** Asks for as many messages as it has free slots, so that none waits in this process for its turn. */
  async #lane(consumer: Consumer, slots: number, halt: AbortSignal): Promise<void> {
    let busy = 0;
    let wake: () => void = () => undefined;
    let pull: ConsumerMessages | undefined;
    const stop = (): void => {
      pull?.stop();
      wake();
    };
    halt.addEventListener('abort', stop, { once: true });
    try {
      while (!isAborted(halt)) {
        if (busy >= slots) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        pull = await consumer.fetch({ max_messages: slots - busy, expires: PULL_EXPIRES_MS });
        if (isAborted(halt)) pull.stop();
        for await (const message of pull) {
          busy += 1;
          void this.#hold(message).then(() => {
            busy -= 1;
            wake();
          });
        }
      }
    } finally {
      halt.removeEventListener('abort', stop);
    }
  }

  async #hold(message: JsMsg): Promise<void> {
    const giveUp = new AbortController();
    const run = this.run(message, giveUp);
    this.#held.set(message, { giveUp, run });
    await run;
    this.#held.delete(message);
  }

  /** `working()` at each third of ack_wait keeps what is being handled from being delivered again. */
  #keepHeld(): void {
    if (this.connection.current() === undefined) return;
    for (const message of this.#held.keys()) message.working();
  }

  async #reportBacklog(): Promise<void> {
    const session = this.connection.current();
    if (session === undefined || this.#reason !== null) return;
    const { stream, durable, maxAckPending } = this.spec;
    try {
      const manager = await jetstreamManager(session.nats, { checkAPI: false });
      const info = await manager.consumers.info(stream, durable);
      this.observers.events.pending?.(durable, {
        stream,
        undelivered: info.num_pending,
        unsettled: info.num_ack_pending,
        maxUnsettled: maxAckPending,
      });
      if (info.num_ack_pending >= maxAckPending) {
        this.observers.log.warn(
          { stream, durable, unsettled: info.num_ack_pending },
          'consumer is at max_ack_pending: the server delivers nothing until messages are settled',
        );
      }
    } catch {
      // The pulls meet the same trouble and say it.
    }
  }

  #named(reason: string): string {
    return `consumer ${this.spec.durable} of stream ${this.spec.stream}: ${reason}`;
  }
}
