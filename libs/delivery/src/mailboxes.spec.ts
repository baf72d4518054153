import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import {
  Mailboxes,
  WAITING_PER_CHANNEL,
  type MailboxLimits,
  type MailboxParts,
  type TurnEnd,
} from './mailboxes.js';

const WAIT = { timeoutMs: 10_000 };
const ANSWERED: TurnEnd = { silentForMs: 0, lookAgain: false, requestMs: 5, destination: null };
const LIMITS: MailboxLimits = { perChannel: 4, perOrigin: 100, inAll: 100, unproven: 50, perPool: 100 };

describe('mailboxes', () => {
  let mailboxes: Mailboxes;
  /** Turns under way, by delivery: what ends each. */
  let turns: Map<string, (end?: Partial<TurnEnd>) => void>;
  let begun: string[];
  let ledger: Map<string, string[]>;

  function open(parts: Partial<MailboxParts> = {}, limits: Partial<MailboxLimits> = {}): void {
    turns = new Map();
    begun = [];
    ledger = new Map();
    mailboxes = new Mailboxes({
      limits: { ...LIMITS, ...limits },
      run: ({ deliveryId }) =>
        new Promise((resolve) => {
          begun.push(deliveryId);
          turns.set(deliveryId, (end = {}) => {
            turns.delete(deliveryId);
            for (const ids of ledger.values()) {
              if (ids.includes(deliveryId)) ids.splice(ids.indexOf(deliveryId), 1);
            }
            resolve({ ...ANSWERED, ...end });
          });
        }),
      destinationOf: (channelId) =>
        Promise.resolve({ origin: `https://${channelId.split('/')[0] ?? ''}`, rate: null }),
      due: (channelId, except) =>
        Promise.resolve(
          (ledger.get(channelId) ?? []).filter((id) => !except.includes(id)).slice(0, WAITING_PER_CHANNEL),
        ),
      reserve: () => Promise.resolve(0),
      ...parts,
    });
  }
  const put = (channelId: string, ...ids: string[]) => {
    for (const deliveryId of ids) mailboxes.put({ deliveryId, channelId, trace: null });
  };
  const end = (id: string, came?: Partial<TurnEnd>) => {
    const turn = turns.get(id);
    if (turn === undefined) throw new Error(`${id} has no turn`);
    turn(came);
  };
  const until = (what: string, holds: () => boolean) => pollUntil(what, holds, WAIT);
  /** Answers everything that has a turn, and whatever gets one then. */
  const answerAll = async (count: number) => {
    await until(`${count} turns`, () => {
      for (const id of [...turns.keys()]) end(id);
      return begun.length >= count;
    });
  };

  afterEach(async () => {
    const stopped = mailboxes.stop();
    for (const id of [...turns.keys()]) end(id);
    await stopped;
  });

  it('gives each delivery one turn, in order of arrival, however often it is put in', async () => {
    open({}, { perChannel: 1 });
    put('a', 'a1', 'a2', 'a1', 'a3');
    await until('the first', () => begun.length === 1);
    put('a', 'a1');
    await answerAll(3);
    await delay(20);
    expect(begun).toEqual(['a1', 'a2', 'a3']);
  });

  it('lets a channel that has not answered hold two turns, and one that has as many as it may', async () => {
    open();
    put('a', ...['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7']);
    await until('two turns', () => begun.length === 2);
    await delay(20);
    expect(begun).toHaveLength(2);
    end('a1');
    await until('four turns', () => turns.size === 4);
    await delay(20);
    expect(turns.size).toBe(4);
    end('a3', { requestMs: 9_000 });
    await delay(20);
    expect(turns.size).toBe(3);
  });

  it('keeps turns for channels that answer, however many hang', async () => {
    open({}, { inAll: 20, unproven: 10 });
    put('good', 'g0');
    await answerAll(1);
    for (let each = 0; each < 100; each += 1) put(`hung-${each}`, `h${each}`);
    await until('the hung ones', () => turns.size === 10);
    put('good', 'g1', 'g2', 'g3');
    await until('the good ones', () => ['g1', 'g2', 'g3'].every((id) => turns.has(id)));
    for (const id of ['g1', 'g2', 'g3']) end(id);
    expect(turns.size).toBe(10);
  });

  it('works off what is more than it keeps from the ledger', async () => {
    open();
    const ids = Array.from({ length: 350 }, (_, number) => `a${number}`);
    ledger.set('a', [...ids]);
    put('a', ...ids);
    expect(mailboxes.waiting).toBeLessThanOrEqual(100);
    await answerAll(350);
    expect(new Set(begun)).toEqual(new Set(ids));
  });

  it('tells whose deliveries have waited for long, until they have not', async () => {
    open();
    put('slow', 's1', 's2', 's3');
    put('quick', 'q1');
    await until('turns', () => turns.size === 3);
    end('q1');
    await delay(60);
    expect(mailboxes.backlogged(50)).toEqual(['slow']);
    await answerAll(4);
    await until('the end of it', () => mailboxes.backlogged(0).length === 0);
  });

  it('looks into the ledger for what others left to it', async () => {
    open();
    ledger.set('a', ['a1']);
    mailboxes.lookAgain(['a']);
    await answerAll(1);
    expect(begun).toEqual(['a1']);
  });

  it('drops what waits for a channel that is to be left alone, and takes it up again afterwards', async () => {
    open({}, { perChannel: 1 });
    put('a', 'a1', 'a2');
    await until('a turn', () => turns.size === 1);
    end('a1', { silentForMs: 60 });
    put('a', 'a3');
    await delay(20);
    expect(begun).toEqual(['a1']);
    await delay(80);
    put('a', 'a4');
    await answerAll(2);
    expect(begun).toEqual(['a1', 'a4']);
  });

  it('looks into the ledger after a turn that failed on our side', async () => {
    open();
    ledger.set('a', ['a1']);
    put('a', 'a1');
    await until('a turn', () => turns.size === 1);
    const again = turns.get('a1');
    again?.({ silentForMs: 30, lookAgain: true, requestMs: null });
    ledger.set('a', ['a1']);
    await until('another turn', () => begun.length === 2);
  });

  it('sends no more to one origin at once than it may, and forgets nobody that waits for it', async () => {
    open({}, { perOrigin: 3 });
    const channels = Array.from({ length: 30 }, (_, number) => `shared.example/${number}`);
    for (const [number, channel] of channels.entries()) put(channel, `d${number}`);
    put('other.example', 'other');
    await until('the other', () => turns.has('other'));
    expect(turns.size).toBe(4);
    let most = 0;
    await until('all', () => {
      most = Math.max(most, turns.size);
      const [first] = turns.keys();
      if (first !== undefined) end(first);
      return begun.length === 31;
    });
    expect(most).toBe(4);
  });

  it('goes on with an origin when what waited for it was dropped meanwhile', async () => {
    open({}, { perOrigin: 1, perChannel: 2 });
    put('shared.example/a', 'a1');
    await until('a turn', () => turns.has('a1'));
    for (const name of ['b', 'c', 'd']) put(`shared.example/${name}`, `${name}1`);
    end('a1');
    await answerAll(4);
    expect(begun.toSorted()).toEqual(['a1', 'b1', 'c1', 'd1']);
  });

  it('waits for the moments of a rate, and lets others go on', async () => {
    const reserved: number[] = [];
    open({
      destinationOf: (channelId) =>
        Promise.resolve({
          origin: null,
          rate: channelId === 'limited' ? { requests: 1, perSeconds: 1 } : null,
        }),
      reserve: () => {
        reserved.push(reserved.length * 40);
        return Promise.resolve(reserved.length === 1 ? 0 : 40);
      },
    });
    const from = performance.now();
    put('limited', 'l1', 'l2', 'l3');
    put('free', 'f1');
    await until('the free one', () => turns.has('f1'));
    await answerAll(4);
    expect(performance.now() - from).toBeGreaterThanOrEqual(79);
    expect(reserved).toHaveLength(3);
  });

  it('asks again when it could not be told where a channel leads', async () => {
    let asked = 0;
    open({
      destinationOf: () => {
        asked += 1;
        return asked === 1
          ? Promise.reject(new Error('away'))
          : Promise.resolve({ origin: null, rate: null });
      },
    });
    put('a', 'a1');
    await answerAll(1);
    expect(asked).toBe(2);
  });

  it('begins nothing once it is stopped, and waits for what is under way', async () => {
    open({}, { perChannel: 1 });
    put('a', 'a1', 'a2');
    await until('a turn', () => turns.size === 1);
    let over = false;
    const stopped = mailboxes.stop().then(() => {
      over = true;
    });
    put('b', 'b1');
    await delay(20);
    expect(over).toBe(false);
    end('a1');
    await stopped;
    expect(begun).toEqual(['a1']);
  });

  it('gives a channel whose requests go one after the other one turn at a time, however well it answers', async () => {
    open({ destinationOf: () => Promise.resolve({ origin: 'https://a', rate: null, oneAtATime: true }) });
    put('a', 'a1', 'a2', 'a3');
    await until('the first', () => begun.length === 1);
    end('a1');
    await until('the second', () => begun.length === 2);
    await delay(20);
    expect(begun).toEqual(['a1', 'a2']);
  });

  it('asks the ledger anew when a turn ended others that wait: none of those has one', async () => {
    open({}, { perChannel: 1 });
    put('a', 'a1', 'a2', 'a3', 'a4');
    await until('the first', () => begun.length === 1);
    ledger.set('a', ['a4']);
    end('a1', { endedOthers: true });
    await until('the one that is left', () => begun.length === 2);
    end('a4');
    await delay(20);
    expect(begun).toEqual(['a1', 'a4']);
  });

  it('keeps channels of a pool from having more requests together than it has, and leaves others alone', async () => {
    const destinationOf = (channelId: string) =>
      Promise.resolve({
        origin: `https://${channelId}`,
        rate: null,
        pool: channelId.startsWith('s') ? ('subscribed' as const) : null,
      });
    open({ destinationOf }, { perPool: 2 });
    for (const channel of ['s1', 's2', 's3', 's4', 'other']) put(channel, `${channel}-1`);
    await until('the pool is full, and the other has its turn', () => begun.length === 3);
    await delay(20);
    expect(begun).toEqual(['s1-1', 's2-1', 'other-1']);
    end('s1-1');
    await until('the next of the pool', () => begun.includes('s3-1'));
  });
});
