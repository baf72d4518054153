import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { channelId } from '@newsrelay/contracts/channel';
import { Problem } from '@newsrelay/contracts/problem';
import { parseFeedFile, type FeedFormat } from '@newsrelay/feed-kit/addresses';
import { Open } from '@newsrelay/http-api/route-marks';
import { FeedAccess, type Admission } from '../access/feed-access.js';
import { FeedsEvents } from '../events.js';
import { FeedShelfService } from '../shelf/feed-shelf.service.js';
import type { Shelf } from '../shelf/shelf.js';
import { answerWith, statusFor } from './conditional-answer.js';

/** The feeds: open to everyone, or to whoever shows a token of the channel; answered from memory. HEAD is GET without its body (Fastify adds it). */
@Controller('feeds')
export class FeedController {
  constructor(
    @Inject(FeedShelfService) private readonly shelves: FeedShelfService,
    @Inject(FeedAccess) private readonly access: FeedAccess,
    @Inject(FeedsEvents) private readonly events: FeedsEvents,
  ) {}

  @Get(':file')
  @Open()
  async read(
    @Param('file') file: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const named = parseFeedFile(file);
    if (named === null) throw this.#nothing(file);
    const admission = await this.#admit(named, request, reply);
    const shelf = this.shelves.peek(named.channelId) ?? (await this.#lookUp(named.channelId));
    if (shelf.kind === 'closed') {
      this.events.requested(named.format, 410);
      throw new Problem(410, `The feed ${named.channelId} was closed.`);
    }
    if (shelf.kind === 'absent' || !admission.found) throw this.#nothing(file);
    const document = shelf.documents[named.format];
    const status = statusFor(request, document);
    this.events.requested(named.format, status);
    admission.answered(status);
    await answerWith(document, status, reply);
  }

  async #admit(
    { channelId, format }: { channelId: string; format: FeedFormat },
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Admission> {
    try {
      return await this.access.admit(channelId, request, reply);
    } catch (error) {
      if (error instanceof Problem) this.events.requested(format, error.status);
      throw error;
    }
  }

  #lookUp(id: string): Promise<Shelf> | Shelf {
    // What cannot be a channel's id costs no query.
    return channelId.safeParse(id).success ? this.shelves.get(id) : { kind: 'absent' };
  }

  #nothing(file: string): Problem {
    this.events.requested('none', 404);
    return new Problem(404, `There is no feed ${file}.`);
  }
}
