import type { DeliveryAction } from '@newsrelay/contracts/delivery';
import type { MailboxLimits } from '@newsrelay/delivery/mailboxes';
import { GuardedHttp, type GuardedHttpOptions } from '@newsrelay/outbound/guarded-http';

/** Requests at once of one process. Withdrawals have their own: what is published never takes them one. */
export const LANE_LIMITS: Record<DeliveryAction, MailboxLimits> = {
  publish: { perChannel: 8, perOrigin: 64, inAll: 512, unproven: 256, perPool: 64 },
  withdraw: { perChannel: 4, perOrigin: 64, inAll: 256, unproven: 192, perPool: 48 },
};

/** Of one origin, for callbacks that the hub asks. */
const HUB_SOCKETS = 8;

/** What may be called, and by which way. */
type TargetOptions = Pick<GuardedHttpOptions, 'allowTargets' | 'proxy'>;

/** What each action goes out by: sockets of its own, so that no withdrawal waits for one that publishing holds. */
export class Lanes {
  readonly #clients: GuardedHttp[] = [];
  readonly publish: GuardedHttp;
  readonly withdraw: GuardedHttp;
  /** Callbacks that the hub asks: outsiders name them, and they keep no socket from a delivery. */
  readonly hub: GuardedHttp;

  constructor(targets: TargetOptions) {
    this.publish = this.#client(targets, LANE_LIMITS.publish.perOrigin);
    this.withdraw = this.#client(targets, LANE_LIMITS.withdraw.perOrigin);
    this.hub = this.#client(targets, HUB_SOCKETS);
  }

  /** Ends everything at once; requests in flight fail as `aborted`. */
  async destroy(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.destroy()));
  }

  /** As many sockets as requests may go to an origin: an attempt never waits for a socket while its deadline runs. */
  #client(targets: TargetOptions, socketsPerOrigin: number): GuardedHttp {
    const client = new GuardedHttp({ ...targets, socketsPerOrigin });
    this.#clients.push(client);
    return client;
  }
}
