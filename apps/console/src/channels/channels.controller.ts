import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { connectors } from '@newsrelay/channel-registry/registry';
import { manifestView } from '@newsrelay/channel-kit/manifest';
import { channelInput, type ChannelInput } from '@newsrelay/contracts/channel';
import { lineOf, toShanghaiTime } from '@newsrelay/contracts/text';
import { JSON_TYPE, MERGE_PATCH_TYPE } from '@newsrelay/http-api/body-parsers';
import { Takes } from '@newsrelay/http-api/content-type.guard';
import { Caller, type Identity } from '@newsrelay/http-api/identity';
import { decodeCursor, pageOf, pagingQuery } from '@newsrelay/http-api/paging';
import { Needs } from '@newsrelay/http-api/route-marks';
import { listChannels } from '@newsrelay/ledger/channels';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { Channels } from './channels.js';

const listQuery = z.strictObject({
  ...pagingQuery,
  type: z
    .string()
    .regex(/^[a-z0-9-]{1,63}$/, 'must be a channel type')
    .optional(),
});
const pauseInput = z.strictObject({ reason: lineOf(500).default('由值班人员暂停') }).optional();

@Controller('api/v1')
export class ChannelsController {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(Channels) private readonly channels: Channels,
  ) {}

  @Get('channel-types')
  @Needs('read')
  types() {
    // Of those that can be set up: who subscribes to a feed does it at the hub.
    const settable = connectors.filter(({ manifest }) => manifest.subscribed !== true);
    return { items: settable.map(({ manifest }) => manifestView(manifest)) };
  }

  @Get('channels')
  @Needs('read')
  async list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>) {
    const rows = await listChannels(this.ledger, query.limit, decodeCursor(query.cursor), query.type);
    return pageOf(
      rows,
      query.limit,
      (channel) => ({ createdAt: channel.createdAt.toISOString(), id: channel.id }),
      (channel) => this.channels.view(channel),
    );
  }

  @Post('channels')
  @Needs('channels')
  async create(@Body({ schema: channelInput }) input: ChannelInput, @Caller() caller: Identity) {
    return this.channels.create(input, caller);
  }

  @Get('channels/:id')
  @Needs('read')
  async read(@Param('id') id: string) {
    return this.channels.read(id);
  }

  @Patch('channels/:id')
  @Needs('channels')
  @Takes(JSON_TYPE, MERGE_PATCH_TYPE)
  async patch(@Param('id') id: string, @Body() patch: unknown, @Caller() caller: Identity) {
    return this.channels.patch(id, patch, caller);
  }

  @Delete('channels/:id')
  @Needs('channels')
  @HttpCode(204)
  async remove(@Param('id') id: string, @Caller() caller: Identity): Promise<void> {
    await this.channels.remove(id, caller);
  }

  @Post('channels/:id/pause')
  @Needs('channels')
  @HttpCode(200)
  async pause(
    @Param('id') id: string,
    @Body({ schema: pauseInput }) input: z.infer<typeof pauseInput>,
    @Caller() caller: Identity,
  ) {
    return this.channels.pause(id, input?.reason ?? '由值班人员暂停', caller);
  }

  @Post('channels/:id/resume')
  @Needs('channels')
  @HttpCode(200)
  async resume(@Param('id') id: string, @Caller() caller: Identity) {
    return this.channels.resume(id, caller);
  }

  @Post('channels/:id/test')
  @Needs('channels')
  @HttpCode(200)
  async test(@Param('id') id: string, @Caller() caller: Identity) {
    const { startedAt, durationMs, outcome, status, error, response } = await this.channels.test(id, caller);
    return { number: 1, startedAt: toShanghaiTime(startedAt), durationMs, outcome, status, error, response };
  }
}
