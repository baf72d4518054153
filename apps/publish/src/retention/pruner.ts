import { setTimeout as delay } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Ledger } from '@newsrelay/ledger/database';
import { LedgerStart } from '@newsrelay/ledger/ledger.module';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { PRUNING_KINDS, pruneStep, type PruningKind } from '@newsrelay/ledger/retention';
import { Rounds } from '@newsrelay/ledger/rounds';
import { LOGGER, type Logger } from '@newsrelay/telemetry/logger';
import { RetentionEvents } from './retention-events.js';

const EVERY_MS = 60 * 60_000;
/** Between two batches that found something: deliveries have the database for most of the time. */
const PAUSE_MS = 100;

/** Days that is kept; null for ever. */
export interface Retention {
  answersDays: number | null;
  obsoleteDays: number | null;
}

/** Injection token: the retention of this process. */
export const RETENTION = Symbol('Retention');

/** Lets the ledger forget what is past its time, every hour, batch by batch. Every publish process has one; they take turns. */
@Injectable()
export class Pruner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #rounds: Rounds;
  readonly #kinds: (readonly [kind: PruningKind, days: number])[];
  #stopped = false;

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(LedgerStart) start: LedgerStart,
    @Inject(RetentionEvents) private readonly events: RetentionEvents,
    @Inject(LOGGER) logger: Logger,
    @Inject(RETENTION) { answersDays, obsoleteDays }: Retention,
  ) {
    const keptFor = (kinds: readonly PruningKind[], days: number | null) =>
      days === null ? [] : kinds.map((kind) => [kind, days] as const);
    this.#kinds = [
      ...keptFor(PRUNING_KINDS.answers, answersDays),
      ...keptFor(PRUNING_KINDS.obsolete, obsoleteDays),
    ];
    this.#rounds = new Rounds({
      everyMs: EVERY_MS,
      round: () => this.#round(),
      failure: 'the ledger cannot be pruned now',
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
    for (const [kind, days] of this.#kinds) this.events.ran(kind.name, await this.#prune(kind, days));
    return false;
  }

  async #prune(kind: PruningKind, days: number): Promise<number> {
    let count = 0;
    while (!this.#stopped) {
      const { pruned, done } = await pruneStep(this.ledger, kind, days);
      this.events.pruned(kind.name, pruned);
      count += pruned;
      if (done) break;
      if (pruned > 0) await delay(PAUSE_MS);
    }
    return count;
  }
}
