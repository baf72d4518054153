import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { deleteChannel } from './channels.js';
import { openLedger, type Ledger } from './database.js';
import { findLogMark, readChanges, readWithdrawals } from './feed-log.js';
import { channelsWithNotices, endNotices } from './feed-notices.js';
import { cutPages, PAGE_ENTRIES, readPage } from './feed-pages.js';
import { endServed, readShelf, shelveAccepted, type ShelfEntry } from './feed-shelf.js';
import { openTestLedger, type TestLedger } from './ledger.fixture.js';
import { migrate, migrateAsFarAs } from './migrate.js';
import { TestNewsroom, type Published } from './newsroom.fixture.js';
import { PRUNING_KINDS, pruneStep } from './retention.js';

const TYPE = 'shelf-test';
/** Always the same runs; fast-check prints seed and path of what fails. */
const SEED = 20_250_103;
const RUNS = 25;

/** What a reader has of an article: the number of its version, or that it is withdrawn. */
type Known = Map<string, string>;
const known = ({ articleId, version, withdrawnAt }: ShelfEntry) =>
  [articleId, withdrawnAt === null ? `version ${version}` : 'withdrawn'] as const;

describe('the archive of a served channel', () => {
  let test: TestLedger;
  let ledger: Ledger;
  let newsroom: TestNewsroom;
  let channels = 0;
  let channel: string;

  beforeAll(async () => {
    test = await openTestLedger();
    ledger = test.ledger;
    const render = ({ version }: { version: number }) => ({ text: `version ${version}` });
    newsroom = new TestNewsroom({ ledger, channelType: TYPE, render });
  }, 90_000);
  afterAll(() => test.close());
  beforeEach(async () => {
    channel = `archived-${++channels}`;
    await newsroom.addChannel(channel, { title: 'T' });
  });

  const serve = async () => endServed(ledger, await shelveAccepted(ledger, TYPE, channel, 200));
  const publish = async (articleId?: string) => {
    const published = await newsroom.publish([channel], {}, articleId);
    await serve();
    return published;
  };
  const withdraw = async (articleId: string) => {
    const order = await newsroom.withdraw(articleId);
    const made = await newsroom.deliverWithdrawal(order, [channel]);
    // Ordered before: it is there already.
    if (made.length > 0) await newsroom.accept(made);
    await serve();
  };
  const cut = (maxItems: number) => cutPages(ledger, { id: channel, settings: { title: 'T' } }, maxItems);
  const page = async (number: number) => {
    const { page: found } = await readPage(ledger, channel, number);
    if (found === null) throw new Error(`no page ${number}`);
    return found;
  };
  const ids = (entries: readonly ShelfEntry[]) => entries.map(({ articleId }) => articleId);
  const texts = async ({ articleId }: Published) => {
    const { rows } = await sql<{ text: string | null }>`
      select r.content ->> 'text' as text from renditions r
      where r.article_id = ${articleId} and r.action = 'publish' order by r.version`.execute(ledger);
    return rows.map(({ text }) => text);
  };

  /** As RFC 5005 says: back from the feed to a page that is known, then forward again. */
  async function follow(has: Known, knownPages: Set<number>, maxItems: number): Promise<void> {
    const feed = await readShelf(ledger, channel, maxItems);
    const chain = [];
    for (let at = feed.newestPage; at !== null && !knownPages.has(at);) {
      const read = await page(at);
      chain.push(read);
      at = read.previous;
    }
    for (const { number, entries } of chain.reverse()) {
      knownPages.add(number);
      for (const entry of entries.toReversed()) has.set(...known(entry));
    }
    for (const entry of feed.entries) has.set(...known(entry));
  }

  /** All that the channel has ever shown, as it stands. */
  async function truth(): Promise<Known> {
    const { rows } = await sql<{ id: string; version: number; withdrawn: boolean }>`
      select e.article_id as id, e.version, e.notice_since is not null or a.withdrawn_through >= e.version as withdrawn
      from shelf_entries e join articles a on a.id = e.article_id where e.channel_id = ${channel}`.execute(
      ledger,
    );
    return new Map(
      rows.map(({ id, version, withdrawn }) => [id, withdrawn ? 'withdrawn' : `version ${version}`]),
    );
  }

  it('leaves a follower with all that one has who never was away, whatever happens meanwhile', async () => {
    const commands = fc.array(
      fc.oneof(
        { weight: 5, arbitrary: fc.record({ kind: fc.constant('publish' as const), at: fc.nat(2) }) },
        { weight: 3, arbitrary: fc.record({ kind: fc.constant('correct' as const), at: fc.nat(30) }) },
        { weight: 2, arbitrary: fc.record({ kind: fc.constant('withdraw' as const), at: fc.nat(30) }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('mark' as const), at: fc.nat(30) }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('room' as const), at: fc.nat(5) }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), at: fc.nat(5) }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('end' as const), at: fc.nat(0) }) },
        { weight: 2, arbitrary: fc.record({ kind: fc.constant('look' as const), at: fc.nat(1) }) },
      ),
      { minLength: 5, maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), commands, async (room, given) => {
        channel = `archived-${++channels}`;
        await newsroom.addChannel(channel, { title: 'T' });
        const articles: string[] = [];
        const readers = [0, 1].map(() => ({ has: new Map<string, string>(), pages: new Set<number>() }));
        const seenPages = new Map<number, Known>();
        let maxItems = room;
        for (const { kind, at } of given) {
          const one = articles[at % Math.max(1, articles.length)];
          if (kind === 'publish') {
            // Several may come at once.
            for (let many = 0; many <= at; many += 1) {
              articles.push((await newsroom.publish([channel])).articleId);
            }
            await serve();
          } else if (kind === 'correct' && one !== undefined) await publish(one);
          else if (kind === 'withdraw' && one !== undefined) await withdraw(one);
          // Ordered, and nothing of it has come to the shelf.
          else if (kind === 'mark' && one !== undefined) await newsroom.withdraw(one);
          else if (kind === 'room') maxItems = at + 1;
          else if (kind === 'end') await endNotices(ledger, { id: channel, settings: {} }, maxItems, 0);
          else if (kind === 'cut') {
            await cut(maxItems);
            const feed = await readShelf(ledger, channel, maxItems);
            expect(feed.uncut).toBe(false);
            const texts = feed.entries.filter(({ withdrawnAt }) => withdrawnAt === null);
            expect(texts.length).toBeLessThanOrEqual(maxItems);
          }
          const reader = kind === 'look' ? readers[at] : undefined;
          if (reader !== undefined) {
            await follow(reader.has, reader.pages, maxItems);
            const expected = await truth();
            // A page that was read before its article was withdrawn is not read again: the withdrawal goes forward.
            const marked = [...expected].filter(([id, state]) => state !== reader.has.get(id));
            for (const [id, state] of marked) {
              expect({ id, state, marked: await isMarkedAlone(id) }).toEqual({
                id,
                state: 'withdrawn',
                marked: true,
              });
            }
            expect([...reader.has.keys()].sort()).toEqual([...expected.keys()].sort());
          }
          for (const [number, before] of seenPages) {
            const now = new Map((await page(number)).entries.map(known));
            expect([...now.keys()]).toEqual([...before.keys()]);
            for (const [id, state] of now) expect([before.get(id), 'withdrawn']).toContain(state);
            seenPages.set(number, now);
          }
          for (let next = seenPages.size + 1; ; next += 1) {
            const { page: found } = await readPage(ledger, channel, next);
            if (found === null) break;
            expect(new Set(ids(found.entries)).size).toBe(found.entries.length);
            seenPages.set(next, new Map(found.entries.map(known)));
          }
        }
      }),
      { seed: SEED, numRuns: RUNS },
    );
  }, 240_000);

  /** Its withdrawal is ordered, and has not come to the shelf: no feed says it but by the mark. */
  async function isMarkedAlone(articleId: string): Promise<boolean> {
    const changes = await readChanges(ledger, channel, '0', 10_000);
    const last = changes.findLast((change) => change.articleId === articleId);
    return last?.action === 'publish' && last.withdrawnAt !== null;
  }

  it('cuts a page only when the feed has no room for what is on none, a hundred entries at most', async () => {
    const published = [];
    for (let at = 0; at < 3; at += 1) published.push((await publish()).articleId);
    expect(await cut(3)).toBe(0);
    expect(await readShelf(ledger, channel, 3)).toMatchObject({ newestPage: null, uncut: false });
    published.push((await publish()).articleId);
    expect(await readShelf(ledger, channel, 3)).toMatchObject({ newestPage: null, uncut: true });
    expect(await cut(3)).toBe(1);
    const feed = await readShelf(ledger, channel, 3);
    expect(feed).toMatchObject({ newestPage: 1, uncut: false });
    expect(ids(feed.entries)).toEqual(published.slice(1).reverse());
    const first = await page(1);
    expect(first).toMatchObject({ number: 1, previous: null, settings: { title: 'T' } });
    expect(ids(first.entries)).toEqual(published.toReversed());

    for (let at = 0; at < PAGE_ENTRIES + 5; at += 1) await newsroom.publish([channel]);
    await serve();
    expect(await cut(3)).toBe(2);
    expect((await page(2)).entries).toHaveLength(PAGE_ENTRIES);
    expect((await page(3)).entries).toHaveLength(5);
    expect(await readPage(ledger, channel, 4)).toEqual({ page: null, following: null, newest: 3 });
  }, 60_000);

  it('is cut once, however many instances cut at once', async () => {
    for (let at = 0; at < 10; at += 1) await publish();
    const cuts = await Promise.all(Array.from({ length: 6 }, () => cut(4)));
    expect(cuts.sort()).toEqual([0, 0, 0, 0, 0, 1]);
  });

  it('shows an old article that is corrected on a new page, and leaves the old page as it is', async () => {
    const { articleId } = await publish();
    for (let at = 0; at < 3; at += 1) await publish();
    await cut(2);
    const before = await page(1);
    await publish(articleId);
    await cut(2);
    expect(await page(1)).toEqual(before);
    expect((await page(2)).entries).toMatchObject([{ articleId, version: 2, withdrawnAt: null }]);
    await withdraw(articleId);
    const { entries } = await readShelf(ledger, channel, 2);
    const notice = entries.find((entry) => entry.articleId === articleId);
    expect(notice?.withdrawnAt).toBeInstanceOf(Date);
    expect(entries).toHaveLength(3);
    for (const number of [1, 2]) {
      const entry = (await page(number)).entries.find((one) => one.articleId === articleId);
      expect(entry?.withdrawnAt).toEqual(notice?.withdrawnAt);
    }
    // An editor brings it back: what was withdrawn stays so, also when that is withdrawn in turn.
    const withdrawn = await page(1);
    await publish(articleId);
    await withdraw(articleId);
    expect(await page(1)).toEqual(withdrawn);
  });

  it('takes notices from the feed after their days, once, and says when', async () => {
    const { articleId: old } = await publish();
    const { articleId } = await publish();
    await withdraw(old);
    const settings = { title: 'T' };
    const days = async () =>
      (await channelsWithNotices(ledger, TYPE)).find(({ id }) => id === channel)?.oldestDays;
    expect(await days()).toBeGreaterThanOrEqual(0);
    expect(await days()).toBeLessThan(1);
    expect(await endNotices(ledger, { id: channel, settings }, 10, 1)).toBe(0);
    const before = await readShelf(ledger, channel, 10);
    expect(ids(before.entries)).toEqual([articleId, old]);
    const ended = await Promise.all(
      [0, 0].map((after) => endNotices(ledger, { id: channel, settings }, 10, after)),
    );
    expect(ended.sort()).toEqual([0, 1]);
    expect(await days()).toBeUndefined();
    const after = await readShelf(ledger, channel, 10);
    expect(ids(after.entries)).toEqual([articleId]);
    expect(before.shapedAt).toBeNull();
    expect(after.shapedAt).toBeInstanceOf(Date);
    // Nobody misses it: it was on no page, and is now.
    expect(after.newestPage).toBe(1);
    expect((await page(1)).entries).toMatchObject([{ articleId: old, withdrawnAt: expect.any(Date) }, {}]);
    expect(await readWithdrawals(ledger, channel, null, 10)).toMatchObject([{ articleId: old, version: 1 }]);
    await publish(old);
    expect(ids((await readShelf(ledger, channel, 10)).entries)).toEqual([articleId, old]);
    expect(await readWithdrawals(ledger, channel, null, 10)).toEqual([]);
  });

  it('gives numbers in the order in which they become visible, also between several that append', async () => {
    const many = Array.from({ length: 40 }, () => newsroom.publish([channel]));
    await Promise.all(many);
    const seen: string[] = [];
    const reading = pollUntil(
      'all of them',
      async () => {
        const changes = await readChanges(ledger, channel, seen.at(-1) ?? '0', 7);
        seen.push(...changes.map(({ number }) => number));
        return seen.length >= 40;
      },
      { timeoutMs: 30_000 },
    );
    const append = async () => {
      let shelved: string[];
      do {
        shelved = await shelveAccepted(ledger, TYPE, channel, 3);
        await endServed(ledger, shelved);
      } while (shelved.length > 0);
    };
    await Promise.all([reading, append(), append(), append(), append()]);
    expect(seen).toEqual(Array.from({ length: 40 }, (_, at) => String(at + 1)));
  }, 60_000);

  it('tells what was shown, in order, and of each entry what of it may be shown still', async () => {
    const { articleId } = await publish();
    const { articleId: other } = await publish();
    await publish(articleId);
    await withdraw(other);
    await publish(other);
    const changes = await readChanges(ledger, channel, '0', 10);
    expect(
      changes.map((change) => [
        change.number,
        change.articleId === articleId,
        change.action,
        change.previousAction,
        change.version,
        change.overtaken,
        change.withdrawnAt !== null,
      ]),
    ).toEqual([
      ['1', true, 'publish', null, 1, true, false],
      ['2', false, 'publish', null, 1, true, true],
      ['3', true, 'publish', 'publish', 2, false, false],
      ['4', false, 'withdraw', 'publish', 1, true, true],
      ['5', false, 'publish', 'withdraw', 2, false, false],
    ]);
    expect((await readChanges(ledger, channel, '3', 1)).map(({ number }) => number)).toEqual(['4']);
    expect(await findLogMark(ledger, channel, '3')).toMatchObject({
      articleId,
      version: 2,
      action: 'publish',
    });
    expect(await findLogMark(ledger, channel, '6')).toBeUndefined();
  });

  it('keeps what pages show from being pruned, until it is withdrawn or the channel goes', async () => {
    const [, renditions] = PRUNING_KINDS.obsolete;
    const prune = async () => {
      await sql`truncate retention_marks`.execute(ledger);
      await sql`update article_versions set distributed_at = released_at where distributed_at is null`.execute(
        ledger,
      );
      while (!(await pruneStep(ledger, renditions, -1)).done);
    };
    const first = await publish();
    await publish(first.articleId);
    const second = await publish();
    await cut(1);
    for (const { articleId } of [first, second]) await publish(articleId);
    await cut(1);
    await prune();
    // The first page shows version 2 of the one, and version 1 of the other; the second page both as they are.
    expect(await texts(first)).toEqual([null, 'version 2', 'version 3']);
    expect(await texts(second)).toEqual(['version 1', 'version 2']);
    await newsroom.withdraw(first.articleId);
    await prune();
    // The shelf still names what the withdrawal has not come to.
    expect(await texts(first)).toEqual([null, null, 'version 3']);
    await deleteChannel(ledger, channel);
    await prune();
    expect(await texts(second)).toEqual([null, 'version 2']);
  });

  it('begins with what was shelved before there was a log, and follows processes that know of none', async () => {
    const name = 'before_the_log';
    await sql`create database ${sql.id(name)}`.execute(ledger);
    const url = test.server.url.replace(/newsrelay$/, name);
    const old = openLedger({ url, poolSize: 2, applicationName: 'spec', onIdleError: () => undefined });
    try {
      const before = (
        await sql<{
          name: string;
        }>`select name from kysely_migration where name < '0013' order by name`.execute(ledger)
      ).rows.map((row) => row.name);
      await migrateAsFarAs(old, before);
      const there = new TestNewsroom({ ledger: old, channelType: TYPE, render: () => ({}) });
      await there.addChannel('a', { title: 'before' });
      const first = await there.publish(['a']);
      for (let at = 0; at < PAGE_ENTRIES; at += 1) await there.publish(['a']);
      expect(await shelveAccepted(old, TYPE, 'a', 200)).toHaveLength(PAGE_ENTRIES + 1);
      const order = await there.withdraw(first.articleId);
      await there.accept(await there.deliverWithdrawal(order, ['a']));
      await shelveAccepted(old, TYPE, 'a', 200);
      await migrate(old);
      expect(await readShelf(old, 'a', 2)).toMatchObject({ newestPage: 2, uncut: false });
      const changes = await readChanges(old, 'a', '0', 200);
      expect(changes.map(({ number }) => Number(number))).toEqual(
        Array.from({ length: PAGE_ENTRIES + 1 }, (_, at) => at + 1),
      );
      expect(changes.at(-1)).toMatchObject({ articleId: first.articleId, action: 'withdraw' });
      expect((await readPage(old, 'a', 2)).page).toMatchObject({
        previous: 1,
        settings: { title: 'before' },
      });
      const next = await there.publish(['a']);
      await shelveAccepted(old, TYPE, 'a', 200);
      expect(await readChanges(old, 'a', String(PAGE_ENTRIES + 1), 5)).toMatchObject([
        { articleId: next.articleId, number: String(PAGE_ENTRIES + 2) },
      ]);
    } finally {
      await old.destroy();
    }
  }, 60_000);
});
