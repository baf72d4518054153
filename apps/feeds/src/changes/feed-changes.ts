import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { itemId } from '@newsrelay/channel-feed/feed-item';
import { feedSettings } from '@newsrelay/channel-feed/settings';
import { Problem } from '@newsrelay/contracts/problem';
import { NOTIFICATIONS } from '@newsrelay/contracts/subjects';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import { articlePageUrl } from '@newsrelay/feed-kit/addresses';
import { feedEntry } from '@newsrelay/feed-kit/read-feed';
import { RenditionCache } from '@newsrelay/feed-kit/rendition-cache';
import { fragmentsOfEntry } from '@newsrelay/feed-kit/items';
import type { Ledger } from '@newsrelay/ledger/database';
import { readChanges, type LogChange } from '@newsrelay/ledger/feed-log';
import { readRenditions, type ShelvedChannel } from '@newsrelay/ledger/feed-shelf';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { LedgerNotifications } from '@newsrelay/ledger/notifications';
import { Metrics } from '@newsrelay/telemetry/metrics';
import { FeedChannels } from '../access/feed-channels.js';
import { FeedsEvents } from '../events.js';
import { PUBLIC_URL } from '../public-url.js';
import { Turnstile } from '../shelf/turnstile.js';
import { cursorBehind, firstCursor, positionOf } from './change-cursor.js';
import { ChangeWaiters } from './change-waiters.js';

/** Requests of one process that wait at most, and those for one feed. */
const MAX_WAITING = 1_000;
const MAX_WAITING_OF_ONE = 200;
/** Changes read at once, the same as with feeds: a change that wakes all of them is read in order. */
const READS_AT_ONCE = 4;
/** While changes are not heard the ledger is asked this often, milliseconds. */
const DEAF_POLL_MS = 2_000;

export interface ChangesQuery {
  after?: string | undefined;
  limit: number;
  /** Seconds to wait for a change where there is none. */
  wait: number;
}

/** JSON text of an answer, and how many changes it tells of. */
export interface ChangesAnswer {
  text: string;
  count: number;
}

/** The changes of all feeds, for those who ask for them, and for those who wait. */
@Injectable()
export class FeedChanges implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #waiters = new ChangeWaiters(MAX_WAITING, MAX_WAITING_OF_ONE);
  readonly #turnstile = new Turnstile(READS_AT_ONCE);
  readonly #renditions: RenditionCache;

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(FeedChannels) private readonly channels: FeedChannels,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
    @Inject(LedgerNotifications) private readonly notifications: LedgerNotifications,
    @Inject(FeedsEvents) private readonly events: FeedsEvents,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {
    this.#renditions = new RenditionCache((ids) => readRenditions(ledger, ids));
  }

  onApplicationBootstrap(): void {
    this.metrics.reading(
      'feed-changes',
      {
        waiting: {
          name: 'newsrelay_feed_changes_waiting',
          help: 'Requests that wait for a change of a feed',
        },
      },
      () => ({ waiting: [{ value: this.#waiters.size }] }),
    );
    this.notifications.onChange(() => {
      this.#waiters.wakeAll();
    });
    for (const changed of [NOTIFICATIONS.channelServed, NOTIFICATIONS.channelChanged]) {
      this.notifications.on(changed, (channelId) => {
        this.#waiters.wake(channelId);
      });
    }
  }

  /** Whoever waits is answered that nothing came, and asks the next process. */
  beforeApplicationShutdown(): void {
    this.#waiters.close();
  }

  /**
   * @param gone aborted when the caller has left
   * @param still whether the caller may still read it, asked before each answer that was waited for
   * @throws Problem 401 where that is over, 400 for a cursor of another feed, 404 and 410 where there is none, 429 where too many wait
   */
  async read(
    channelId: string,
    query: ChangesQuery,
    gone: AbortSignal,
    still: () => Promise<boolean>,
  ): Promise<ChangesAnswer> {
    const until = performance.now() + query.wait * 1_000;
    const now = await this.#readNow(channelId, query);
    if (now.count > 0 || query.wait === 0) return now;
    const waiter = this.#waiters.enter(channelId);
    if (waiter === null) {
      throw new Problem(429, 'Too many wait for changes now: ask again without `wait`, or a little later.');
    }
    const leave = () => {
      waiter.leave();
    };
    gone.addEventListener('abort', leave);
    try {
      for (;;) {
        if (!(await still())) throw new Problem(401, 'The token is one of this feed no longer.');
        const answer = await this.#readNow(channelId, query);
        const left = until - performance.now();
        if (answer.count > 0 || left <= 0 || gone.aborted || this.#waiters.closed) return answer;
        await waiter.changed(this.notifications.healthy() ? left : Math.min(left, DEAF_POLL_MS));
      }
    } finally {
      gone.removeEventListener('abort', leave);
      waiter.leave();
    }
  }

  #readNow(channelId: string, query: ChangesQuery): Promise<ChangesAnswer> {
    return this.#turnstile.through(async () => {
      // Asked each time: it may be closed while somebody waits.
      const channel = await this.channels.feedOf(channelId);
      const position = await positionOf(this.ledger, channel, query.after);
      const read = await readChanges(this.ledger, channelId, position, query.limit + 1);
      const changes = read.slice(0, query.limit);
      const last = changes.at(-1);
      const cursor = last === undefined ? (query.after ?? firstCursor(channel)) : cursorBehind(channel, last);
      const texts = await this.#textsOf(channel, changes);
      const rest = JSON.stringify({ cursor, more: read.length > changes.length }).slice(1);
      return { text: `{"changes":[\n${texts.join(',\n')}\n],${rest}\n`, count: changes.length };
    });
  }

  async #textsOf(channel: ShelvedChannel, changes: readonly LogChange[]): Promise<string[]> {
    const { content } = feedSettings.parse(channel.settings);
    // The text is there as long as it is what the feed has of the article: what came since brings its own.
    const shown = changes.filter(
      ({ action, overtaken, withdrawnAt }) => action === 'publish' && !overtaken && withdrawnAt === null,
    );
    const read = await this.#renditions.read(shown.map(({ renditionId }) => renditionId));
    for (const [id, reason] of read.unreadable) this.events.unreadable(channel.id, id, reason);
    const items = new Map(
      shown.flatMap((change) =>
        feedEntry(change, read.found).map((entry) => [
          change.number,
          fragmentsOfEntry(entry, content, this.publicUrl).json,
        ]),
      ),
    );
    return changes.map((change) => {
      const head = JSON.stringify(this.#headOf(change));
      const item = items.get(change.number);
      return item === undefined ? head : `${head.slice(0, -1)},"item":${item}}`;
    });
  }

  #headOf({ articleId, action, previousAction, version, at, url, withdrawnAt }: LogChange) {
    const isNew = previousAction !== 'publish';
    const own = withdrawnAt === null && url !== null ? new URL(url).href : null;
    return {
      id: itemId(articleId),
      action: action === 'withdraw' ? 'withdraw' : isNew ? 'create' : 'update',
      version,
      at: toShanghaiTime(at),
      url: own ?? articlePageUrl(this.publicUrl, articleId),
    };
  }
}
