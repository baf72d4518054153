import type { Rate } from '@newsrelay/channel-kit/rate';
import type { DeliveryAction } from '@newsrelay/contracts/delivery';
import { holdBacklogs, leaveBacklogs, type ChannelLane } from '@newsrelay/ledger/backlogs';
import type { Ledger } from '@newsrelay/ledger/database';
import type { DueRow } from '@newsrelay/ledger/due-row';
import { InBatches } from '@newsrelay/ledger/in-batches';
import { Rounds } from '@newsrelay/ledger/rounds';
import { dueOfChannels, type DueQuestion } from '@newsrelay/ledger/waiting-deliveries';
import { RateLimitedLog, type Logger } from '@newsrelay/telemetry/logger';
import { continuing, currentTrace } from '@newsrelay/telemetry/tracing';
import type { Turn } from './attempt.js';
import { LaterJobs } from './later-jobs.js';
import {
  Mailboxes,
  WAITING_PER_CHANNEL,
  type Destination,
  type MailboxEntry,
  type MailboxLimits,
  type TurnEnd,
} from './mailboxes.js';
import type { DeliveryQueue } from './queue.js';

/** What has waited this long in memory, milliseconds, is a backlog: the ledger is told who works it off. */
const BACKLOG_AFTER_MS = 1_000;
/** How often that is looked at, and for how long it holds without being said again, milliseconds. */
const BACKLOG_EVERY_MS = 1_000;
const BACKLOG_HELD_MS = 10_000;
/** New deliveries that a process keeps for itself, in turns of its own at once: what is more is for whoever has room. */
const KEPT_TURNS = 16;
/** A turn that failed on our side, such as a ledger that is away, is left alone for this long, milliseconds. */
const FAILED_MS = 1_000;

const ACTIONS = ['publish', 'withdraw'] as const satisfies DeliveryAction[];

export interface DispatcherParts {
  ledger: Ledger;
  /** The same, for look-ups by keys. */
  byKeys: Ledger;
  queue: DeliveryQueue;
  /** This process, as it holds backlogs. */
  holder: string;
  limits: Record<DeliveryAction, MailboxLimits>;
  attempt: (deliveryId: string, stopping: AbortSignal) => Promise<Turn>;
  destinationOf: (channelId: string) => Promise<Destination>;
  reserve: (channelId: string, rate: Rate) => Promise<number>;
  logger: Logger;
}

/** Gives deliveries whose time has come their turns, those of each channel by themselves, and withdrawals ahead of all. */
export class Dispatcher {
  readonly #mailboxes: Record<DeliveryAction, Mailboxes>;
  readonly #stopping = new AbortController();
  readonly #backlogRounds: Rounds;
  readonly #later: LaterJobs;
  readonly #log: RateLimitedLog;
  /** Lanes that the ledger has as this process's, by name, and when it was told last, on the monotonic clock. */
  #held = new Map<string, ChannelLane & { saidAt: number }>();

  constructor(private readonly parts: DispatcherParts) {
    this.#log = new RateLimitedLog((fields, message) => {
      parts.logger.warn(fields, message);
    });
    this.#later = new LaterJobs(parts.queue, this.#log);
    this.#mailboxes = { publish: this.#lane('publish'), withdraw: this.#lane('withdraw') };
    this.#backlogRounds = new Rounds({
      everyMs: BACKLOG_EVERY_MS,
      round: () => this.#holdBacklogs(),
      failure: 'it cannot be said now whose backlogs are worked off here',
      logger: parts.logger,
    });
  }

  start(): void {
    this.#backlogRounds.start();
  }

  put(action: DeliveryAction, entry: MailboxEntry): void {
    this.#mailboxes[action].put(entry);
  }

  /**
   * Takes deliveries that this process has just made, which saves them the way through the queue: they have their turns here,
   * together, or, should this process end first, when the reconciler finds them due. Returns those that it has no room for.
   */
  take(due: readonly DueRow[]): DueRow[] {
    const trace = currentTrace() ?? null;
    return ACTIONS.flatMap((action) => {
      const mailboxes = this.#mailboxes[action];
      const room = mailboxes.open ? KEPT_TURNS * this.parts.limits[action].inAll - mailboxes.waiting : 0;
      const rows = due.filter((row) => row.action === action);
      const kept = rows.slice(0, Math.max(0, room));
      for (const { id, channelId } of kept) mailboxes.put({ deliveryId: id, channelId, trace });
      return rows.slice(kept.length);
    });
  }

  /** Deliveries that wait in memory for their turn, and turns under way. */
  figures(action: DeliveryAction): { waiting: number; underWay: number } {
    const { waiting, underWay } = this.#mailboxes[action];
    return { waiting, underWay };
  }

  /** Finishes what is being sent, for at most `graceMs` milliseconds; then aborts it. */
  async stop(graceMs: number): Promise<void> {
    const abort = setTimeout(() => {
      this.#stopping.abort(new Error('the service is shutting down'));
    }, graceMs);
    await Promise.all(ACTIONS.map((action) => this.#mailboxes[action].stop()));
    clearTimeout(abort);
    await this.#backlogRounds.stop();
    // If it cannot be said, it is over by itself in a moment.
    await leaveBacklogs(this.parts.ledger, this.parts.holder, null).catch(() => undefined);
  }

  #lane(action: DeliveryAction): Mailboxes {
    const { byKeys, limits, destinationOf, reserve } = this.parts;
    const due = new InBatches((questions: readonly DueQuestion[]) =>
      dueOfChannels(byKeys, action, questions, WAITING_PER_CHANNEL),
    );
    return new Mailboxes({
      limits: limits[action],
      run: (entry) => continuing(entry.trace, () => this.#turn(entry)),
      destinationOf,
      due: async (channelId, except) => (await due.get({ channelId, except })) ?? [],
      reserve,
    });
  }

  async #turn({ deliveryId, channelId }: MailboxEntry): Promise<TurnEnd> {
    try {
      const { again, ...end } = await this.parts.attempt(deliveryId, this.#stopping.signal);
      if (again !== null) this.#later.add({ id: deliveryId, channelId, ...again });
      return end;
    } catch (error) {
      this.#log.say({ err: error, delivery: deliveryId }, 'a turn failed; it comes again');
      return { silentForMs: FAILED_MS, lookAgain: true, requestMs: null, destination: null };
    }
  }

  async #holdBacklogs(): Promise<boolean> {
    const { ledger, holder } = this.parts;
    const lanes = ACTIONS.flatMap((action) =>
      this.#mailboxes[action].backlogged(BACKLOG_AFTER_MS).map((channelId) => ({ channelId, action })),
    );
    const saidAt = performance.now();
    const fresh = saidAt - BACKLOG_HELD_MS / 2;
    const isSaid = (lane: ChannelLane) => (this.#held.get(nameOf(lane))?.saidAt ?? 0) > fresh;
    const unsaid = lanes.filter((lane) => !isSaid(lane));
    await holdBacklogs(ledger, holder, unsaid, BACKLOG_HELD_MS);
    for (const lane of unsaid) this.#held.set(nameOf(lane), { ...lane, saidAt });
    const names = new Set(lanes.map(nameOf));
    const left = [...this.#held.values()].filter((lane) => !names.has(nameOf(lane)));
    await leaveBacklogs(ledger, holder, left);
    for (const lane of left) this.#held.delete(nameOf(lane));
    // Others leave all of it to us, what comes anew included.
    for (const action of ACTIONS) {
      const held = lanes.filter((lane) => lane.action === action);
      this.#mailboxes[action].lookAgain(held.map(({ channelId }) => channelId));
    }
    return false;
  }
}

function nameOf({ channelId, action }: ChannelLane): string {
  return `${action} ${channelId}`;
}
