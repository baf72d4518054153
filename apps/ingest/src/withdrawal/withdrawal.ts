import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '@newsrelay/contracts/problem';
import { lockArticle } from '@newsrelay/ledger/article-versions';
import { recordChanges, type Actor } from '@newsrelay/ledger/audit';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { countInFlight, ledgerTime, orderWithdrawal } from '@newsrelay/ledger/withdrawals';
import { IngestEvents } from '../events.js';

const POLL_MS = 20;

/** Taking an article down everywhere. */
@Injectable()
export class Withdrawal {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(IngestEvents) private readonly events: IngestEvents,
  ) {}

  /**
   * Commits the order, which tells senders to abort, and resolves once no request with the article's content is in
   * flight any more: finished, aborted, or past its lease, which bounds the wait. @throws Problem 404
   */
  async order(
    articleId: string,
    reason: string,
    actor: Actor,
  ): Promise<{ orderId: string; repeated: boolean }> {
    const startedAt = performance.now();
    const { orderId, repeated } = await this.ledger.transaction().execute(async (tx) => {
      const article = await lockArticle(tx, articleId);
      if (article === undefined) throw new Problem(404, 'There is no such article.');
      const order = await orderWithdrawal(tx, article, reason);
      if (!order.repeated) {
        const detail = { orderId: order.orderId, reason };
        await recordChanges(tx, actor, [
          { action: 'article.withdraw', subject: { kind: 'article', id: articleId }, detail },
        ]);
      }
      return order;
    });
    const ordered = await ledgerTime(this.ledger);
    while ((await countInFlight(this.ledger, articleId, ordered)) > 0) await delay(POLL_MS);
    if (!repeated) this.events.withdrawn(articleId, orderId, performance.now() - startedAt);
    return { orderId, repeated };
  }
}
