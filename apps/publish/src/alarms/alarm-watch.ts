import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { dedupeKey, type OperatorEvent } from '@newsrelay/contracts/operator-events';
import type { Ledger } from '@newsrelay/ledger/database';
import { Leader } from '@newsrelay/ledger/leader';
import { LedgerStart } from '@newsrelay/ledger/ledger.module';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { endConditions, openConditions, recordOperatorEvents } from '@newsrelay/ledger/operator-events';
import { Rounds } from '@newsrelay/ledger/rounds';
import { LOGGER, type Logger } from '@newsrelay/telemetry/logger';
import { readConditions, WATCHED_KINDS, type WatchLimits } from './conditions.js';

const EVERY_MS = 10_000;

/** Injection token: the limits of this process's watch. */
export const WATCH_LIMITS = Symbol('WatchLimits');

const keyOf = ({ kind, subject }: Pick<OperatorEvent, 'kind' | 'subject'>) => dedupeKey(kind, subject);

/**
 * Looks every ten seconds for what an operator has to know of and nobody else notices. One publish process does; if it
 * vanishes, another goes on. A condition counts once two looks in a row have seen it: what a start finds overdue and does at
 * once is no alarm.
 */
@Injectable()
export class AlarmWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #leader: Leader;
  readonly #rounds: Rounds;
  /** Keys of what the look before saw. */
  #seen = new Set<string>();

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(LedgerStart) start: LedgerStart,
    @Inject(LOGGER) logger: Logger,
    @Inject(WATCH_LIMITS) private readonly limits: WatchLimits,
  ) {
    this.#leader = new Leader(ledger, { name: 'alarm-watch' });
    this.#rounds = new Rounds({
      everyMs: EVERY_MS,
      round: this.#leader.round(() => this.look()),
      failure: 'the ledger cannot be watched now',
      logger,
      begin: () => start.migrated(),
    });
  }

  onApplicationBootstrap(): void {
    this.#rounds.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#rounds.stop();
    await this.#leader.leave();
  }

  /** One look. */
  async look(): Promise<boolean> {
    const { hold, isKnown } = await readConditions(this.ledger, this.limits);
    const open = await openConditions(this.ledger, WATCHED_KINDS);
    const isOpen = new Set(open.map(keyOf));
    const holds = new Set(hold.map(keyOf));
    await recordOperatorEvents(
      this.ledger,
      hold.filter((event) => !isOpen.has(keyOf(event)) && this.#seen.has(keyOf(event))),
    );
    await endConditions(
      this.ledger,
      open.filter((condition) => !holds.has(keyOf(condition)) && isKnown(condition)),
    );
    this.#seen = holds;
    return false;
  }
}
