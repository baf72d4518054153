import type { Connector } from '@newsrelay/channel-kit/connector';
import { dueProbes } from '@newsrelay/ledger/breakers';
import { cancelWaitingOfDeleted } from '@newsrelay/ledger/channels';
import type { Ledger } from '@newsrelay/ledger/database';
import type { Leader } from '@newsrelay/ledger/leader';
import { Rounds } from '@newsrelay/ledger/rounds';
import { settleDelivery, type Settled } from '@newsrelay/ledger/settlements';
import { expiredLeases, overdueDeliveries, type ExpiredLease } from '@newsrelay/ledger/waiting-deliveries';
import type { Logger } from '@newsrelay/telemetry/logger';
import { afterAttempt } from './after-attempt.js';
import type { DeliveryEvents } from './events.js';
import type { DeliveryQueue } from './queue.js';

const INTERVAL_MS = 1_000;
/** A delivery that has been due this long should have had its turn: it gets a job if it has none. */
const OVERDUE_MS = 2_000;
/** Rows of a round, and of one channel among them; the next round goes on where this one ended. */
const OVERDUE_LIMITS = { perChannel: 100, total: 1_000 };
const PROBES_BATCH = 200;
const EXPIRED_BATCH = 200;

/** Of a type that this build does not know: whether a repeat would show twice is for a person to say. */
const NOTHING_KNOWN = { delivery: 'push', edits: false, deletes: false, repeat: 'none' } as const;

export interface ReconcilerParts {
  ledger: Ledger;
  /** The same, for look-ups by keys. */
  byKeys: Ledger;
  /** One process reconciles at a time: doing it twice would change nothing, and cost twice. */
  leader: Leader;
  queue: DeliveryQueue;
  connectorOf: (type: string) => Connector | undefined;
  schedule: readonly number[];
  events: DeliveryEvents;
  logger: Logger;
}

/**
 * Makes the queue agree with the ledger: due deliveries without a job get one; of a channel whose breaker's time is over one
 * delivery gets to try; claims whose sender vanished are resolved. Redis can be emptied at any moment; the ledger is the
 * truth. Adding a job that is there, and resolving a lease twice, change nothing.
 */
export class Reconciler {
  readonly #rounds: Rounds;
  #afterChannel = '';

  constructor(private readonly parts: ReconcilerParts) {
    this.#rounds = new Rounds({
      everyMs: INTERVAL_MS,
      round: parts.leader.round(() => this.#round()),
      failure: 'the reconciler could not finish its round',
      logger: parts.logger,
    });
  }

  start(): void {
    this.#rounds.start();
  }

  async stop(): Promise<void> {
    await this.#rounds.stop();
    await this.parts.leader.leave();
  }

  /** Each part for itself: what keeps one from its work must not keep the others. */
  async #round(): Promise<boolean> {
    const parts = [
      this.#resolveExpired(),
      this.#requeueOverdue(),
      this.#letTry(),
      cancelWaitingOfDeleted(this.parts.byKeys),
    ];
    for (const outcome of await Promise.allSettled(parts)) {
      if (outcome.status === 'rejected') throw outcome.reason;
    }
    return false;
  }

  async #resolveExpired(): Promise<void> {
    for (const lease of await expiredLeases(this.parts.ledger, EXPIRED_BATCH)) {
      const settled = await this.#resolve(lease);
      this.parts.events.leaseExpired(lease.id, settled?.state ?? null);
    }
  }

  async #resolve(lease: ExpiredLease): Promise<Settled | null> {
    const connector = this.parts.connectorOf(lease.channelType);
    const error = 'the sender vanished before it could write the result';
    const result = { outcome: 'unknown', status: null, response: null, error } as const;
    const next = afterAttempt(
      result,
      {
        action: lease.action,
        attemptsInRound: lease.attemptsInRound,
        // Asked of refusals only, and this is none.
        refusedBefore: false,
        ageSeconds: (Date.now() - lease.roundStartedAt.getTime()) / 1000,
        capabilities: connector?.manifest.capabilities ?? NOTHING_KNOWN,
        random: Math.random(),
      },
      this.parts.schedule,
    );
    return settleDelivery(this.parts.ledger, {
      ...result,
      deliveryId: lease.id,
      epoch: lease.epoch,
      durationMs: lease.heldMs,
      state: next.state,
      reason: next.reason,
      nextAttemptInMs: next.nextAttemptInMs,
      remoteId: null,
      remoteUrl: null,
      pauseReason: null,
      served: false,
      // It was our sender that failed.
      sign: { kind: 'none' },
      quiet: connector?.manifest.subscribed === true,
    });
  }

  async #requeueOverdue(): Promise<void> {
    const overdue = await overdueDeliveries(
      this.parts.byKeys,
      OVERDUE_MS,
      this.#afterChannel,
      OVERDUE_LIMITS,
    );
    this.#afterChannel = overdue.length < OVERDUE_LIMITS.total ? '' : (overdue.at(-1)?.channelId ?? '');
    if (overdue.length === 0) return;
    this.parts.events.requeued(await this.parts.queue.addMissing(overdue));
  }

  async #letTry(): Promise<void> {
    await this.parts.queue.addMissing(await dueProbes(this.parts.ledger, PROBES_BATCH));
  }
}
