import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { EVENT_KINDS } from '@newsrelay/contracts/operator-events';
import { deleteChannel } from './channels.js';
import { readClaimCandidate } from './claim-candidates.js';
import { createDeliveries, requestRetry } from './deliveries.js';
import { endServed, shelveAccepted } from './feed-shelf.js';
import { openTestLedger, type TestLedger } from './ledger.fixture.js';
import { TestNewsroom, type Published } from './newsroom.fixture.js';
import { recordOperatorEvents } from './operator-events.js';
import { pageArticlesOf } from './page-articles.js';
import { PRUNING_KINDS, pruneStep, type PruningKind } from './retention.js';
import { recordRoutes } from './routing.js';
import type { Settlement } from './settlements.js';
import { undistributedVersions, undistributedWithdrawals } from './undistributed.js';

const DAYS = 30;
const [ANSWERS, OPERATOR_EVENTS] = PRUNING_KINDS.answers;
const [BODIES, RENDITIONS, PAGE_TEXTS] = PRUNING_KINDS.obsolete;

describe('what the ledger forgets', () => {
  let test: TestLedger;
  let newsroom: TestNewsroom;
  let channels = 0;
  let a: string;
  let b: string;

  beforeAll(async () => {
    test = await openTestLedger();
    const render = ({ version }: { version: number }) => ({ text: `version ${version}` });
    newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'webhook', render });
  }, 90_000);
  afterAll(() => test.close());
  beforeEach(async () => {
    [a, b] = [`channel-${++channels}`, `channel-${++channels}`];
    for (const channel of [a, b]) await newsroom.addChannel(channel, {});
    await sql`truncate retention_marks`.execute(test.ledger);
  });

  const candidate = async (id: string) => {
    const found = await readClaimCandidate(test.ledger, id);
    if (found === undefined) throw new Error('no such delivery');
    return found;
  };
  const send = async (id: string, came: Partial<Settlement> = {}) => {
    const read = await candidate(id);
    const claim = await newsroom.claim(id, read.body ?? `bytes of ${id}`);
    if (claim === null) throw new Error(`${id} cannot be claimed`);
    return newsroom.settle(id, claim, { response: 'ok', ...came });
  };
  /** Released, routed and sent to the channels, as far as `came` says; returns the deliveries' ids in that order. */
  const publish = async (to: string[], articleId?: string, came?: Partial<Settlement>) => {
    const version = await newsroom.release({}, articleId);
    await test.ledger.transaction().execute((tx) => recordRoutes(tx, version.articleId, version.version, to));
    const ids: string[] = [];
    for (const channel of to) {
      const [id = ''] = await newsroom.deliver(version, [channel]);
      ids.push(id);
      if (came !== undefined) await send(id, came);
    }
    return { ...version, ids };
  };
  const withdraw = async ({ articleId }: Published, to: string[]) => {
    const order = await newsroom.withdraw(articleId);
    const ids = await newsroom.deliverWithdrawal(order, to);
    for (const id of ids) await send(id);
    return ids;
  };
  /** Everything in the ledger becomes so many days older. */
  const age = async (days: number) => {
    await undistributedVersions(test.ledger, 0, 1000);
    await undistributedWithdrawals(test.ledger, 0, 1000);
    const earlier = sql`- ${days}::int * interval '1 day'`;
    await sql`update article_versions set released_at = released_at ${earlier}, created_at = created_at ${earlier}`.execute(
      test.ledger,
    );
    await sql`update withdrawals set ordered_at = ordered_at ${earlier}`.execute(test.ledger);
    await sql`update deliveries set created_at = created_at ${earlier}, updated_at = updated_at ${earlier}`.execute(
      test.ledger,
    );
    await sql`update attempts set started_at = started_at ${earlier}`.execute(test.ledger);
  };
  const prune = async (...kinds: PruningKind[]) => {
    const counts: number[] = [];
    for (const kind of kinds) {
      let count = 0;
      for (;;) {
        const step = await pruneStep(test.ledger, kind, DAYS);
        count += step.pruned;
        if (step.done) break;
      }
      counts.push(count);
    }
    return counts;
  };
  const pruneAll = () => prune(ANSWERS, BODIES, RENDITIONS, PAGE_TEXTS);
  const delivery = (id = '') =>
    test.ledger.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const body = async (id?: string) => (await readClaimCandidate(test.ledger, id ?? ''))?.body;
  const answers = async (id = '') => {
    const rows = await test.ledger
      .selectFrom('attempts')
      .select(['response', 'outcome', 'status'])
      .where('delivery_id', '=', id)
      .orderBy('number')
      .execute();
    return rows;
  };
  const rendition = async (id?: string) => {
    const { rendition_id } = await delivery(id);
    const row = await test.ledger
      .selectFrom('renditions')
      .select('content')
      .where('id', '=', rendition_id)
      .executeTakeFirstOrThrow();
    return row.content;
  };

  it('drops answers after their time, and keeps how each attempt ended', async () => {
    const { ids } = await publish([a], undefined, { response: 'thanks', status: 201 });
    await age(DAYS + 1);
    const young = await publish([a], undefined, { response: 'young' });
    expect(await prune(ANSWERS)).toEqual([1]);
    expect(await answers(ids[0])).toEqual([{ response: null, outcome: 'delivered', status: 201 }]);
    expect(await answers(young.ids[0])).toMatchObject([{ response: 'young' }]);
    await age(DAYS + 1);
    // What was young then was moved before what was done; in life no attempt does that.
    await sql`truncate retention_marks`.execute(test.ledger);
    expect(await prune(ANSWERS)).toEqual([1]);
    expect(await answers(young.ids[0])).toMatchObject([{ response: null }]);
  });

  it('keeps for ever what was answered to a withdrawal, and its message', async () => {
    const article = await publish([a], undefined, {});
    const [withdrawal] = await withdraw(article, [a]);
    await age(3650);
    await pruneAll();
    expect(await answers(withdrawal)).toEqual([{ response: 'ok', outcome: 'delivered', status: 200 }]);
    expect(await body(withdrawal)).toBe(`bytes of ${withdrawal ?? ''}`);
    expect(await rendition(withdrawal)).not.toBeNull();
    // Of the text that was withdrawn nothing is left to be sent.
    expect(await body(article.ids[0])).toBeNull();
    expect(await rendition(article.ids[0])).toBeNull();
  });

  it('keeps the message that an outlet may have got unseen: a withdrawal looks for it, however late', async () => {
    const uncertain = { outcome: 'unknown', status: null, state: 'retrying', nextAttemptInMs: 1e9 } as const;
    const unseen = await publish([a], undefined, uncertain);
    const known = await publish([b], undefined, { ...uncertain, remoteId: '42' });
    for (const { articleId } of [unseen, known]) await newsroom.withdraw(articleId);
    await age(3650);
    await pruneAll();
    expect((await delivery(unseen.ids[0])).state).toBe('canceled');
    expect(await body(unseen.ids[0])).toBe(`bytes of ${unseen.ids[0] ?? ''}`);
    expect(await body(known.ids[0])).toBeNull();
  });

  it('keeps what is known of an attempt whose outcome is unknown, and of a delivery that is not over', async () => {
    const unknown = await publish([a], undefined, { outcome: 'unknown', state: 'unknown', response: 'half' });
    const retrying = await publish([b], undefined, {
      outcome: 'transient',
      status: 500,
      state: 'retrying',
      nextAttemptInMs: 1e9,
      response: 'busy',
    });
    await age(3650);
    await pruneAll();
    expect(await answers(unknown.ids[0])).toMatchObject([{ response: 'half' }]);
    expect(await answers(retrying.ids[0])).toMatchObject([{ response: 'busy' }]);
    for (const { ids } of [unknown, retrying]) {
      expect(await body(ids[0])).not.toBeNull();
      expect(await rendition(ids[0])).not.toBeNull();
    }
  });

  it('drops the message of a version only where a newer one was delivered to the same outlet', async () => {
    const first = await publish([a, b], undefined, {});
    const second = await publish([a], first.articleId, {});
    await age(3650);
    await pruneAll();
    expect(await body(first.ids[0])).toBeNull();
    // The other outlet was not to get the second: the first is what it has, and may be sent there again.
    expect(await body(first.ids[1])).toBe(`bytes of ${first.ids[1] ?? ''}`);
    expect(await rendition(first.ids[1])).toEqual({ text: 'version 1' });
    expect(await body(second.ids[0])).toBe(`bytes of ${second.ids[0] ?? ''}`);
    expect(await rendition(second.ids[0])).toEqual({ text: 'version 2' });
  });

  it.each([
    ['waits', undefined],
    ['was given up', { outcome: 'permanent', status: 400, state: 'dead' } as const],
    ['is unknown', { outcome: 'unknown', status: null, state: 'unknown' } as const],
  ])('keeps the message of a version while the newer one %s', async (_what, came) => {
    const first = await publish([a], undefined, {});
    await publish([a], first.articleId, came);
    await age(3650);
    await pruneAll();
    expect(await body(first.ids[0])).not.toBeNull();
    expect(await rendition(first.ids[0])).not.toBeNull();
  });

  it('what is sent again after years has the same bytes and the same earlier version', async () => {
    const first = await publish([a], undefined, {});
    const second = await publish([a], first.articleId, {});
    const id = second.ids[0] ?? '';
    const before = await candidate(id);
    await age(3650);
    await pruneAll();
    expect(await requestRetry(test.ledger, id, ['delivered'])).toMatchObject({ verdict: 'queued' });
    expect(await candidate(id)).toMatchObject({
      body: before.body,
      previousVersion: 1,
    });
    expect(await requestRetry(test.ledger, first.ids[0] ?? '', ['delivered', 'superseded'])).toMatchObject({
      verdict: 'refused',
    });
  });

  it('a step that is run again after years finds what it made, and makes nothing', async () => {
    const first = await publish([a], undefined, {});
    await publish([a], first.articleId, {});
    await age(3650);
    await pruneAll();
    const { rendition_id } = await delivery(first.ids[0]);
    const event = { renditionId: rendition_id, ...first, action: 'publish' as const, channelIds: [a] };
    expect(await createDeliveries(test.ledger, event)).toEqual([]);
    expect(await newsroom.states(first.articleId, a)).toEqual(['delivered', 'delivered']);
    expect(await undistributedVersions(test.ledger, 0, 100)).toEqual([]);
  });

  it('keeps what a feed shows, though a newer version waits for the feed to be resumed', async () => {
    const first = await publish([a]);
    await newsroom.accept(first.ids);
    await shelveAccepted(test.ledger, 'webhook', a, 10);
    await endServed(test.ledger, first.ids);
    const second = await publish([a], first.articleId, {});
    await age(3650);
    await prune(BODIES, RENDITIONS);
    expect(await rendition(first.ids[0])).toEqual({ text: 'version 1' });
    // Once it shows the newer one, the older may go.
    await newsroom.accept(second.ids);
    await shelveAccepted(test.ledger, 'webhook', a, 10);
    await endServed(test.ledger, second.ids);
    await sql`truncate retention_marks`.execute(test.ledger);
    await prune(RENDITIONS);
    expect(await rendition(first.ids[0])).toBeNull();
    expect(await rendition(second.ids[0])).toEqual({ text: 'version 2' });
  });

  it('keeps a rendition of which a delivery is still to be made', async () => {
    const first = await publish([a], undefined, {});
    // Routed to the other channel too, whose delivery is missing: the search for lost events will make it.
    await sql`insert into routes (article_id, version, channel_id) values (${first.articleId}, 1, ${b})`.execute(
      test.ledger,
    );
    await publish([a], first.articleId, {});
    await age(3650);
    await prune(RENDITIONS);
    expect(await rendition(first.ids[0])).not.toBeNull();
  });

  it('drops the messages for a channel that was deleted once something changes the article', async () => {
    const first = await publish([a], undefined, {});
    await deleteChannel(test.ledger, a);
    await newsroom.release({}, first.articleId);
    await age(3650);
    await prune(BODIES);
    expect(await body(first.ids[0])).toBeNull();
  });

  it('keeps of each article the newest text of its page, by which the page is known again', async () => {
    const { articleId } = await publish([a], undefined, {});
    await publish([a], articleId, {});
    await publish([a], articleId, {});
    await sql`update articles set page_date = '2025-01-03' where id = ${articleId}`.execute(test.ledger);
    // The third is a correction by API, which has none.
    await sql`update article_versions set page_text = 'text ' || version where article_id = ${articleId} and version < 3`.execute(
      test.ledger,
    );
    await age(3650);
    expect(await prune(PAGE_TEXTS)).toEqual([1]);
    const known = await test.ledger.transaction().execute((tx) => pageArticlesOf(tx, 'jngxq', '2025-01-03'));
    expect(known).toEqual([{ id: articleId, pageText: 'text 2' }]);
  });

  it('drops what operators were told of, and keeps conditions that go on', async () => {
    const detail = { channel: a, article: 'x', version: 1, reason: null };
    await recordOperatorEvents(test.ledger, [
      { kind: EVENT_KINDS.deliveryDead, subject: 'old', detail },
      { kind: EVENT_KINDS.breakerOpened, subject: 'open', detail: { reason: 'x' } },
      { kind: EVENT_KINDS.breakerOpened, subject: 'over', detail: { reason: 'x' } },
      { kind: EVENT_KINDS.breakerClosed, subject: 'over', detail: {} },
    ]);
    await sql`update operator_events set ended_at = clock_timestamp() where lasts and subject = 'over'`.execute(
      test.ledger,
    );
    await sql`update operator_events set at = at - interval '40 days'`.execute(test.ledger);
    await recordOperatorEvents(test.ledger, [{ kind: EVENT_KINDS.deliveryDead, subject: 'new', detail }]);
    await prune(OPERATOR_EVENTS);
    const left = await test.ledger
      .selectFrom('operator_events')
      .select('subject')
      .where('subject', 'in', ['old', 'open', 'over', 'new'])
      .orderBy('id')
      .execute();
    expect(left.map(({ subject }) => subject)).toEqual(['open', 'new']);
  });

  it('goes on batch by batch where it was interrupted', async () => {
    await age(DAYS + 1);
    await prune(BODIES);
    const { articleId, ids } = await publish([a, b], undefined, {});
    await publish([a, b], articleId, {});
    await age(DAYS + 1);
    let pruned = 0;
    for (let step = { pruned: 0, done: false }; !step.done; pruned += step.pruned) {
      step = await pruneStep(test.ledger, BODIES, DAYS, 1);
      expect(step.pruned).toBeLessThanOrEqual(1);
    }
    expect(pruned).toBe(2);
    expect(await Promise.all(ids.map(body))).toEqual([null, null]);
    expect(await pruneStep(test.ledger, BODIES, DAYS, 1)).toEqual({ pruned: 0, done: true });
  });

  it('waits for nobody: neither for another process at it, nor for a row that somebody holds', async () => {
    const { articleId, ids } = await publish([a, b], undefined, {});
    await publish([a, b], articleId, {});
    await age(DAYS + 1);
    await test.ledger.transaction().execute(async (holder) => {
      await sql`select pg_advisory_xact_lock(hashtextextended(${`newsrelay retention ${BODIES.name}`}, 0))`.execute(
        holder,
      );
      expect(await pruneStep(test.ledger, BODIES, DAYS)).toEqual({ pruned: 0, done: true });
    });
    await test.ledger.transaction().execute(async (holder) => {
      await sql`select from deliveries where id = ${ids[0]} for update`.execute(holder);
      expect(await prune(BODIES)).toEqual([1]);
    });
    expect(await body(ids[0])).not.toBeNull();
    expect(await body(ids[1])).toBeNull();
  });
});
