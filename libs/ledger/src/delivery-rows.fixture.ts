import { expect } from '@jest/globals';
import type { DeliveryAction, DeliveryState } from '@newsrelay/contracts/delivery';
import type { Ledger } from './database.js';
import { FIRST_STATES, TRANSITIONS } from './delivery-states.js';

/** What the ledger has of some articles, as the rules that hold whatever happened ask for it. */
export interface Rows {
  deliveries: Map<string, DeliveryRow>;
  withdrawnThrough: Map<string, number>;
  deletedChannels: Set<string>;
}

export interface DeliveryRow {
  id: string;
  articleId: string;
  channelId: string;
  version: number;
  action: DeliveryAction;
  state: DeliveryState;
  epoch: number;
  attemptCount: number;
  attemptNumbers: number[];
  begun: boolean;
  previousVersion: number | null;
  messageHash: string | null;
  body: string | null;
}

export async function readRows(ledger: Ledger, articleIds: readonly string[]): Promise<Rows> {
  const [deliveries, attempts, articles, channels] = await Promise.all([
    ledger
      .selectFrom('deliveries as d')
      .leftJoin('messages as m', (join) =>
        join.onRef('m.article_id', '=', 'd.article_id').onRef('m.hash', '=', 'd.message_hash'),
      )
      .select([
        'd.id',
        'd.article_id',
        'd.channel_id',
        'd.version',
        'd.action',
        'd.state',
        'd.epoch',
        'd.attempt_count',
      ])
      .select(['d.begun_at', 'd.previous_version', 'd.message_hash', 'm.body'])
      .where('d.article_id', 'in', [...articleIds])
      .execute(),
    ledger
      .selectFrom('attempts as t')
      .innerJoin('deliveries as d', 'd.id', 't.delivery_id')
      .select(['t.delivery_id', 't.number'])
      .where('d.article_id', 'in', [...articleIds])
      .orderBy('t.number')
      .execute(),
    ledger
      .selectFrom('articles')
      .select(['id', 'withdrawn_through'])
      .where('id', 'in', [...articleIds])
      .execute(),
    ledger.selectFrom('channels').select('id').where('deleted_at', 'is not', null).execute(),
  ]);
  return {
    deliveries: new Map(
      deliveries.map((row) => [
        row.id,
        {
          id: row.id,
          articleId: row.article_id,
          channelId: row.channel_id,
          version: row.version,
          action: row.action,
          state: row.state,
          epoch: row.epoch,
          attemptCount: row.attempt_count,
          attemptNumbers: attempts.filter((each) => each.delivery_id === row.id).map(({ number }) => number),
          begun: row.begun_at !== null,
          previousVersion: row.previous_version,
          messageHash: row.message_hash?.toString('hex') ?? null,
          body: row.body,
        },
      ]),
    ),
    withdrawnThrough: new Map(articles.map((row) => [row.id, row.withdrawn_through])),
    deletedChannels: new Set(channels.map(({ id }) => id)),
  };
}

/** The rules that need no model. */
export function expectRulesHold(before: Rows, after: Rows): void {
  const broken: string[] = [];
  for (const id of before.deliveries.keys()) if (!after.deliveries.has(id)) broken.push(`${id} is gone`);
  for (const row of after.deliveries.values()) {
    const says = (what: string) =>
      broken.push(`${row.action} of version ${row.version} (${row.state}): ${what}`);
    const was = before.deliveries.get(row.id);
    const others = [...after.deliveries.values()].filter(
      (each) => each.id !== row.id && each.articleId === row.articleId && each.channelId === row.channelId,
    );
    const wasThere = (each: DeliveryRow) => before.deliveries.get(each.id)?.begun === true;

    const allowed: readonly DeliveryState[] = was === undefined ? FIRST_STATES : TRANSITIONS[was.state];
    if (was?.state !== row.state && !allowed.includes(row.state))
      says(`came from ${was?.state ?? 'nothing'}`);
    if (row.state === 'sending' && others.some(({ state }) => state === 'sending'))
      says('two are sent at once');
    if (was !== undefined && row.epoch < was.epoch) says('its epoch went back');
    const wasClaimed = row.attemptCount > (was?.attemptCount ?? 0);
    if (wasClaimed) {
      if (row.epoch !== (was?.epoch ?? 0) + 1) says('a claim did not count the epoch up by one');
      const isPast =
        row.action === 'publish'
          ? others.some((each) => each.version > row.version && wasThere(each) && each.state !== 'canceled')
          : others.some(
              (each) =>
                each.version > row.version &&
                wasThere(each) &&
                (each.state === 'sending' || each.state === 'delivered'),
            );
      if (isPast) says('was claimed after a newer one');
      if (row.action === 'publish' && row.version <= (before.withdrawnThrough.get(row.articleId) ?? 0))
        says('was claimed after its withdrawal');
    }
    const ended = row.attemptCount - (row.state === 'sending' ? 1 : 0);
    if (
      row.attemptNumbers.length !== ended ||
      row.attemptNumbers.some((number, index) => number !== index + 1)
    )
      says(`has the attempts ${row.attemptNumbers.join()} of ${row.attemptCount}`);
    if (row.begun && (row.messageHash === null || row.body === null)) says('has no bytes');
    if (
      was?.begun === true &&
      (row.messageHash !== was.messageHash ||
        row.body !== was.body ||
        row.previousVersion !== was.previousVersion)
    )
      says('what was frozen changed');
    if (after.deletedChannels.has(row.channelId) && (row.state === 'queued' || row.state === 'retrying'))
      says('waits for a deleted channel');
  }
  expect(broken).toEqual([]);
}
