import { PUT_OFF_MAX_MS } from './queue.js';

/** Soonest that a turn without a slot comes again, milliseconds. */
const PUT_OFF_MIN_MS = 10;
/** How much the newest request says about how long the next one will take. */
const WEIGHT_OF_NEWEST = 0.2;

interface Destination {
  inUse: number;
  /** How long a slot is held, milliseconds, on average. */
  meanMs: number;
  /** When the last turn that was put off is to come again, on the monotonic clock. */
  promisedUntil: number;
}

export type Slot = { release: () => void } | { againInMs: number };

/**
 * How many requests go to one destination at once. A turn that finds no slot is put off before it claims anything, so
 * that it costs neither an attempt nor a lease, and a slow destination holds no worker that others could use. Each is put
 * off to about when a slot will be free for it, and not to the same instant as all the others.
 */
export class DestinationSlots {
  readonly #destinations = new Map<string, Destination>();

  constructor(private readonly perDestination: number) {}

  take(name: string): Slot {
    const now = performance.now();
    const destination = this.#destinations.get(name) ?? {
      inUse: 0,
      meanMs: PUT_OFF_MIN_MS,
      promisedUntil: 0,
    };
    this.#destinations.set(name, destination);
    if (destination.inUse >= this.perDestination) {
      const wait = Math.max(destination.promisedUntil - now, 0) + destination.meanMs / this.perDestination;
      const againInMs = Math.ceil(Math.min(Math.max(wait, PUT_OFF_MIN_MS), PUT_OFF_MAX_MS));
      destination.promisedUntil = now + againInMs;
      return { againInMs };
    }
    destination.inUse += 1;
    let held = true;
    return {
      release: () => {
        if (!held) return;
        held = false;
        destination.inUse -= 1;
        destination.meanMs += WEIGHT_OF_NEWEST * (performance.now() - now - destination.meanMs);
        // A quiet destination is forgotten: there may be very many over the years.
        if (destination.inUse === 0 && this.#destinations.get(name) === destination)
          this.#destinations.delete(name);
      },
    };
  }
}
