import type { DeliveryAction, DeliveryState } from '@newsrelay/contracts/delivery';

/*
 * What docs/delivery.md promises, as plain objects: nothing here knows of SQL, locks or time. The spec of the machine runs the
 * same commands against it and against the ledger.
 */

export interface ModelDelivery {
  article: number;
  channel: number;
  version: number;
  action: DeliveryAction;
  state: DeliveryState;
  epoch: number;
  attempts: number;
  begun: boolean;
  previousVersion: number | null;
}

interface ModelArticle {
  versions: number;
  withdrawnThrough: number;
}

interface ModelChannel {
  enabled: boolean;
  paused: boolean;
  deleted: boolean;
}

type Key = Pick<ModelDelivery, 'article' | 'channel' | 'version' | 'action'>;

const waits = ({ state }: ModelDelivery) => state === 'queued' || state === 'retrying';

const isNewer = (one: Key, other: Key) =>
  one.version > other.version ||
  (one.version === other.version && one.action === 'withdraw' && other.action === 'publish');

export class DeliveryModel {
  readonly articles: ModelArticle[];
  readonly channels: ModelChannel[];
  readonly deliveries: ModelDelivery[] = [];
  /** Versions that left a channel's filter. */
  readonly movedOut: Pick<Key, 'article' | 'channel' | 'version'>[] = [];

  constructor(articles: number, channels: number) {
    this.articles = Array.from({ length: articles }, () => ({ versions: 0, withdrawnThrough: 0 }));
    this.channels = Array.from({ length: channels }, () => ({
      enabled: true,
      paused: false,
      deleted: false,
    }));
  }

  article(index: number): ModelArticle {
    return at(this.articles, index);
  }

  channel(index: number): ModelChannel {
    return at(this.channels, index);
  }

  find(key: Key): ModelDelivery | undefined {
    return this.#beside(key).find((each) => each.version === key.version && each.action === key.action);
  }

  in(...states: DeliveryState[]): ModelDelivery[] {
    return this.deliveries.filter(({ state }) => states.includes(state));
  }

  /** Channels to which a version of the article began to go. */
  reached(article: number): number[] {
    const begun = this.deliveries.filter(
      (each) => each.article === article && each.action === 'publish' && each.begun,
    );
    return [...new Set(begun.map(({ channel }) => channel))];
  }

  deliver(article: number, version: number, action: DeliveryAction, channels: readonly number[]): void {
    const named = channels.map(
      (channel) =>
        this.find({ article, channel, version, action }) ?? this.#make({ article, channel, version, action }),
    );
    for (const newer of named) {
      if (newer.state === 'superseded') continue;
      for (const older of this.#beside(newer)) {
        if (!this.#overtakes(newer, older)) continue;
        // Of an unknown outcome the row is the evidence, as long as there is no newer version.
        const isOpen = newer.action === 'publish' && (older.state === 'unknown' || older.state === 'manual');
        if (waits(older) || isOpen) older.state = 'superseded';
      }
    }
    this.#bringBackWithdrawals(article);
  }

  /** Whether it was to be had. */
  claim(delivery: ModelDelivery): boolean {
    const { enabled, paused, deleted } = this.channel(delivery.channel);
    const others = this.#beside(delivery).filter((each) => each !== delivery);
    const isPublish = delivery.action === 'publish';
    if (!waits(delivery) || deleted) return false;
    if (isPublish && (!enabled || paused || this.#isWithdrawn(delivery))) return false;
    if (this.#isOvertaken(delivery) || others.some(({ state }) => state === 'sending')) return false;
    if (
      isPublish &&
      others.some((each) => each.action === 'withdraw' && each.version < delivery.version && waits(each))
    )
      return false;
    if (!delivery.begun) {
      const before = others.filter(
        (each) => each.action === 'publish' && each.begun && isNewer(delivery, each),
      );
      delivery.previousVersion =
        before.length === 0 ? null : Math.max(...before.map(({ version }) => version));
    }
    Object.assign(delivery, {
      state: 'sending',
      begun: true,
      epoch: delivery.epoch + 1,
      attempts: delivery.attempts + 1,
    });
    return true;
  }

  settle(delivery: ModelDelivery, state: DeliveryState): void {
    delivery.state = state;
    if (waits(delivery)) {
      if (this.#isWithdrawn(delivery) || this.channel(delivery.channel).deleted) delivery.state = 'canceled';
      else if (this.#isOvertaken(delivery)) delivery.state = 'superseded';
    }
    if (state === 'dead') this.#bringBackWithdrawals(delivery.article);
  }

  withdraw(index: number): void {
    const article = this.article(index);
    if (article.withdrawnThrough === article.versions) return;
    article.withdrawnThrough = article.versions;
    for (const each of this.deliveries.filter((one) => one.article === index)) {
      if (each.action === 'publish' && waits(each)) each.state = 'canceled';
      if (each.action === 'withdraw' && each.version === article.versions && each.state === 'dead')
        requeue(each);
    }
  }

  moveOut(article: number, channel: number, version: number): void {
    this.movedOut.push({ article, channel, version });
    for (const each of this.#beside({ article, channel })) {
      if (each.action === 'publish' && each.version < version && waits(each)) each.state = 'superseded';
    }
  }

  deleteChannel(index: number): void {
    this.channel(index).deleted = true;
    for (const each of this.deliveries) if (each.channel === index && waits(each)) each.state = 'canceled';
  }

  /** Whether it may be asked for once more; `states` are those that it may be asked for in. */
  retry(delivery: ModelDelivery, states: readonly DeliveryState[]): boolean {
    const isRefused =
      !states.includes(delivery.state) ||
      this.channel(delivery.channel).deleted ||
      this.#isWithdrawn(delivery) ||
      this.#hasMovedOut(delivery) ||
      this.#isOvertaken(delivery);
    if (!isRefused) requeue(delivery);
    return !isRefused;
  }

  /** A person has something to find out or to do. */
  isTask(delivery: ModelDelivery): boolean {
    if (delivery.state !== 'unknown' && delivery.state !== 'manual') return false;
    if (delivery.action === 'withdraw') return true;
    const isLookedAfter = this.#beside(delivery).some(
      (each) => each.action === 'withdraw' && isNewer(each, delivery) && each.state !== 'canceled',
    );
    return !this.#isWithdrawn(delivery) && !isLookedAfter;
  }

  #make(key: Key): ModelDelivery {
    const isCanceled = this.channel(key.channel).deleted || this.#isWithdrawn(key);
    const isPointless = this.#hasMovedOut(key) || this.#isOvertaken(key);
    const state = isCanceled ? 'canceled' : isPointless ? 'superseded' : 'queued';
    const made: ModelDelivery = { ...key, state, epoch: 0, attempts: 0, begun: false, previousVersion: null };
    this.deliveries.push(made);
    return made;
  }

  #beside({ article, channel }: Pick<Key, 'article' | 'channel'>): ModelDelivery[] {
    return this.deliveries.filter((each) => each.article === article && each.channel === channel);
  }

  #isWithdrawn({ article, version, action }: Key): boolean {
    return action === 'publish' && version <= this.article(article).withdrawnThrough;
  }

  #hasMovedOut({ article, channel, version, action }: Key): boolean {
    return (
      action === 'publish' &&
      this.movedOut.some(
        (each) => each.article === article && each.channel === channel && each.version > version,
      )
    );
  }

  #isOvertaken(key: Key): boolean {
    return this.#beside(key).some((each) => this.#overtakes(each, key));
  }

  #overtakes(newer: ModelDelivery, older: Key): boolean {
    if (newer.state === 'canceled' || !isNewer(newer, older)) return false;
    if (older.action === 'publish' || newer.action === 'withdraw') return true;
    const isGivenUp = ['dead', 'manual', 'superseded'].includes(newer.state);
    return newer.begun && !isGivenUp;
  }

  #bringBackWithdrawals(article: number): void {
    for (const each of this.deliveries) {
      if (
        each.article === article &&
        each.action === 'withdraw' &&
        each.state === 'superseded' &&
        !this.#isOvertaken(each)
      )
        each.state = 'queued';
    }
  }
}

function requeue(delivery: ModelDelivery): void {
  delivery.state = 'queued';
  // A claim that was read before must not pass after this.
  delivery.epoch += 1;
}

function at<Item>(list: readonly Item[], index: number): Item {
  const found = list[index];
  if (found === undefined) throw new Error(`no such index: ${index}`);
  return found;
}
