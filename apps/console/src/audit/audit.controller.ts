import { Controller, Get, Inject, Query } from '@nestjs/common';
import { z } from 'zod';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import { decodeCursor, pageOf, pagingQuery, windowQuery } from '@newsrelay/http-api/paging';
import { Needs } from '@newsrelay/http-api/route-marks';
import { AUDIT_ACTIONS, listAudit, type AuditEntry } from '@newsrelay/ledger/audit';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';

const listQuery = z.strictObject({
  ...pagingQuery,
  ...windowQuery,
  key: z.string().min(1).max(100).optional(),
  action: z.enum(AUDIT_ACTIONS).optional(),
  subject: z.string().min(1).max(100).optional(),
});
/** Rows of the audit are numbered. */
const entryId = z.string().regex(/^[1-9]\d{0,17}$/);

function viewOf({ id, at, keyId, keyName, role, action, subject, detail, address }: AuditEntry) {
  return { id, at: toShanghaiTime(at), keyId, keyName, role, action, subject, detail, address };
}

/** Who changed what, and when. */
@Controller('api/v1/audit')
export class AuditController {
  constructor(@Inject(LEDGER) private readonly ledger: Ledger) {}

  @Get()
  @Needs('audit')
  async list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>) {
    const { cursor, ...filter } = query;
    const rows = await listAudit(this.ledger, { ...filter, after: decodeCursor(cursor, entryId) });
    return pageOf(rows, query.limit, ({ at, id }) => ({ createdAt: at.toISOString(), id }), viewOf);
  }
}
