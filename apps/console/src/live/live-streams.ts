import type { ServerResponse } from 'node:http';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Problem } from '@newsrelay/contracts/problem';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { Metrics } from '@newsrelay/telemetry/metrics';
import { ChangeWatch } from './change-watch.js';
import { EventStream } from './event-stream.js';

/** Streams of one process at most, and of one key or session: somebody's forgotten windows take nobody else's place. */
const MAX_STREAMS = 200;
const MAX_STREAMS_OF_ONE = 20;
const BEAT_EVERY_MS = 15_000;

export interface StreamRequest {
  response: ServerResponse;
  /** Whose it is: of what `MAX_STREAMS_OF_ONE` counts. */
  owner: string;
  lastEventId: string | undefined;
  /** Whether the key or session that opened it still holds; asked at every heartbeat. */
  stillAllowed: () => Promise<boolean>;
}

interface OpenStream {
  stream: EventStream;
  owner: string;
  stillAllowed: () => Promise<boolean>;
}

/** All streams of the process, behind one watch of the ledger. */
@Injectable()
export class LiveStreams implements OnModuleInit, OnModuleDestroy {
  readonly watch: ChangeWatch;
  readonly #open = new Set<OpenStream>();
  #beat: NodeJS.Timeout | undefined;

  constructor(
    @Inject(LEDGER) ledger: Ledger,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {
    this.watch = new ChangeWatch(ledger);
  }

  onModuleInit(): void {
    this.metrics.reading(
      'streams',
      { open: { name: 'newsrelay_console_streams', help: "Event streams of the operators' page" } },
      () => ({ open: [{ value: this.#open.size }] }),
    );
  }

  /** Streams would hold the stop of the process up: they are ended first. */
  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#beat);
    for (const { stream } of [...this.#open]) stream.close();
    await this.watch.stop();
  }

  get size(): number {
    return this.#open.size;
  }

  /** @throws Problem 429 */
  checkRoom(owner: string): void {
    const own = [...this.#open].filter((open) => open.owner === owner).length;
    if (this.#open.size < MAX_STREAMS && own < MAX_STREAMS_OF_ONE) return;
    throw new Problem(429, 'Too many event streams are open: close other windows of this page.');
  }

  /** Serves one stream until somebody ends it. */
  open({ response, owner, lastEventId, stillAllowed }: StreamRequest): void {
    const ending = new AbortController();
    const stream = new EventStream(response, () => {
      ending.abort();
    });
    if (ending.signal.aborted) return;
    const entry: OpenStream = { stream, owner, stillAllowed };
    this.#open.add(entry);
    this.#beat ??= setInterval(() => {
      void this.#beatAll();
    }, BEAT_EVERY_MS);
    const stopListening = this.watch.listen({
      announce: ({ id, changes }) => {
        stream.send('changes', changes, id);
      },
      ledger: (up) => {
        stream.send('ledger', { up });
      },
    });
    ending.signal.addEventListener('abort', () => {
      this.#open.delete(entry);
      stopListening();
      if (this.#open.size > 0) return;
      clearInterval(this.#beat);
      this.#beat = undefined;
    });
    const missed = lastEventId === undefined ? null : this.watch.since(lastEventId);
    // Where it is not known what was missed, everything may have changed.
    if (missed === null) stream.send('changes', { everything: true }, this.watch.position());
    else for (const { id, changes } of missed) stream.send('changes', changes, id);
    stream.send('ledger', { up: this.watch.ledgerUp });
  }

  async #beatAll(): Promise<void> {
    for (const { stream, stillAllowed } of [...this.#open]) {
      stream.beat();
      // While nobody can say, it stays: a ledger that is away revokes nothing.
      if (!(await stillAllowed().catch(() => true))) stream.close();
    }
  }
}
