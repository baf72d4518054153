import { Controller, Get, Inject, Query } from '@nestjs/common';
import { z } from 'zod';
import { channelId } from '@newsrelay/contracts/channel';
import { decodeCursor, pageOf, pagingQuery } from '@newsrelay/http-api/paging';
import { Needs } from '@newsrelay/http-api/route-marks';
import { BOARD_VIEWS, boardCounts, boardSections, listBoard } from '@newsrelay/ledger/board';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';

/** A page carries a cell for every outlet of every article. */
const MAX_ARTICLES = 100;

const boardQuery = z.strictObject({
  ...pagingQuery,
  limit: pagingQuery.limit.unwrap().max(MAX_ARTICLES, `must be at most ${MAX_ARTICLES}`).default(30),
  view: z.enum(BOARD_VIEWS).default('all'),
  channel: channelId.optional(),
  section: z.string().max(60).optional(),
  q: z.string().trim().max(200).optional(),
});

/** The one question of the operators' page: which outlets have which article, which do not, and why. */
@Controller('api/v1/board')
export class BoardController {
  constructor(@Inject(LEDGER) private readonly ledger: Ledger) {}

  @Get()
  @Needs('read')
  async board(@Query({ schema: boardQuery }) { cursor, q, ...query }: z.infer<typeof boardQuery>) {
    const [rows, counts, sections] = await Promise.all([
      listBoard(this.ledger, {
        ...query,
        q: q === '' ? undefined : q,
        after: decodeCursor(cursor, z.uuid()),
      }),
      boardCounts(this.ledger),
      boardSections(this.ledger),
    ]);
    const page = pageOf(
      rows,
      query.limit,
      ({ article, createdAt }) => ({ createdAt: createdAt.toISOString(), id: article.id }),
      ({ article }) => article,
    );
    return { ...page, counts, sections };
  }
}
