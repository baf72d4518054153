import { describe, expect, it } from '@jest/globals';
import { RenditionCache } from './rendition-cache.js';

const fragments = (id: string) => ({
  rss: id,
  atom: { beforeUpdated: id, afterUpdated: id },
  json: JSON.stringify({ id }),
});
const content = (id: string) => ({ kind: 'item', full: fragments(id), summary: fragments(id) });

describe('the cache of renditions', () => {
  it('has all that is asked for, also where reading some pushes out others of them', async () => {
    const asked: string[] = [];
    const cache = new RenditionCache((ids) => {
      asked.push(...ids);
      return Promise.resolve(new Map(ids.map((id) => [id, content(id)])));
    });
    const all = Array.from({ length: 2_000 }, (_, at) => `r${at}`);
    await cache.read(all);
    // The oldest of those that are kept, behind one that is new.
    const { found, unreadable } = await cache.read(['new', 'r0', 'r1']);
    expect([...found.keys()]).toEqual(['new', 'r0', 'r1']);
    expect(unreadable.size).toBe(0);
    expect(asked).toEqual([...all, 'new']);
  });
});
