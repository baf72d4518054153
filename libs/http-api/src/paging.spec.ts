import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Problem } from '@newsrelay/contracts/problem';
import { decodeCursor, pageOf, pagingQuery, windowQuery, type Position } from './paging.js';

const row = (id: string): Position => ({ createdAt: '2025-01-03T00:00:00.123Z', id });
const page = (ids: readonly string[], limit: number) => pageOf(ids, limit, row, (id) => id.toUpperCase());

describe('pageOf', () => {
  it('shows at most limit rows, with a cursor only where there are more', () => {
    expect(page(['a', 'b'], 2)).toEqual({ items: ['A', 'B'], nextCursor: null });
    expect(page([], 2)).toEqual({ items: [], nextCursor: null });
    const first = page(['a', 'b', 'c'], 2);
    expect(first.items).toEqual(['A', 'B']);
    expect(decodeCursor(first.nextCursor ?? '')).toEqual(row('b'));
  });
});

describe('decodeCursor', () => {
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  it('begins at the top without one', () => {
    expect(decodeCursor(undefined)).toBeNull();
  });
  it.each([
    '',
    'not base64 !',
    encoded(null),
    encoded({ id: 'a' }),
    encoded({ ...row('a'), more: 1 }),
    encoded(row('')),
    encoded(row('a b')),
    encoded(row('a\0')),
    encoded({ createdAt: '2025-99-01T00:00:00Z', id: 'a' }),
    // PostgreSQL knows no year 0.
    encoded({ createdAt: '0000-01-01T00:00:00.000Z', id: 'a' }),
    encoded({ createdAt: '2025-01-03T00:00Z', id: 'a' }),
    encoded({ createdAt: "2025-01-01T00:00:00Z'; drop table articles", id: 'a' }),
  ])('refuses %s', (cursor) => {
    expect(() => decodeCursor(cursor)).toThrow(Problem);
  });
  it('refuses the cursor of a list with other ids', () => {
    expect(() => decodeCursor(encoded(row('a')), z.uuid())).toThrow(Problem);
  });
});

describe('limit', () => {
  const limit = z.strictObject(pagingQuery).transform((query) => query.limit);
  it('is 50 by default and 500 at most', () => {
    expect(limit.parse({})).toBe(50);
    expect(limit.parse({ limit: '500' })).toBe(500);
    for (const wrong of ['501', '0', '-1', '', 'x', '1.5', ['1', '2']])
      expect(limit.safeParse({ limit: wrong }).success).toBe(false);
  });
});

describe('since and until', () => {
  const window = z.strictObject(windowQuery);
  it('are taken as sent, but for an offset of 16 hours or more, which PostgreSQL does not take', () => {
    expect(
      window.parse({ since: '2026-01-01T00:00:00+23:59', until: '2026-01-01T00:00:00.999999+08:00' }),
    ).toEqual({
      since: '2025-12-31T00:01:00.000Z',
      until: '2026-01-01T00:00:00.999999+08:00',
    });
    expect(window.parse({})).toEqual({});
  });
  it.each(['0000-01-01T00:00:00Z', '0000-01-01T00:00:00+08:00', '9999-12-31T23:59:59-23:00'])(
    'refuse %s, which PostgreSQL cannot read',
    (until) => {
      expect(window.safeParse({ until }).success).toBe(false);
    },
  );
});
