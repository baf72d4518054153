import type { Lane } from '@newsrelay/delivery/attempt';
import { DestinationSlots } from '@newsrelay/delivery/destination-slots';
import { GuardedHttp, type GuardedHttpOptions } from '@newsrelay/outbound/guarded-http';

/** Requests to one destination at once, of one process. */
const PUBLISHES_PER_DESTINATION = 8;
const WITHDRAWALS_PER_DESTINATION = 4;

/** What may be called, and by which way. */
type TargetOptions = Pick<GuardedHttpOptions, 'allowTargets' | 'proxy'>;

/** What each action goes out by: sockets of its own, so that no withdrawal waits for one that publishing holds. */
export class Lanes {
  readonly #clients: GuardedHttp[] = [];
  readonly publish: Lane;
  readonly withdraw: Lane;

  constructor(targets: TargetOptions) {
    this.publish = this.#lane(targets, PUBLISHES_PER_DESTINATION);
    this.withdraw = this.#lane(targets, WITHDRAWALS_PER_DESTINATION);
  }

  /** Ends everything at once; requests in flight fail as `aborted`. */
  async destroy(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.destroy()));
  }

  /** As many slots as sockets: an attempt never waits for a socket while its deadline runs. */
  #lane(targets: TargetOptions, perDestination: number): Lane {
    const outbound = new GuardedHttp({ ...targets, socketsPerOrigin: perDestination });
    this.#clients.push(outbound);
    return { outbound, slots: new DestinationSlots(perDestination) };
  }
}
