import { Controller, Get, Headers, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '@newsrelay/contracts/problem';
import { Authenticator } from '@newsrelay/http-api/authenticator';
import { Caller, type Identity } from '@newsrelay/http-api/identity';
import { Needs } from '@newsrelay/http-api/route-marks';
import { LiveStreams } from './live-streams.js';

/** Tells the operators' page what changed, as it happens. */
@Controller('api/v1/stream')
export class StreamController {
  constructor(
    @Inject(LiveStreams) private readonly streams: LiveStreams,
    @Inject(Authenticator) private readonly authenticator: Authenticator,
  ) {}

  @Get()
  @Needs('read')
  stream(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Caller() caller: Identity,
    @Headers('last-event-id') lastEventId: string | undefined,
  ): void {
    this.streams.checkRoom(caller.keyId);
    reply.hijack();
    this.streams.open({
      response: reply.raw,
      owner: caller.keyId,
      lastEventId,
      stillAllowed: () => this.#stillAllowed(request),
    });
  }

  /** Asks as a new request would be asked. Where nobody can say, the answer is an error and no refusal. */
  async #stillAllowed(request: FastifyRequest): Promise<boolean> {
    try {
      await this.authenticator.identify(request);
      return true;
    } catch (error) {
      if (error instanceof Problem && (error.status === 401 || error.status === 403)) return false;
      throw error;
    }
  }
}
