import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { NOTIFICATIONS } from '@newsrelay/contracts/subjects';
import { InFlight } from '@newsrelay/delivery/in-flight';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { LedgerNotifications } from '@newsrelay/ledger/notifications';
import { withdrawnThrough } from '@newsrelay/ledger/withdrawals';

/**
 * Stops requests of withdrawn articles the moment PostgreSQL tells of the withdrawal. While this process cannot hear,
 * the withdrawal waits for its leases; when it hears again, it asks for all that is under way.
 */
@Injectable()
export class WithdrawalWatch implements OnApplicationBootstrap {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(LedgerNotifications) private readonly notifications: LedgerNotifications,
    @Inject(InFlight) private readonly inFlight: InFlight,
  ) {}

  onApplicationBootstrap(): void {
    this.notifications.on(NOTIFICATIONS.articleWithdrawn, (articleId) => {
      void this.#abortWithdrawn([articleId]);
    });
    this.notifications.onChange((hearing) => {
      if (hearing) void this.#abortWithdrawn(this.inFlight.articles());
    });
  }

  async #abortWithdrawn(articleIds: readonly string[]): Promise<void> {
    const flying = articleIds.filter((id) => this.inFlight.has(id));
    if (flying.length === 0) return;
    try {
      for (const [articleId, through] of await withdrawnThrough(this.ledger, flying))
        this.inFlight.abort(articleId, through);
    } catch {
      // Which versions is not known now: stopping one too many costs a retry, one too few a withdrawn text.
      for (const articleId of flying) this.inFlight.abort(articleId, Number.MAX_SAFE_INTEGER);
    }
  }
}
