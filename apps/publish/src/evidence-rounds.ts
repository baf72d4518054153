import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Ledger } from '@newsrelay/ledger/database';
import { appendDueEvidence } from '@newsrelay/ledger/evidence';
import { LedgerStart } from '@newsrelay/ledger/ledger.module';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { Leader } from '@newsrelay/ledger/leader';
import { Rounds } from '@newsrelay/ledger/rounds';
import { LOGGER, type Logger } from '@newsrelay/telemetry/logger';

const EVERY_MS = 1_000;

/** Puts what withdrawals came to into the chains of their articles, a moment after it is written. An export does not wait for it. */
@Injectable()
export class EvidenceRounds implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #leader: Leader;
  readonly #rounds: Rounds;

  constructor(
    @Inject(LEDGER) ledger: Ledger,
    @Inject(LedgerStart) ledgerStart: LedgerStart,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#leader = new Leader(ledger, { name: 'evidence' });
    this.#rounds = new Rounds({
      everyMs: EVERY_MS,
      begin: () => ledgerStart.migrated(),
      round: this.#leader.round(async () => (await appendDueEvidence(ledger)) > 0),
      failure: 'evidence of withdrawals cannot be put into its chains now',
      logger,
    });
  }

  onApplicationBootstrap(): void {
    this.#rounds.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#rounds.stop();
    await this.#leader.leave();
  }
}
