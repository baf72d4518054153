import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DeliveryQueue } from '@newsrelay/delivery/queue';
import type { Ledger } from '@newsrelay/ledger/database';
import { LedgerStart } from '@newsrelay/ledger/ledger.module';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { runningReplays, stepReplay } from '@newsrelay/ledger/replay-steps';
import { Rounds } from '@newsrelay/ledger/rounds';
import { LOGGER, type Logger } from '@newsrelay/telemetry/logger';
import { ReplayEvents } from './replay-events.js';

const EVERY_MS = 250;

/** Feeds replays into delivery, article by article. Every publish process has one; the ledger says whose turn it is, and when. */
@Injectable()
export class ReplayRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #rounds: Rounds;
  #stopped = false;

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(LedgerStart) start: LedgerStart,
    @Inject(DeliveryQueue) private readonly queue: DeliveryQueue,
    @Inject(ReplayEvents) private readonly events: ReplayEvents,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#rounds = new Rounds({
      everyMs: EVERY_MS,
      round: () => this.#round(),
      failure: 'replays cannot go on now',
      logger,
      begin: () => start.migrated(),
    });
  }

  onApplicationBootstrap(): void {
    this.#rounds.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    await this.#rounds.stop();
  }

  async #round(): Promise<boolean> {
    const running = await runningReplays(this.ledger);
    this.events.running(running.length);
    for (const { id, due } of running) if (due) await this.#goOn(id);
    return false;
  }

  async #goOn(id: string): Promise<void> {
    while (!this.#stopped) {
      const step = await stepReplay(this.ledger, id);
      if (step === null || step.did === 'waited') return;
      if (step.did === 'ended') {
        this.events.ended(id, step.state);
        return;
      }
      this.events.article(step.did);
      if (step.did === 'repeated') {
        // Queued in the ledger already: without Redis the job comes later.
        await this.queue.add([step.delivery]).catch((error: unknown) => {
          this.events.jobNotAdded(step.delivery.id, error);
        });
      }
    }
  }
}
