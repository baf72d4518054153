import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { Leader } from './leader.js';
import { openTestLedger, type TestLedger } from './ledger.fixture.js';

describe('a leader', () => {
  let test: TestLedger;
  beforeAll(async () => {
    test = await openTestLedger();
  }, 60_000);
  afterAll(async () => {
    await test.close();
  });
  beforeEach(async () => {
    await test.ledger.deleteFrom('leaders').execute();
  });

  const leader = (leaseMs?: number, name = 'watch') =>
    new Leader(test.ledger, { name, ...(leaseMs === undefined ? {} : { leaseMs }) });
  /** How often each did its work in a round of all. */
  const roundOf = async (...leaders: Leader[]) =>
    Promise.all(
      leaders.map(async (one) => {
        let worked = 0;
        await one.round(() => Promise.resolve(++worked > 0))();
        return worked;
      }),
    );

  it('is one of many, and stays it', async () => {
    const leaders = [leader(), leader(), leader()];
    const first = await roundOf(...leaders);
    expect(first.reduce((sum, count) => sum + count)).toBe(1);
    expect(await roundOf(...leaders)).toEqual(first);
    expect(leaders.map(({ leads }) => leads)).toEqual(first.map((count) => count === 1));
  });

  it('leads by name: other work has another', async () => {
    expect(await roundOf(leader(undefined, 'watch'), leader(undefined, 'send'))).toEqual([1, 1]);
  });

  it('answers what its work answers, and false while another leads', async () => {
    const [one, other] = [leader(), leader()];
    expect(await one.round(() => Promise.resolve(true))()).toBe(true);
    expect(await other.round(() => Promise.resolve(true))()).toBe(false);
    await expect(one.round(() => Promise.reject(new Error('broken')))()).rejects.toThrow('broken');
  });

  it('is followed at once by another when it leaves, and works no more itself', async () => {
    const [one, other] = [leader(), leader()];
    expect(await roundOf(one)).toEqual([1]);
    expect(await roundOf(other)).toEqual([0]);
    await one.leave();
    expect(await roundOf(one, other)).toEqual([0, 1]);
  });

  it('is followed after its lease when it vanishes', async () => {
    const [one, other] = [leader(300), leader(300)];
    expect(await roundOf(one)).toEqual([1]);
    await pollUntil('the successor', async () => (await roundOf(other))[0] === 1, { timeoutMs: 5_000 });
    expect(one.leads).toBe(false);
    expect(await roundOf(one)).toEqual([0]);
  });

  it('renews its lease as long as its work takes', async () => {
    // Long enough that a busy machine does not hold a renewal up for the two thirds of it that are left.
    const leaseMs = 2_000;
    const [one, other] = [leader(leaseMs), leader(leaseMs)];
    let release = (): void => undefined;
    const until = new Promise<void>((resolve) => (release = resolve));
    let lost = false;
    const working = one.round(async (signal) => {
      await until;
      lost = signal.aborted;
      return false;
    })();
    await pollUntil('it leads', () => one.leads, { timeoutMs: 5_000 });
    for (const since = performance.now(); performance.now() - since < 2 * leaseMs;) {
      expect(await roundOf(other)).toEqual([0]);
      await delay(100);
    }
    release();
    await working;
    expect(lost).toBe(false);
  });

  it('tells its work when another took over, as after a suspension', async () => {
    const one = leader(300);
    const told = one.round(
      (lost) =>
        new Promise<boolean>((resolve) => {
          lost.addEventListener('abort', () => {
            resolve(true);
          });
        }),
    )();
    await pollUntil('it leads', () => one.leads, { timeoutMs: 5_000 });
    await sql`update leaders set holder = 'another', until = clock_timestamp() + interval '1 minute'`.execute(
      test.ledger,
    );
    expect(await told).toBe(true);
    expect(one.leads).toBe(false);
    // What is another's is not taken away by leaving.
    await one.leave();
    expect(await test.ledger.selectFrom('leaders').select('holder').execute()).toEqual([
      { holder: 'another' },
    ]);
  });

  it('tells its work when the ledger is away for longer than the lease', async () => {
    const one = leader(300);
    const told = one.round(
      (lost) =>
        new Promise<boolean>((resolve) => {
          lost.addEventListener('abort', () => {
            resolve(true);
          });
        }),
    )();
    await pollUntil('it leads', () => one.leads, { timeoutMs: 5_000 });
    await sql`alter table leaders rename to leaders_away`.execute(test.ledger);
    try {
      expect(await told).toBe(true);
    } finally {
      await sql`alter table leaders_away rename to leaders`.execute(test.ledger);
    }
  });
});
