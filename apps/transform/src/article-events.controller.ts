import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { ArticleReleased, ArticleWithdrawn } from '@newsrelay/contracts/events';
import { SUBJECTS } from '@newsrelay/contracts/subjects';
import { isLedgerAway } from '@newsrelay/ledger/database';
import { Poison, RetryLater } from '@newsrelay/messaging/handler-errors';
import { Distribution, type Distributed } from './distribution.js';

const AWAY_MS = 1_000;

/** `article.*` in, `rendition.ready` out. */
@Controller()
export class ArticleEventsController {
  constructor(@Inject(Distribution) private readonly distribution: Distribution) {}

  @EventPattern(SUBJECTS.articleReleased)
  async released(@Payload() event: ArticleReleased): Promise<void> {
    await settled(() => this.distribution.release(event));
  }

  @EventPattern(SUBJECTS.articleWithdrawn)
  async withdrawn(@Payload() event: ArticleWithdrawn): Promise<void> {
    await settled(() => this.distribution.withdraw(event));
  }
}

/** A server that is away is no fault of the message: it comes again, however long that takes. */
async function settled(distribute: () => Promise<Distributed>): Promise<void> {
  let distributed: Distributed;
  try {
    distributed = await distribute();
  } catch (error) {
    if (isLedgerAway(error)) throw new RetryLater(AWAY_MS, 'PostgreSQL is away', { cause: error });
    throw error;
  }
  if (distributed.done) return;
  if ('missing' in distributed) throw new Poison(distributed.missing);
  throw new RetryLater(AWAY_MS, distributed.failure.message, { cause: distributed.failure });
}
