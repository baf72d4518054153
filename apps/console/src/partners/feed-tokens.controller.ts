import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  FEED_TOKEN_PREFIX,
  feedTokenInput,
  rotationInput,
  silentAfterHoursOf,
  type FeedTokenInput,
  type RotationInput,
} from '@newsrelay/contracts/feed-token';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import { Caller, type Identity } from '@newsrelay/http-api/identity';
import { decodeCursor, pageOf, pagingQuery } from '@newsrelay/http-api/paging';
import { Needs } from '@newsrelay/http-api/route-marks';
import type { Ledger } from '@newsrelay/ledger/database';
import { readFeedUsage } from '@newsrelay/ledger/feed-polls';
import { listFeedTokens, type StoredFeedToken } from '@newsrelay/ledger/feed-tokens';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { FeedTokens, type MadeToken } from './feed-tokens.js';

const listQuery = z.strictObject(pagingQuery);
/** Days are kept as long as outlets' answers are, 90 unless that is set otherwise. */
const usageQuery = z.strictObject({ days: z.coerce.number().int().min(1).max(366).default(7) });

const timeOrNull = (at: Date | null) => (at === null ? null : toShanghaiTime(at));

export function feedTokenView({ id, name, ending, previous, ...token }: StoredFeedToken) {
  return {
    id,
    name,
    /** What may be shown of it. */
    token: `${FEED_TOKEN_PREFIX}…${ending}`,
    expiresAt: timeOrNull(token.expiresAt),
    createdAt: toShanghaiTime(token.createdAt),
    createdBy: token.createdBy,
    rotatedAt: timeOrNull(token.rotatedAt),
    lastUsedAt: timeOrNull(token.lastUsedAt),
    previous:
      previous === null
        ? null
        : { validUntil: toShanghaiTime(previous.validUntil), lastUsedAt: timeOrNull(previous.lastUsedAt) },
  };
}

const shownOnce = ({ token, stored }: MadeToken) => ({ ...feedTokenView(stored), token });

/** Who may read a channel, and who does. */
@Controller('api/v1/channels/:id')
export class FeedTokensController {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(FeedTokens) private readonly tokens: FeedTokens,
  ) {}

  @Get('tokens')
  @Needs('read')
  async list(@Param('id') id: string, @Query({ schema: listQuery }) query: z.infer<typeof listQuery>) {
    await this.tokens.channel(id);
    const rows = await listFeedTokens(this.ledger, id, query.limit, decodeCursor(query.cursor, z.uuid()));
    return pageOf(
      rows,
      query.limit,
      (token) => ({ createdAt: token.createdAt.toISOString(), id: token.id }),
      feedTokenView,
    );
  }

  /** The one answer that holds the token. */
  @Post('tokens')
  @Needs('channels')
  async create(
    @Param('id') id: string,
    @Body({ schema: feedTokenInput }) input: FeedTokenInput,
    @Caller() caller: Identity,
  ) {
    return shownOnce(await this.tokens.create(id, input, caller));
  }

  /** The one answer that holds the new token. */
  @Post('tokens/:token/rotate')
  @Needs('channels')
  @HttpCode(200)
  async rotate(
    @Param('id') id: string,
    @Param('token') token: string,
    @Body({ schema: rotationInput }) input: RotationInput,
    @Caller() caller: Identity,
  ) {
    return shownOnce(await this.tokens.rotate(id, token, input, caller));
  }

  @Delete('tokens/:token')
  @Needs('channels')
  @HttpCode(204)
  async revoke(
    @Param('id') id: string,
    @Param('token') token: string,
    @Caller() caller: Identity,
  ): Promise<void> {
    await this.tokens.revoke(id, token, caller);
  }

  @Get('usage')
  @Needs('read')
  async usage(@Param('id') id: string, @Query({ schema: usageQuery }) { days }: z.infer<typeof usageQuery>) {
    const { settings } = await this.tokens.channel(id);
    const { lastPolledAt, silentForSeconds, ...usage } = await readFeedUsage(this.ledger, id, days);
    const silentAfter = (silentAfterHoursOf(settings) ?? Number.POSITIVE_INFINITY) * 3600;
    return {
      ...usage,
      lastPolledAt: timeOrNull(lastPolledAt),
      silentForSeconds,
      silent: silentForSeconds !== null && silentForSeconds > silentAfter,
      readers: usage.readers.map((reader) => ({ ...reader, lastAt: toShanghaiTime(reader.lastAt) })),
    };
  }
}
