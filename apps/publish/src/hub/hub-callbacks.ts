import type { Ledger } from '@newsrelay/ledger/database';
import { deferRequest, dueRequests, endRequest, type HubRequest } from '@newsrelay/ledger/hub-requests';
import {
  beginSubscription,
  denySubscription,
  endByRequest,
  endSubscription,
  LEASE_OVER,
  subscriptionsThatAreOver,
} from '@newsrelay/ledger/hub-subscriptions';
import type { Leader } from '@newsrelay/ledger/leader';
import { Rounds } from '@newsrelay/ledger/rounds';
import type { OutboundBinder } from '@newsrelay/delivery/attempt';
import type { Logger } from '@newsrelay/telemetry/logger';
import { askCallback, type CallbackAnswer } from './ask-callback.js';
import { HostPace, type HostPaceLimits } from './host-pace.js';
import type { CallbackResult, HubEvents } from './hub-events.js';

/** Leases are looked at this often, and what a crash left is found within it, milliseconds. */
const EVERY_MS = 500;
/** One callback, its whole answer, milliseconds. */
const DEADLINE_MS = 5_000;
/** Callbacks asked at once. */
const AT_ONCE = 128;
const HOST_LIMITS: HostPaceLimits = { atOnce: 4, perMinute: 60, burst: 60 };
/** One that did not answer is asked again after these, milliseconds; then its request is over. */
const AGAIN_MS = [5_000, 30_000];
const OVER_BATCH = 500;

export interface HubCallbackParts {
  ledger: Ledger;
  /** One process asks: what a host may be asked is counted there. Asking twice would change nothing. */
  leader: Leader;
  outbound: OutboundBinder;
  events: HubEvents;
  logger: Logger;
}

/**
 * Asks callbacks whether they meant what was asked of the hub in their name, and only then does it; tells of denials; and ends
 * subscriptions whose lease is over. All of it is in the ledger: what is cut off is asked again.
 */
export class HubCallbacks {
  readonly #rounds: Rounds;
  readonly #pace = new HostPace(HOST_LIMITS);
  /** By subscription. */
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(private readonly parts: HubCallbackParts) {
    this.#rounds = new Rounds({
      everyMs: EVERY_MS,
      round: parts.leader.round(() => this.#round()),
      failure: 'the hub cannot look at its subscriptions now',
      logger: parts.logger,
    });
  }

  start(): void {
    this.#rounds.start();
  }

  /** There may be something to ask. */
  wake(): void {
    this.#rounds.wake();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the service is shutting down'));
    await this.#rounds.stop();
    await Promise.all(this.#underWay.values());
    await this.parts.leader.leave();
  }

  async #round(): Promise<boolean> {
    await this.#endOver();
    return this.#askDue();
  }

  /** Begins as many as there is room for; true if there may be more at once. */
  async #askDue(): Promise<boolean> {
    const room = AT_ONCE - this.#underWay.size;
    if (room <= 0) return false;
    const due = await dueRequests(this.parts.ledger, room, {
      hosts: this.#pace.full(performance.now()),
      channels: [...this.#underWay.keys()],
    });
    for (const request of due) {
      if (this.#stopping.signal.aborted) return false;
      if (!this.#pace.take(request.callbackHost, performance.now())) continue;
      const asking = this.#ask(request)
        .catch((error: unknown) => {
          this.parts.events.failed(request.channelId, error);
        })
        .finally(() => {
          this.#pace.leave(request.callbackHost);
          this.#underWay.delete(request.channelId);
          this.#rounds.wake();
        });
      this.#underWay.set(request.channelId, asking);
    }
    return due.length === room;
  }

  async #ask(request: HubRequest): Promise<void> {
    const { signal } = this.#stopping;
    const http = this.parts.outbound.bind({
      signal,
      deadlineMs: DEADLINE_MS,
      beforeFirstByte: () => undefined,
    });
    const answer = await askCallback(request, http);
    // Ours to end, not the callback's failure: it is asked again by whoever comes next.
    if (signal.aborted && answer.said === 'failed') return;
    const result = await this.#follow(request, answer);
    this.parts.events.asked(request, result, 'why' in answer ? answer.why : null);
  }

  async #follow(request: HubRequest, { said }: CallbackAnswer): Promise<CallbackResult> {
    const { ledger } = this.parts;
    const againMs = AGAIN_MS[request.tries];
    if (said === 'failed' && againMs !== undefined) {
      await deferRequest(ledger, request, againMs);
      return 'again';
    }
    if (said === 'yes') await this.#confirm(request);
    // What stood before stands.
    else await endRequest(ledger, request);
    return said === 'yes' ? 'confirmed' : said === 'no' ? 'refused' : 'failed';
  }

  async #confirm(request: HubRequest): Promise<void> {
    const { ledger, events } = this.parts;
    const { mode, leaseSeconds } = request;
    if (mode === 'subscribe' && leaseSeconds !== null)
      await beginSubscription(ledger, { ...request, leaseSeconds });
    else if (mode === 'unsubscribe') {
      if (await endByRequest(ledger, request)) events.ended(request.channelId, 'unsubscribed');
    } else await endRequest(ledger, request);
  }

  async #endOver(): Promise<void> {
    const { ledger, events } = this.parts;
    for (const { channelId, why } of await subscriptionsThatAreOver(ledger, OVER_BATCH)) {
      if (why === 'lease')
        await ledger.transaction().execute((tx) => endSubscription(tx, channelId, LEASE_OVER));
      else if (why === 'feed-closed') await denySubscription(ledger, channelId, 'the feed was closed');
      else if (why === 'not-allowed')
        await denySubscription(ledger, channelId, 'the feed may not be read with this token any more');
      else await denySubscription(ledger, channelId, 'the publisher ended the subscription');
      events.ended(channelId, why);
    }
  }
}
