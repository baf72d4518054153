import { PUT_OFF_MAX_MS } from './queue.js';

/** Soonest that a turn without a slot comes again, milliseconds. */
const PUT_OFF_MIN_MS = 10;
/** A slot that is to be free this soon, in milliseconds, is worth waiting for: putting a turn off costs more. */
const WAIT_MS = 100;
/** Slots of a destination until it has answered: one that hangs holds no more of the worker's turns than these. */
const UNPROVEN_SLOTS = 2;
/** A destination that answers within this, in milliseconds, gets all of its slots. */
const PROVEN_WITHIN_MS = 5_000;
/** Turns that wait, for each slot: more would keep the worker from other destinations. */
const WAITING_PER_SLOT = 2;
/** How much the newest request says about how long the next one will take. */
const WEIGHT_OF_NEWEST = 0.2;

interface Destination {
  /** When each slot that is held was taken, on the monotonic clock, oldest first. */
  held: Set<{ since: number }>;
  /** Whether the last request was answered in time. */
  proven: boolean;
  /** Turns that wait, first come first: each is handed a slot, or null when it has waited long enough. */
  waiting: Set<(slot: Slot | null) => void>;
  /** How long a slot is held, milliseconds, on average. */
  meanMs: number;
  /** When the last turn that was put off is to come again, on the monotonic clock. */
  promisedUntil: number;
}

export type Slot = { release: () => void } | { againInMs: number };

/**
 * How many requests go to one destination at once. A turn waits a moment for a slot, and is put off if that is not
 * enough: before it claims anything, so that it costs neither an attempt nor a lease. A destination that has not answered
 * in time holds two of the worker's turns and no more. Each turn is put off to about when a slot will be free for it, not
 * to the same instant as all the others.
 */
export class DestinationSlots {
  readonly #destinations = new Map<string, Destination>();

  constructor(private readonly perDestination: number) {}

  async take(name: string): Promise<Slot> {
    const destination = this.#destination(name);
    const slots = this.#slotsOf(destination);
    if (destination.held.size < slots) return this.#slot(name, destination);
    const perTurnMs = expectedMs(destination) / slots;
    const turnsBefore = destination.waiting.size + 1;
    const worthWaiting =
      turnsBefore <= WAITING_PER_SLOT * this.perDestination && turnsBefore * perTurnMs <= WAIT_MS;
    const handed = worthWaiting ? await waitFor(destination) : null;
    if (handed !== null) return handed;

    const now = performance.now();
    const wait = Math.max(destination.promisedUntil - now, 0) + perTurnMs;
    const againInMs = Math.ceil(Math.min(Math.max(wait, PUT_OFF_MIN_MS), PUT_OFF_MAX_MS));
    destination.promisedUntil = now + againInMs;
    return { againInMs };
  }

  #destination(name: string): Destination {
    const known = this.#destinations.get(name);
    if (known !== undefined) return known;
    const made: Destination = {
      held: new Set(),
      proven: false,
      waiting: new Set(),
      meanMs: PUT_OFF_MIN_MS,
      promisedUntil: 0,
    };
    this.#destinations.set(name, made);
    return made;
  }

  #slotsOf({ proven }: Destination): number {
    return proven ? this.perDestination : Math.min(UNPROVEN_SLOTS, this.perDestination);
  }

  #slot(name: string, destination: Destination): Slot {
    const slot = { since: performance.now() };
    destination.held.add(slot);
    return {
      release: () => {
        if (!destination.held.delete(slot)) return;
        const heldMs = performance.now() - slot.since;
        destination.meanMs += WEIGHT_OF_NEWEST * (heldMs - destination.meanMs);
        destination.proven = heldMs <= PROVEN_WITHIN_MS;
        this.#handOver(name, destination);
        // A quiet destination is forgotten: there may be very many over the years.
        if (destination.held.size === 0) this.#destinations.delete(name);
      },
    };
  }

  #handOver(name: string, destination: Destination): void {
    for (const next of destination.waiting) {
      if (destination.held.size >= this.#slotsOf(destination)) return;
      next(this.#slot(name, destination));
    }
  }
}

/** How long a slot will be held, milliseconds: a request that is still under way tells before it ends. */
function expectedMs({ meanMs, held }: Destination): number {
  const [oldest] = held;
  return oldest === undefined ? meanMs : Math.max(meanMs, performance.now() - oldest.since);
}

/** A slot that comes free within the time that is worth waiting. */
function waitFor(destination: Destination): Promise<Slot | null> {
  return new Promise((resolve) => {
    const settle = (slot: Slot | null): void => {
      clearTimeout(timer);
      destination.waiting.delete(settle);
      resolve(slot);
    };
    const timer = setTimeout(settle, WAIT_MS, null);
    destination.waiting.add(settle);
  });
}
