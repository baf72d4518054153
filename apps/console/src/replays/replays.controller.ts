import { Body, Controller, Get, HttpCode, HttpStatus, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Problem } from '@newsrelay/contracts/problem';
import { replayInput } from '@newsrelay/contracts/replay';
import { Caller, type Identity } from '@newsrelay/http-api/identity';
import { decodeCursor, pageOf, pagingQuery } from '@newsrelay/http-api/paging';
import { Needs } from '@newsrelay/http-api/route-marks';
import { recordChanges } from '@newsrelay/ledger/audit';
import { findChannel } from '@newsrelay/ledger/channels';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { countReplay } from '@newsrelay/ledger/replay-matches';
import {
  cancelReplay,
  createReplay,
  findReplay,
  listReplays,
  replayView,
  type ReplayView,
} from '@newsrelay/ledger/replays';
import { ConsoleEvents } from '../events.js';

const listQuery = z.strictObject({
  ...pagingQuery,
  channel: z.string().max(63).optional(),
  state: z.enum(['running', 'done', 'canceled', 'failed']).optional(),
});

const noSuchReplay = () => new Problem(404, 'There is no such replay.');
const noSuchChannel = () =>
  new Problem(404, 'There is no such channel.', [{ path: '/channel', message: 'is no channel' }]);

/** A window of articles once more to one channel. */
@Controller('api/v1')
export class ReplaysController {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(ConsoleEvents) private readonly events: ConsoleEvents,
  ) {}

  /** 202 with the replay's id, or 200 with the count alone for a dry run. */
  @Post('deliveries/replay')
  @Needs('retry')
  @HttpCode(202)
  async replay(
    @Body({ schema: replayInput }) input: z.infer<typeof replayInput>,
    @Caller() caller: Identity,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ replayId?: string; count: number }> {
    const { channel, since, until, state, ratePerSecond, dryRun } = input;
    const states = state === undefined ? null : [state].flat();
    const scope = { channelId: channel, since, until, states };
    if (dryRun) {
      if ((await findChannel(this.ledger, channel)) === undefined) throw noSuchChannel();
      reply.status(HttpStatus.OK);
      return { count: await countReplay(this.ledger, { ...scope, before: null }) };
    }
    const detail = { channel, since: since.toISOString(), until: until.toISOString(), states, ratePerSecond };
    const verdict = await createReplay(this.ledger, { ...scope, ratePerSecond }, caller, (tx, id, count) =>
      recordChanges(tx, caller, [
        { action: 'delivery.replay', subject: { kind: 'replay', id }, detail: { ...detail, count } },
      ]),
    );
    if (verdict.verdict === 'missing') throw noSuchChannel();
    if (verdict.verdict === 'refused') throw new Problem(409, `There can be no replay: ${verdict.reason}.`);
    this.events.replayAsked(verdict.id, channel, verdict.count);
    return { replayId: verdict.id, count: verdict.count };
  }

  @Get('replays')
  @Needs('read')
  async list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>) {
    const { cursor, ...filter } = query;
    const rows = await listReplays(this.ledger, { ...filter, after: decodeCursor(cursor, z.uuid()) });
    return pageOf(
      rows,
      query.limit,
      ({ created_at, id }) => ({ createdAt: created_at.toISOString(), id }),
      replayView,
    );
  }

  @Get('replays/:id')
  @Needs('read')
  async read(@Param('id') id: string): Promise<ReplayView> {
    const row = z.uuid().safeParse(id).success ? await findReplay(this.ledger, id) : undefined;
    if (row === undefined) throw noSuchReplay();
    return replayView(row);
  }

  /** What was handed to delivery already goes on. */
  @Post('replays/:id/cancel')
  @Needs('retry')
  @HttpCode(200)
  async cancel(@Param('id') id: string, @Caller() caller: Identity): Promise<ReplayView> {
    const { state } = await this.read(id);
    const canceled = await cancelReplay(this.ledger, id, (tx) =>
      recordChanges(tx, caller, [{ action: 'replay.cancel', subject: { kind: 'replay', id } }]),
    );
    if (!canceled && state !== 'canceled')
      throw new Problem(409, 'This replay is over: there is nothing to cancel.');
    return this.read(id);
  }
}
