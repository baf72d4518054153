import { Controller, Delete, Get, HttpCode, Inject, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import { Problem } from '@newsrelay/contracts/problem';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import { Caller, type Identity } from '@newsrelay/http-api/identity';
import { decodeCursor, pageOf, pagingQuery } from '@newsrelay/http-api/paging';
import { Needs } from '@newsrelay/http-api/route-marks';
import { recordChanges } from '@newsrelay/ledger/audit';
import type { Ledger } from '@newsrelay/ledger/database';
import {
  denySubscription,
  listSubscriptions,
  type SubscriptionView,
} from '@newsrelay/ledger/hub-subscriptions';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { MASK } from '@newsrelay/sealing/mask';
import { ConsoleEvents } from '../events.js';

const listQuery = z.strictObject({
  ...pagingQuery,
  topic: z.string().min(1).max(2048).optional(),
  host: z.string().min(1).max(255).optional(),
  state: z.enum(['pending', 'active', 'ended']).optional(),
});

const REVOKED = 'the publisher ended the subscription';

/** Values in a callback's query are the subscriber's, and may be secrets: their names are told, and the rest of the address. */
function maskedCallback(callback: string): string {
  const start = callback.indexOf('?');
  if (start < 0) return callback;
  return callback.slice(0, start) + callback.slice(start).replace(/=[^&]*/g, `=${MASK}`);
}

const instantOf = (at: Date | null) => (at === null ? null : toShanghaiTime(at));

function viewOf(subscription: SubscriptionView) {
  const { id, topic, callback, callbackHost, feedChannelId, state, leaseSeconds, endReason } = subscription;
  return {
    id,
    topic,
    callback: maskedCallback(callback),
    host: callbackHost,
    feed: feedChannelId,
    state,
    leaseSeconds,
    verifiedAt: instantOf(subscription.verifiedAt),
    expiresAt: instantOf(subscription.expiresAt),
    endedAt: instantOf(subscription.endedAt),
    endReason,
    createdAt: toShanghaiTime(subscription.createdAt),
  };
}

/** Who subscribed at the hub. Deliveries of one are those of the channel with its id. */
@Controller('api/v1/hub/subscriptions')
export class SubscriptionsController {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(ConsoleEvents) private readonly events: ConsoleEvents,
  ) {}

  @Get()
  @Needs('read')
  async list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>) {
    const { cursor, ...filter } = query;
    const rows = await listSubscriptions(this.ledger, { ...filter, after: decodeCursor(cursor) });
    return pageOf(
      rows,
      query.limit,
      ({ createdAt, id }) => ({ createdAt: createdAt.toISOString(), id }),
      viewOf,
    );
  }

  /** The subscriber is told; what waits for it is canceled. It may subscribe again. */
  @Delete(':id')
  @Needs('channels')
  @HttpCode(204)
  async revoke(@Param('id') id: string, @Caller() caller: Identity): Promise<void> {
    const ended = await denySubscription(this.ledger, id, REVOKED, (tx) =>
      recordChanges(tx, caller, [{ action: 'hub.revoke', subject: { kind: 'channel', id } }]),
    );
    if (!ended) throw new Problem(404, 'There is no such subscription that stands.');
    this.events.channelChanged(id, 'deleted');
  }
}
