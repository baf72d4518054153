import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { alarmSinks, sinkTypeView } from '@newsrelay/alarm-sinks/registry';
import { alarmSinkInput, type AlarmSinkInput } from '@newsrelay/contracts/alarm-sink';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import { JSON_TYPE, MERGE_PATCH_TYPE } from '@newsrelay/http-api/body-parsers';
import { Takes } from '@newsrelay/http-api/content-type.guard';
import { Caller, type Identity } from '@newsrelay/http-api/identity';
import { decodeCursor, pageOf, pagingQuery } from '@newsrelay/http-api/paging';
import { Needs } from '@newsrelay/http-api/route-marks';
import { AlarmSinks } from './alarm-sinks.js';

const listQuery = z.strictObject(pagingQuery);

/** Where operators are told. Addresses of people are in it: it is shown to whoever may change it, and nobody else. */
@Controller('api/v1')
export class AlarmSinksController {
  constructor(@Inject(AlarmSinks) private readonly sinks: AlarmSinks) {}

  @Get('alarm-sink-types')
  @Needs('alarms')
  types() {
    return { items: alarmSinks.map(sinkTypeView) };
  }

  @Get('alarm-sinks')
  @Needs('alarms')
  async list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>) {
    const rows = await this.sinks.list(query.limit, decodeCursor(query.cursor));
    const views = await this.sinks.views(rows);
    return pageOf(
      rows,
      query.limit,
      ({ createdAt, id }) => ({ createdAt: createdAt.toISOString(), id }),
      ({ id }) => views.get(id),
    );
  }

  @Post('alarm-sinks')
  @Needs('alarms')
  async create(@Body({ schema: alarmSinkInput }) input: AlarmSinkInput, @Caller() caller: Identity) {
    return this.sinks.create(input, caller);
  }

  @Get('alarm-sinks/:id')
  @Needs('alarms')
  async read(@Param('id') id: string) {
    return this.sinks.read(id);
  }

  @Patch('alarm-sinks/:id')
  @Needs('alarms')
  @Takes(JSON_TYPE, MERGE_PATCH_TYPE)
  async patch(@Param('id') id: string, @Body() patch: unknown, @Caller() caller: Identity) {
    return this.sinks.patch(id, patch, caller);
  }

  @Delete('alarm-sinks/:id')
  @Needs('alarms')
  @HttpCode(204)
  async remove(@Param('id') id: string, @Caller() caller: Identity): Promise<void> {
    await this.sinks.remove(id, caller);
  }

  @Post('alarm-sinks/:id/test')
  @Needs('alarms')
  @HttpCode(200)
  async test(@Param('id') id: string, @Caller() caller: Identity) {
    const { startedAt, durationMs, outcome, status, error, response } = await this.sinks.test(id, caller);
    return { startedAt: toShanghaiTime(startedAt), durationMs, outcome, status, error, response };
  }
}
