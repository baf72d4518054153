import { Controller, Get, Headers, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LiveStreams } from './live-streams.js';

/** Tells the operators' page what changed, as it happens. */
@Controller('api/v1/stream')
export class StreamController {
  constructor(@Inject(LiveStreams) private readonly streams: LiveStreams) {}

  @Get()
  stream(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Headers('last-event-id') lastEventId: string | undefined,
  ): void {
    const owner = request.ip;
    this.streams.checkRoom(owner);
    reply.hijack();
    this.streams.open({
      response: reply.raw,
      owner,
      lastEventId,
      stillAllowed: () => Promise.resolve(true),
    });
  }
}
