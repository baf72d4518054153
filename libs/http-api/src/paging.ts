import { z } from 'zod';
import { instant } from '@newsrelay/contracts/text';
import { Problem } from '@newsrelay/contracts/problem';

/** Query of every list: newest first. */
export const pagingQuery = {
  limit: z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(500, 'must be at most 500')
    .default(50),
  cursor: z.string().max(500).optional(),
};

/** PostgreSQL knows no year 0. */
const YEARS_OF_FOUR_DIGITS = /^(?!0000)\d{4}-/;
/** PostgreSQL takes no offset of 16 hours or more, RFC 3339 does. */
const OFFSET_TOO_FAR = /[+-](1[6-9]|2\d):\d\d$/;

const bound = instant
  .transform((text) => (OFFSET_TOO_FAR.test(text) ? new Date(text).toISOString() : text))
  .refine((at) => YEARS_OF_FOUR_DIGITS.test(at), 'must be within the years 1 to 9999')
  .optional();

/** Half-open window on `createdAt`. */
export const windowQuery = { since: bound, until: bound };

/** Where a list goes on: after this row in (createdAt, id) order, newest first. */
export interface Position {
  createdAt: string;
  id: string;
}

const position = z.strictObject({
  createdAt: z.iso.datetime({ precision: 3 }).regex(YEARS_OF_FOUR_DIGITS),
  id: z.string(),
});

/** Ids of channels and deliveries. */
const plainId = z.string().regex(/^[\w-]{1,100}$/);

/** `id` is what the list's rows have as ids. @throws Problem 400 for a cursor that this list did not give */
export function decodeCursor(cursor: string | undefined, id: z.ZodType<string> = plainId): Position | null {
  if (cursor === undefined) return null;
  try {
    return position.extend({ id }).parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw new Problem(400, 'The cursor is not one that this API gave: begin again without it.', [
      { path: '/cursor', message: 'is not a cursor of this list' },
    ]);
  }
}

/** A page of at most `limit` rows out of `limit + 1` that were read. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  positionOf: (row: Row) => Position,
  itemOf: (row: Row) => Item,
): { items: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return {
    items: shown.map(itemOf),
    nextCursor: more ? Buffer.from(JSON.stringify(positionOf(last))).toString('base64url') : null,
  };
}
