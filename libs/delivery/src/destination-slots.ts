import { PUT_OFF_MAX_MS } from './queue.js';

/** Soonest that a turn without a slot comes again, milliseconds. */
const PUT_OFF_MIN_MS = 10;
/** A slot that is to be free this soon, in milliseconds, is worth waiting for: putting a turn off costs more. */
const WAIT_MS = 100;
/** Turns that wait, for each slot: more would keep the worker from other destinations. */
const WAITING_PER_SLOT = 2;
/** How much the newest request says about how long the next one will take. */
const WEIGHT_OF_NEWEST = 0.2;

interface Destination {
  inUse: number;
  /** Turns that wait, first come first: each is told whether it has the slot. */
  waiting: Set<(given: boolean) => void>;
  /** How long a slot is held, milliseconds, on average. */
  meanMs: number;
  /** When the last turn that was put off is to come again, on the monotonic clock. */
  promisedUntil: number;
}

export type Slot = { release: () => void } | { againInMs: number };

/**
 * How many requests go to one destination at once. A turn waits a moment for a slot, and is put off if that is not
 * enough: before it claims anything, so that it costs neither an attempt nor a lease, and a slow destination holds few of
 * the worker's turns. Each is put off to about when a slot will be free for it, not to the same instant as all the others.
 */
export class DestinationSlots {
  readonly #destinations = new Map<string, Destination>();

  constructor(private readonly perDestination: number) {}

  async take(name: string): Promise<Slot> {
    const destination = this.#destination(name);
    if (destination.inUse < this.perDestination) {
      destination.inUse += 1;
      return this.#slot(name, destination);
    }
    const perTurnMs = destination.meanMs / this.perDestination;
    const turnsBefore = destination.waiting.size + 1;
    const worthWaiting =
      turnsBefore <= WAITING_PER_SLOT * this.perDestination && turnsBefore * perTurnMs <= WAIT_MS;
    if (worthWaiting && (await given(destination))) return this.#slot(name, destination);

    const now = performance.now();
    const wait = Math.max(destination.promisedUntil - now, 0) + perTurnMs;
    const againInMs = Math.ceil(Math.min(Math.max(wait, PUT_OFF_MIN_MS), PUT_OFF_MAX_MS));
    destination.promisedUntil = now + againInMs;
    return { againInMs };
  }

  #destination(name: string): Destination {
    const known = this.#destinations.get(name);
    if (known !== undefined) return known;
    const made = { inUse: 0, waiting: new Set<never>(), meanMs: PUT_OFF_MIN_MS, promisedUntil: 0 };
    this.#destinations.set(name, made);
    return made;
  }

  #slot(name: string, destination: Destination): Slot {
    const takenAt = performance.now();
    let held = true;
    return {
      release: () => {
        if (!held) return;
        held = false;
        destination.meanMs += WEIGHT_OF_NEWEST * (performance.now() - takenAt - destination.meanMs);
        const [next] = destination.waiting;
        if (next !== undefined) {
          next(true);
          return;
        }
        destination.inUse -= 1;
        // A quiet destination is forgotten: there may be very many over the years.
        if (destination.inUse === 0) this.#destinations.delete(name);
      },
    };
  }
}

/** Whether a slot was handed over within the time that is worth waiting. */
function given(destination: Destination): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (has: boolean): void => {
      clearTimeout(timer);
      destination.waiting.delete(settle);
      resolve(has);
    };
    const timer = setTimeout(settle, WAIT_MS, false);
    destination.waiting.add(settle);
  });
}
