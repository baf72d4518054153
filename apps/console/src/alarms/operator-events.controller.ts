import { Controller, Get, Inject, Query } from '@nestjs/common';
import { z } from 'zod';
import { textOfEvent } from '@newsrelay/alarm-sinks/alarm-text';
import { ALL_EVENT_KINDS, SEVERITIES } from '@newsrelay/contracts/operator-events';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import { decodeCursor, pageOf, pagingQuery, windowQuery } from '@newsrelay/http-api/paging';
import { Needs } from '@newsrelay/http-api/route-marks';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { listOperatorEvents, type RecordedEvent } from '@newsrelay/ledger/operator-events';

const listQuery = z.strictObject({
  ...pagingQuery,
  ...windowQuery,
  kind: z.enum(ALL_EVENT_KINDS).optional(),
  severity: z.enum(SEVERITIES).optional(),
  subject: z.string().min(1).max(200).optional(),
  open: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
});
/** Events are numbered. */
const eventId = z.string().regex(/^[1-9]\d{0,17}$/);

function viewOf({ id, at, severity, event, lasts, endedAt }: RecordedEvent) {
  const { kind, subject, detail } = event;
  return {
    id,
    at: toShanghaiTime(at),
    kind,
    severity,
    subject,
    detail,
    /** Null for what happened; else whether the condition is still there. */
    open: lasts ? endedAt === null : null,
    endedAt: endedAt === null ? null : toShanghaiTime(endedAt),
    text: { zh: textOfEvent(event, 'zh'), en: textOfEvent(event, 'en') },
  };
}

/** What operators were told of, or would have been. */
@Controller('api/v1/operator-events')
export class OperatorEventsController {
  constructor(@Inject(LEDGER) private readonly ledger: Ledger) {}

  @Get()
  @Needs('read')
  async list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>) {
    const { cursor, ...filter } = query;
    const rows = await listOperatorEvents(this.ledger, { ...filter, after: decodeCursor(cursor, eventId) });
    return pageOf(rows, query.limit, ({ at, id }) => ({ createdAt: at.toISOString(), id }), viewOf);
  }
}
