import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { ArticleContent } from '@newsrelay/contracts/article';
import type { DeliveryState } from '@newsrelay/contracts/delivery';
import type { Actor } from './audit.js';
import { createChannel, deleteChannel, pauseChannel, resumeChannel } from './channels.js';
import { openTestLedger, type TestLedger } from './ledger.fixture.js';
import { TestNewsroom, type Published } from './newsroom.fixture.js';
import { countReplay } from './replay-matches.js';
import { runningReplays, stepReplay } from './replay-steps.js';
import { cancelReplay, createReplay, findReplay } from './replays.js';

const ACTOR: Actor = { keyId: 'key', keyName: 'desk', role: 'operator', address: null };
const nothing = () => Promise.resolve();

describe('replays in the ledger', () => {
  let test: TestLedger;
  let newsroom: TestNewsroom;
  let channels = 0;
  let channel: string;
  let since: Date;

  beforeAll(async () => {
    test = await openTestLedger();
    newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'webhook', render: () => ({}) });
  }, 90_000);
  afterAll(() => test.close());
  beforeEach(async () => {
    channel = `channel-${++channels}`;
    const { rows } = await sql<{ now: Date }>`select clock_timestamp()::timestamptz(3) as now`.execute(
      test.ledger,
    );
    since = rows[0]?.now ?? new Date();
    await section(channel, [channel]);
  });

  /** A channel of the articles of these sections. */
  async function section(id: string, sections: string[]): Promise<void> {
    const filter = { sections, sources: [], keywords: [] };
    const input = { id, type: 'webhook', name: id, enabled: true, filter, settings: {}, secrets: {} };
    await createChannel(test.ledger, input, '');
  }
  const routed = ({ articleId, version }: Published) =>
    test.ledger
      .updateTable('article_versions')
      .set({ routed_at: sql`clock_timestamp()`, distributed_at: sql`clock_timestamp()` })
      .where('article_id', '=', articleId)
      .where('version', '=', version)
      .execute();
  const release = async (content: Partial<ArticleContent> = {}, articleId?: string) => {
    const released = await newsroom.release({ sections: [channel], ...content }, articleId);
    await routed(released);
    return released;
  };
  const delivered = async (published: Published) => {
    const [id = ''] = await newsroom.deliver(published, [channel]);
    expect(await newsroom.settle(id, await newsroom.claim(id))).toBe('delivered');
    return id;
  };
  const scope = (states: DeliveryState[] | null = null) => ({
    channelId: channel,
    since,
    until: new Date(since.getTime() + 86_400_000),
    states,
    before: null,
  });
  async function begin(states: DeliveryState[] | null = null): Promise<string> {
    const made = await createReplay(test.ledger, { ...scope(states), ratePerSecond: 50 }, ACTOR, nothing);
    if (made.verdict !== 'made') throw new Error(JSON.stringify(made));
    return made.id;
  }
  /** The next step, whatever the rate says. */
  async function step(id: string) {
    await sql`update replays set next_at = clock_timestamp() - interval '1 second' where id = ${id}`.execute(
      test.ledger,
    );
    return stepReplay(test.ledger, id);
  }
  const outbox = () =>
    test.ledger
      .selectFrom('outbox')
      .select('payload')
      .orderBy('sequence', 'desc')
      .limit(1)
      .executeTakeFirst();
  const waitingFor = async (id: string) => (await findReplay(test.ledger, id))?.waiting_for;

  it('repeats what was delivered and asks for what is missing, the longest released first', async () => {
    const [first, second] = [await release(), await release()];
    const id = await delivered(second);
    const replay = await begin();
    expect(await findReplay(test.ledger, replay)).toMatchObject({ count: 2, state: 'running' });
    expect(await step(replay)).toEqual({ did: 'made' });
    expect(await outbox()).toMatchObject({ payload: { ...first, channelIds: [channel] } });
    expect(await step(replay)).toEqual({
      did: 'repeated',
      delivery: { id, action: 'publish', channelId: channel },
    });
    expect(await newsroom.states(second.articleId, channel)).toEqual(['queued']);
    expect(await step(replay)).toEqual({ did: 'ended', state: 'done' });
    expect(await findReplay(test.ledger, replay)).toMatchObject({ replayed: 2, skipped: 0, state: 'done' });
    expect(await step(replay)).toBeNull();
  });

  it('leaves a missing one to the search for lost events, too', async () => {
    const { articleId } = await release();
    await step(await begin());
    const version = await test.ledger
      .selectFrom('article_versions')
      .select('distributed_at')
      .where('article_id', '=', articleId)
      .executeTakeFirstOrThrow();
    expect(version.distributed_at).toBeNull();
  });

  it('counts the current version of what is not withdrawn, passes the filter and was released in the window', async () => {
    await release();
    await release({ sections: ['other'] });
    await release({ sections: [] });
    const corrected = await release();
    await release({}, corrected.articleId);
    await newsroom.withdraw((await release()).articleId);
    const delivery = await delivered(await release());
    expect(await countReplay(test.ledger, scope())).toBe(3);
    expect(await countReplay(test.ledger, scope(['delivered']))).toBe(1);
    expect(await countReplay(test.ledger, scope(['dead', 'unknown']))).toBe(0);
    expect(await countReplay(test.ledger, { ...scope(), until: since })).toBe(0);
    await sql`update deliveries set state = 'dead' where id = ${delivery}`.execute(test.ledger);
    expect(await countReplay(test.ledger, scope(['dead', 'unknown']))).toBe(1);
  });

  it('finds an article that was released in the window and corrected after it, in its newest version', async () => {
    const first = await release();
    await sql`update article_versions set released_at = ${since} where article_id = ${first.articleId}`.execute(
      test.ledger,
    );
    const second = await release({}, first.articleId);
    const until = new Date(since.getTime() + 1);
    const made = await createReplay(test.ledger, { ...scope(), until, ratePerSecond: 1 }, ACTOR, nothing);
    if (made.verdict !== 'made') throw new Error('not made');
    expect(made.count).toBe(1);
    expect(await step(made.id)).toEqual({ did: 'made' });
    expect(await outbox()).toMatchObject({ payload: second });
  });

  it.each([
    [{ sections: [], sources: [], keywords: [] }, true],
    [{ sections: ['民生', '体育'], sources: [], keywords: [] }, true],
    [{ sections: ['体育'], sources: [], keywords: [] }, false],
    [{ sections: [], sources: ['jngxq'], keywords: [] }, true],
    [{ sections: [], sources: ['other'], keywords: [] }, false],
    [{ sections: [], sources: [], keywords: ['工会'] }, true],
    [{ sections: ['要闻'], sources: ['jngxq'], keywords: ['工会'] }, true],
    [{ sections: ['要闻'], sources: [], keywords: ['教育'] }, false],
    [{ sections: ['要'], sources: [], keywords: [] }, false],
  ])('reads the filter %j as routing does', async (filter, entitled) => {
    await release({ sections: ['要闻', '民生'], keywords: ['工会'] });
    await test.ledger
      .updateTable('channels')
      .set({ filter: JSON.stringify(filter) })
      .where('id', '=', channel)
      .execute();
    expect(await countReplay(test.ledger, scope())).toBe(entitled ? 1 : 0);
  });

  it('leaves out what was withdrawn or corrected since it began', async () => {
    const [first, second] = [await release(), await release()];
    const replay = await begin();
    await newsroom.withdraw(first.articleId);
    await release({}, second.articleId);
    expect(await step(replay)).toEqual({ did: 'ended', state: 'done' });
  });

  it('waits while the channel is paused, other deliveries wait, or 16 of its own are not over', async () => {
    for (let count = 0; count < 17; count += 1) await release();
    const replay = await begin();
    await test.ledger.transaction().execute((tx) => pauseChannel(tx, channel, 'test'));
    expect(await step(replay)).toEqual({ did: 'waited' });
    expect(await waitingFor(replay)).toContain('paused');
    await test.ledger.transaction().execute((tx) => resumeChannel(tx, channel));
    const [live = ''] = await newsroom.deliver(await release(), [channel]);
    await sql`update deliveries set next_attempt_at = now() - interval '2 seconds' where id = ${live}`.execute(
      test.ledger,
    );
    expect(await step(replay)).toEqual({ did: 'waited' });
    expect(await waitingFor(replay)).toContain('go first');
    await newsroom.settle(live, await newsroom.claim(live));
    for (let count = 0; count < 16; count += 1) expect(await step(replay)).toEqual({ did: 'made' });
    expect(await step(replay)).toEqual({ did: 'waited' });
    expect(await waitingFor(replay)).toContain('its own');
  });

  it('has each article handed over once by several processes beside each other, at its rate', async () => {
    for (let count = 0; count < 12; count += 1) await release();
    const replay = await begin();
    const did: unknown[] = [];
    const work = async () => {
      while ((await findReplay(test.ledger, replay))?.state === 'running') {
        const done = await stepReplay(test.ledger, replay);
        if (done !== null) did.push(done.did);
      }
    };
    const started = Date.now();
    await Promise.all([work(), work(), work()]);
    expect(did.filter((each) => each === 'made')).toHaveLength(12);
    // The twelfth comes eleven turns after the first.
    expect(Date.now() - started).toBeGreaterThanOrEqual(11 * 20);
    expect(await findReplay(test.ledger, replay)).toMatchObject({ replayed: 12, state: 'done' });
  });

  it('is one at a time for a channel, and can be canceled once', async () => {
    const replay = await begin();
    await expect(begin()).rejects.toThrow(replay);
    expect(await cancelReplay(test.ledger, replay, nothing)).toBe(true);
    expect(await cancelReplay(test.ledger, replay, nothing)).toBe(false);
    expect(await step(replay)).toBeNull();
    expect((await runningReplays(test.ledger)).map(({ id }) => id)).not.toContain(replay);
    await begin();
  });

  it('fails when the channel is deleted, and is not made for one that is not there or disabled', async () => {
    const replay = await begin();
    await deleteChannel(test.ledger, channel);
    expect(await step(replay)).toEqual({ did: 'ended', state: 'failed' });
    const ask = () => createReplay(test.ledger, { ...scope(), ratePerSecond: 1 }, ACTOR, nothing);
    expect(await ask()).toEqual({ verdict: 'missing' });
    channel = `disabled-${channels}`;
    await section(channel, []);
    await sql`update channels set enabled = false where id = ${channel}`.execute(test.ledger);
    expect(await ask()).toMatchObject({ verdict: 'refused' });
  });
});
