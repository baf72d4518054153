import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseAtomFeed, parseRssFeed } from 'feedsmith';
import { sql } from 'kysely';
import { itemId } from '@newsrelay/channel-feed/feed-item';
import { deliveryId, renditionId } from '@newsrelay/contracts/keys';
import { createManyDeliveries } from '@newsrelay/ledger/deliveries';
import { openTestLedger, type TestLedger } from '@newsrelay/ledger/ledger.fixture';
import { EMPTY_ARTICLE, TestNewsroom } from '@newsrelay/ledger/newsroom.fixture';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { FeedsInstance, PUBLIC_URL, renderFeedItem } from '../feeds-instance.fixture.js';

const DAYS = 7;
const ARTICLES_A_DAY = 500;
/** Articles between two looks of one who stays; more than the feed holds. */
const AT_ONCE = 70;
const CHANNEL = 'paper';
const WITHDRAWN = '本文已撤回';

/** What a reader shows of each article: its title, which names the version. */
type Shown = Map<string, string>;

interface Parsed {
  items: { id: string; title: string }[];
  previous: string | undefined;
}

interface Link {
  rel?: string;
  href?: string;
}
const previousOf = (links: Link[] | undefined) => links?.find(({ rel }) => rel === 'prev-archive')?.href;

/** An item as the formatter makes it: of one article, with id and title of another in their places. */
const PATTERN = { id: '019400aa-0000-7000-8000-000000000000', headline: '样本标题' };
const pattern = JSON.stringify(
  renderFeedItem({
    articleId: PATTERN.id,
    version: 1,
    source: 'jngxq',
    content: { ...EMPTY_ARTICLE, headline: PATTERN.headline },
    note: null,
    publishedAt: new Date('2025-01-03T00:00:00Z'),
    releasedAt: new Date('2025-01-03T00:00:00Z'),
    firstReleasedAt: new Date('2025-01-03T00:00:00Z'),
    withdrawnThrough: 0,
    withdrawnAt: null,
    routed: true,
  }),
);
function rendered(id: string, headline: string): object {
  return JSON.parse(pattern.replaceAll(PATTERN.id, id).replaceAll(PATTERN.headline, headline)) as object;
}

/** An independent parser, which knows nothing of how documents are made here. */
const PARSERS: Record<'rss' | 'atom', (text: string) => Parsed> = {
  rss: (text) => {
    const { items = [], atom } = parseRssFeed(text);
    return {
      items: items.map(({ guid, title }) => ({ id: guid?.value ?? '', title: title ?? '' })),
      previous: previousOf(atom?.links),
    };
  },
  atom: (text) => {
    const { entries = [], links } = parseAtomFeed(text);
    return {
      items: entries.map(({ id, title }) => ({ id: id ?? '', title: title?.value ?? '' })),
      previous: previousOf(links),
    };
  },
};

/** A partner's reader as RFC 5005 describes one (section 4.2): it remembers which pages it has. */
class Follower {
  readonly shown: Shown = new Map();
  readonly #pages = new Set<string>();
  pagesRead = 0;

  constructor(
    private readonly origin: string,
    private readonly format: 'rss' | 'atom',
  ) {}

  async look(): Promise<void> {
    const feed = await this.#read(`${PUBLIC_URL}/feeds/${CHANNEL}.${this.format}`);
    const chain: Parsed[] = [];
    for (let next = feed.previous; next !== undefined && !this.#pages.has(next);) {
      this.#pages.add(next);
      const page = await this.#read(next);
      this.pagesRead += 1;
      chain.push(page);
      next = page.previous;
    }
    // Oldest first, so that what is newer stands in the end.
    for (const { items } of [...chain.reverse(), feed]) {
      for (const { id, title } of items.toReversed()) this.shown.set(id, title);
    }
  }

  async #read(url: string): Promise<Parsed> {
    const answer = await fetch(url.replace(PUBLIC_URL, this.origin));
    expect({ url, status: answer.status }).toEqual({ url, status: 200 });
    return PARSERS[this.format](await answer.text());
  }
}

describe('a partner that was away for a week', () => {
  let test: TestLedger;
  let newsroom: TestNewsroom;
  let feeds: FeedsInstance;
  const truth: Shown = new Map();
  const versions = new Map<string, number>();

  beforeAll(async () => {
    test = await openTestLedger();
    newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'feed', render: renderFeedItem });
    feeds = await FeedsInstance.start(test.server.url);
    await newsroom.addChannel(CHANNEL, { title: '高新区报', maxItems: 50 });
  }, 120_000);

  afterAll(async () => {
    await feeds.process.stop();
    await test.close();
  }, 60_000);

  /** A version of each article, and their deliveries, as intake, transform and publish leave them: in few statements. */
  async function release(ids: readonly string[]): Promise<string[]> {
    const rows = ids.map((id) => {
      const version = (versions.get(id) ?? 0) + 1;
      const headline = `${version === 1 ? `第${versions.size + 1}条` : '更正'}，第${version}版`;
      versions.set(id, version);
      truth.set(itemId(id), headline);
      return { id, version, headline };
    });
    const given = JSON.stringify(
      rows.map(({ id, version, headline }) => ({
        id,
        version,
        rendition: renditionId(id, version, 'publish', 'feed', 'test'),
        content: { ...EMPTY_ARTICLE, headline },
        rendered: rendered(id, headline),
      })),
    );
    const each = sql`json_to_recordset(${given}::json) as g (id uuid, version int, rendition text, content jsonb, rendered jsonb)`;
    await test.ledger.transaction().execute(async (tx) => {
      await sql`
        insert into articles (id, source, source_id, latest_version, published_version, first_released_at)
        select id, 'jngxq', id::text, version, version, clock_timestamp() from ${each}
        on conflict (id) do update set latest_version = excluded.latest_version, published_version = excluded.published_version`.execute(
        tx,
      );
      await sql`
        insert into article_versions (article_id, version, state, content, input_hash, published_at, released_at, release_order,
                                      routed_at, distributed_at)
        select id, version, 'published', content, rendition, clock_timestamp(), clock_timestamp(), nextval('release_sequence'),
               clock_timestamp(), clock_timestamp() from ${each}`.execute(tx);
      await sql`
        insert into renditions (id, article_id, version, action, channel_type, content)
        select rendition, id, version, 'publish', 'feed', rendered from ${each}`.execute(tx);
    });
    const ready = rows.map(({ id, version }) => ({
      articleId: id,
      version,
      action: 'publish' as const,
      renditionId: renditionId(id, version, 'publish', 'feed', 'test'),
      channelIds: [CHANNEL],
    }));
    await createManyDeliveries(test.ledger, ready);
    return ready.map(({ articleId, version }) => deliveryId(articleId, version, CHANNEL, 'publish'));
  }

  async function withdraw(articleId: string): Promise<string[]> {
    const order = await newsroom.withdraw(articleId);
    truth.set(itemId(articleId), WITHDRAWN);
    return newsroom.deliverWithdrawal(order, [CHANNEL]);
  }

  const shelved = () =>
    pollUntil(
      'everything on the shelf',
      async () => {
        const { rows } = await sql`select from deliveries where state = 'accepted' limit 1`.execute(
          test.ledger,
        );
        return rows.length === 0;
      },
      { timeoutMs: 30_000 },
    );

  /** So many new articles, and what becomes of earlier ones meanwhile: one in twenty is corrected, one in a hundred withdrawn. */
  async function pass(articles: number, turn: number): Promise<void> {
    // What is withdrawn before it came to the feed would never be in it.
    const known = [...versions.keys()];
    const deliveries = await release(Array.from({ length: articles }, () => randomUUID()));
    const pick = (each: number, of: number) => known[(turn * 37 + each * of) % known.length] ?? [];
    const chosen = (count: number, of: number) =>
      new Set(Array.from({ length: Math.ceil(count) }, (_, each) => pick(each, of)).flat());
    const gone = chosen(articles / 100, 211);
    const corrected = [...chosen(articles / 20, 101)];
    deliveries.push(
      ...(await release(corrected.filter((id) => !gone.has(id) && truth.get(itemId(id)) !== WITHDRAWN))),
    );
    for (const id of gone) {
      if (truth.get(itemId(id)) !== WITHDRAWN) deliveries.push(...(await withdraw(id)));
    }
    await newsroom.accept(deliveries);
    await shelved();
  }

  it('ends with what one has who never was, by the archive of each format, and by the changes', async () => {
    const [stays, atom, rss] = [
      new Follower(feeds.origin, 'atom'),
      new Follower(feeds.origin, 'atom'),
      new Follower(feeds.origin, 'rss'),
    ];
    await pass(120, 0);
    for (const follower of [stays, atom, rss]) await follower.look();
    const before = atom.pagesRead;

    for (let left = DAYS * ARTICLES_A_DAY, turn = 1; left > 0; turn += 1) {
      const articles = Math.min(AT_ONCE, left);
      await pass(articles, turn);
      await stays.look();
      left -= articles;
    }
    await atom.look();
    await rss.look();

    expect(truth.size).toBe(DAYS * ARTICLES_A_DAY + 120);
    const states = [...truth.values()];
    expect(states.filter((title) => title === WITHDRAWN).length).toBeGreaterThan(20);
    expect(states.filter((title) => title.startsWith('更正')).length).toBeGreaterThan(100);
    expect(atom.pagesRead - before).toBeGreaterThan(30);
    const sorted = (shown: Shown) => [...shown].sort(([a], [b]) => (a < b ? -1 : 1));
    expect(sorted(stays.shown)).toEqual(sorted(truth));
    expect(sorted(atom.shown)).toEqual(sorted(truth));
    expect(sorted(rss.shown)).toEqual(sorted(truth));
    expect(sorted(await byChanges())).toEqual(sorted(truth));
  }, 180_000);

  /** A machine that replays everything from the beginning. */
  async function byChanges(): Promise<Shown> {
    interface Answer {
      changes: { id: string; action: string; version: number; item?: { title: string } }[];
      cursor: string;
      more: boolean;
    }
    const shown: Shown = new Map();
    let after = '';
    for (let more = true; more;) {
      const answer = (await (
        await feeds.get(`/feeds/${CHANNEL}/changes?limit=500${after}`)
      ).json()) as Answer;
      for (const { id, action, item } of answer.changes) {
        if (action === 'withdraw') shown.set(id, WITHDRAWN);
        else if (item !== undefined) shown.set(id, item.title);
      }
      after = `&after=${answer.cursor}`;
      more = answer.more;
    }
    return shown;
  }
});
