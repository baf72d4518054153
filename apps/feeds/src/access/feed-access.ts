import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { feedManifest } from '@newsrelay/channel-feed/manifest';
import { feedSettings } from '@newsrelay/channel-feed/settings';
import { channelId as channelIdRule } from '@newsrelay/contracts/channel';
import { Problem } from '@newsrelay/contracts/problem';
import { RecentlyUsed } from '@newsrelay/contracts/recently-used';
import { NOTIFICATIONS } from '@newsrelay/contracts/subjects';
import { FailedLogins } from '@newsrelay/http-api/failed-logins';
import type { Ledger } from '@newsrelay/ledger/database';
import { readFeedGrants } from '@newsrelay/ledger/feed-tokens';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { LedgerNotifications } from '@newsrelay/ledger/notifications';
import { FeedsEvents } from '../events.js';
import { ChannelGrants, type TokenHolder, type Verdict } from './channel-grants.js';
import { credentialsOf } from './credentials.js';
import { PollRecorder } from './poll-recorder.js';
import { readerNameOf } from './reader-name.js';

/** What asks for a token in the way that readers know: a name, which may be any, and a password. */
const CHALLENGE = 'Basic realm="Newsrelay feeds", charset="UTF-8"';

/** A `User-Agent` above this is taken apart each time, and not kept, UTF-16 units. */
const LONG_AGENT = 500;

/** What is asked for; `format` as requests for it are counted. */
export interface Asked {
  channelId: string;
  format: string;
}

/** A request that may have what it asks for. */
export interface Admission {
  /** False: there is no such feed, or no more. Whatever memory holds of one is not shown. */
  found: boolean;
  /** Whose token was shown; null for none. */
  holder: TokenHolder | null;
  /** Whether that is so still, for answers that are waited for; also of a feed that is gone, which is for others to say. */
  still: () => Promise<boolean>;
  /** To be called once, when the status of the answer is known: it is counted. */
  answered: (status: number) => void;
}

/**
 * Who may read what a channel shows: the one place that is asked, whatever it is that is shown. Answers from memory while
 * changes are heard.
 */
@Injectable()
export class FeedAccess implements OnApplicationBootstrap {
  readonly #grants: ChannelGrants;
  readonly #wrong = new FailedLogins();
  /** Names by `User-Agent`: taking one apart costs as much as an answer from memory. */
  readonly #readers = new RecentlyUsed<string, string>(1_000);

  constructor(
    @Inject(LEDGER) ledger: Ledger,
    @Inject(LedgerNotifications) private readonly notifications: LedgerNotifications,
    @Inject(PollRecorder) private readonly polls: PollRecorder,
    @Inject(FeedsEvents) private readonly events: FeedsEvents,
  ) {
    this.#grants = new ChannelGrants({
      read: async (channelId) => {
        const found = await readFeedGrants(ledger, channelId);
        if (found === undefined || found.deleted || found.type !== feedManifest.type) return undefined;
        return { access: feedSettings.shape.access.parse(found.settings['access']), grants: found.grants };
      },
      heard: () => notifications.healthy(),
    });
  }

  onApplicationBootstrap(): void {
    this.notifications.onChange(() => {
      this.#grants.forget();
    });
    this.notifications.on(NOTIFICATIONS.channelChanged, (channelId) => {
      this.#grants.changed(channelId);
    });
  }

  /**
   * May whoever shows this (`credentialsOf`) read what the channel shows? Counts nothing and slows nobody down.
   *
   * @throws what the ledger throws where it has to be asked and cannot be
   */
  async mayRead(channelId: string, shown: string | undefined): Promise<Verdict> {
    // What cannot be a channel's id costs no query.
    if (!channelIdRule.safeParse(channelId).success) return { kind: 'absent' };
    return this.#grants.ask(channelId, shown);
  }

  /**
   * Lets a request in that may read what the channel shows; one for a feed that is not there too, since the answer to that is
   * nobody's secret. Without waiting where that is known by heart. Refusals are counted under `format`.
   *
   * @throws Problem 401 where a token is missing, or is none of this channel's; 429 to whoever sends wrong ones again and again
   */
  admit(asked: Asked, request: FastifyRequest, reply: FastifyReply): Admission | Promise<Admission> {
    const { channelId } = asked;
    const shown = credentialsOf(request.raw);
    const known = this.#grants.peek(channelId, shown);
    if (known !== undefined) return this.#enter(known, asked, shown, request, reply);
    return this.mayRead(channelId, shown).then((verdict) =>
      this.#enter(verdict, asked, shown, request, reply),
    );
  }

  #enter(
    verdict: Verdict,
    { channelId, format }: Asked,
    shown: string | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Admission {
    if (verdict.kind === 'absent') return NOTHING_THERE;
    const holder = verdict.kind === 'granted' ? verdict.holder : null;
    const answered = (status: number) => {
      this.count(channelId, holder, request.headers['user-agent'], status);
    };
    const still = async () => (await this.mayRead(channelId, shown)).kind !== 'refused';
    if (verdict.kind === 'granted') return { found: true, holder, still, answered };
    const problem = this.#refusal(verdict.shown, request, reply);
    answered(problem.status);
    this.events.requested(format, problem.status);
    throw problem;
  }

  /** Counts a poll of a channel that was answered. */
  count(channelId: string, holder: TokenHolder | null, userAgent: string | undefined, status: number): void {
    this.polls.count({ channelId, holder, reader: this.#readerOf(userAgent), status });
  }

  #readerOf(userAgent = ''): string {
    const known = this.#readers.get(userAgent);
    if (known !== undefined) return known;
    const name = readerNameOf(userAgent);
    if (userAgent.length <= LONG_AGENT) this.#readers.set(userAgent, name);
    return name;
  }

  /** Right tokens are never held up by wrong ones: those alone are counted. */
  #refusal(shown: boolean, { ip }: FastifyRequest, reply: FastifyReply): Problem {
    const wait = shown ? this.#wrong.begin(ip) : 0;
    if (wait > 0) {
      void reply.header('retry-after', String(wait));
      return new Problem(429, `Too many wrong tokens from this address; try again in ${wait} seconds.`);
    }
    void reply.header('www-authenticate', CHALLENGE).header('vary', 'Authorization');
    return new Problem(
      401,
      shown
        ? 'The token is not one of this feed, or is one no longer.'
        : 'This feed is read with a token: as password of HTTP Basic, as Bearer, or in the path (/feeds/TOKEN/…).',
    );
  }
}

const NOTHING_THERE: Admission = {
  found: false,
  holder: null,
  still: () => Promise.resolve(true),
  answered: () => undefined,
};
