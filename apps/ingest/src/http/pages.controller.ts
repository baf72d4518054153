import { Body, Controller, Inject, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Problem } from '@newsrelay/contracts/problem';
import { lineOf } from '@newsrelay/contracts/text';
import { PAGE_TYPES } from '@newsrelay/http-api/body-parsers';
import { Takes } from '@newsrelay/http-api/content-type.guard';
import { Caller, refuseOtherSource, type Identity } from '@newsrelay/http-api/identity';
import { Needs } from '@newsrelay/http-api/route-marks';
import { repairView } from '@newsrelay/ledger/article-views';
import { PageIntake } from '../intake/page-intake.js';

const pageQuery = z.strictObject({ source: lineOf(60), section: lineOf(60).optional() });

@Controller('api/v1/pages')
export class PagesController {
  constructor(@Inject(PageIntake) private readonly intake: PageIntake) {}

  @Post()
  @Needs('intake')
  @Takes(...PAGE_TYPES)
  async take(
    @Body() text: unknown,
    @Query({ schema: pageQuery }) query: z.infer<typeof pageQuery>,
    @Caller() caller: Identity,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    if (typeof text !== 'string')
      throw new Problem(415, 'A newspaper page is taken as text/plain or text/markdown.');
    refuseOtherSource(caller, query.source);
    const taken = await this.intake.take(text, query.source, query.section ?? null, caller);
    reply.status(taken.articles.every((article) => article.duplicate) ? 200 : 202);
    return {
      ...taken,
      articles: taken.articles.map((article) => ({ ...article, repairs: article.repairs.map(repairView) })),
    };
  }
}
