import { Inject, Injectable } from '@nestjs/common';
import { feedManifest } from '@newsrelay/channel-feed/manifest';
import { channelId } from '@newsrelay/contracts/channel';
import { RecentlyUsed } from '@newsrelay/contracts/recently-used';
import { parseTopic } from '@newsrelay/feed-kit/addresses';
import type { Ledger } from '@newsrelay/ledger/database';
import { findShelvedChannel } from '@newsrelay/ledger/feed-shelf';
import { askHub, type HubLimits, type HubRefusal } from '@newsrelay/ledger/hub-requests';
import { subscriptionId } from '@newsrelay/ledger/hub-subscriptions';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { checkTarget, type AllowTargets } from '@newsrelay/outbound/target-rules';
import { Sealing } from '@newsrelay/sealing/seal';
import { FeedAccess } from '../access/feed-access.js';
import { PUBLIC_URL } from '../public-url.js';
import { callerOf, CallerPace } from './caller-pace.js';
import { HubRefused, type HubForm } from './hub-form.js';

/** Injection token of the addresses that callbacks may have besides public ones. */
export const ALLOW_TARGETS = Symbol('AllowTargets');

/** Requests of one address, each minute. */
const PER_CALLER = 300;
/** A host of which the ledger said that it has enough is refused for so long without asking again, milliseconds. */
const FULL_MS = 1_000;
const FULL_HOSTS = 5_000;
const LIMITS: HubLimits = {
  hostRequests: 100,
  allRequests: 10_000,
  hostSubscriptions: 500,
  allSubscriptions: 10_000,
};

const REFUSALS: Record<HubRefusal, HubRefused> = {
  'host-requests': new HubRefused(
    429,
    `${LIMITS.hostRequests} requests for this callback's host wait to be verified already: come back later`,
    60,
  ),
  'all-requests': new HubRefused(503, 'too many requests wait to be verified: come back later', 60),
  'host-subscriptions': new HubRefused(
    403,
    `the callback's host has ${LIMITS.hostSubscriptions} subscriptions already, which is all that one may have`,
  ),
  'all-subscriptions': new HubRefused(503, 'the hub is full: come back later', 3600),
};

/** Where a request came from. */
export interface Caller {
  address: string;
  /** What it shows to read a feed with (`credentialsOf`). */
  shown: string | undefined;
}

/** What `POST /hub` asks for, put down to be verified: nothing is called while the request is answered. */
@Injectable()
export class Hub {
  readonly #callers = new CallerPace(PER_CALLER);
  /** Until when, on the monotonic clock: a flood costs the ledger a question a second. */
  readonly #full = new RecentlyUsed<string, number>(FULL_HOSTS);

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
    @Inject(Sealing) private readonly sealing: Sealing,
    @Inject(ALLOW_TARGETS) private readonly allowTargets: AllowTargets,
    @Inject(FeedAccess) private readonly access: FeedAccess,
  ) {}

  /** Before anything of the request is looked at. @throws HubRefused 429 */
  admit({ address }: Pick<Caller, 'address'>): void {
    const seconds = this.#callers.take(callerOf(address), performance.now());
    if (seconds > 0)
      throw new HubRefused(429, `at most ${PER_CALLER} requests a minute from one address`, seconds);
  }

  /** @throws HubRefused */
  async take(form: HubForm, caller: Caller): Promise<void> {
    if (form.mode === 'publish') {
      // Feeds push by themselves as soon as they show something new: there is nothing left to do.
      for (const topic of form.topics) await this.#feedOf(topic, caller);
      return;
    }
    const { mode, topic, callback, callbackHost, secret, leaseSeconds } = form;
    const { refused } = checkTarget(callback, this.allowTargets);
    if (refused !== null) throw new HubRefused(400, `hub.callback ${refused}`);
    if ((this.#full.get(callbackHost) ?? 0) > performance.now()) throw REFUSALS['host-requests'];
    const { feedChannelId, feedTokenId } = await this.#feedOf(topic, caller);
    const id = subscriptionId(topic, callback);
    const refusal = await askHub(
      this.ledger,
      {
        mode,
        channelId: id,
        feedChannelId,
        topic,
        callback,
        callbackHost,
        sealedSecrets: mode === 'subscribe' ? this.sealing.seal(secret === null ? {} : { secret }, id) : '',
        leaseSeconds: mode === 'subscribe' ? leaseSeconds : null,
        feedTokenId,
        reason: null,
      },
      LIMITS,
    );
    if (refusal === 'host-requests') this.#full.set(callbackHost, performance.now() + FULL_MS);
    if (refusal !== null) throw REFUSALS[refusal];
  }

  /** @throws HubRefused 404, 410, 403 */
  async #feedOf(
    topic: string,
    { shown }: Caller,
  ): Promise<{ feedChannelId: string; feedTokenId: string | null }> {
    const named = parseTopic(topic, this.publicUrl);
    const isId = named !== null && channelId.safeParse(named.channelId).success;
    const feed = isId ? await findShelvedChannel(this.ledger, named.channelId) : undefined;
    if (feed?.type !== feedManifest.type)
      throw new HubRefused(404, `hub.topic is no feed of this hub: it serves ${this.publicUrl}/feeds/…`);
    if (feed.deleted) throw new HubRefused(410, 'hub.topic was closed');
    const verdict = await this.access.mayRead(feed.id, shown);
    if (verdict.kind !== 'granted')
      throw new HubRefused(403, 'hub.topic is not public: send the token that it is read with');
    return { feedChannelId: feed.id, feedTokenId: verdict.holder?.id ?? null };
  }
}
