import { describe, expect, it } from '@jest/globals';
import { InBatches } from './in-batches.js';

/** Answers when it is told to. */
function slow(sizeOf?: (key: number) => number) {
  const asked: { keys: readonly number[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const batches = new InBatches<number, string>(
    (keys) =>
      new Promise((resolve, reject) => {
        const answer = () => {
          resolve(new Map(keys.filter((key) => key >= 0).map((key) => [key, `v${key}`])));
        };
        asked.push({ keys, answer, fail: reject });
      }),
    sizeOf,
  );
  return { asked, batches, keys: () => asked.map(({ keys }) => keys) };
}

/** Until what was to be asked is asked: two turns, since an answer makes room one turn later. */
async function aTurn(): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('questions in batches', () => {
  it('asks together what is asked in one turn, and what is asked while two batches are under way', async () => {
    const { asked, batches, keys } = slow();
    const first = [1, 2].map((key) => batches.get(key));
    await aTurn();
    const second = [3, -4].map((key) => batches.get(key));
    await aTurn();
    const third = [5].map((key) => batches.get(key));
    await aTurn();
    third.push(batches.get(6));
    await aTurn();
    expect(keys()).toEqual([
      [1, 2],
      [3, -4],
    ]);
    asked[0]?.answer();
    expect(await Promise.all(first)).toEqual(['v1', 'v2']);
    await aTurn();
    expect(keys()).toEqual([
      [1, 2],
      [3, -4],
      [5, 6],
    ]);
    asked[1]?.answer();
    asked[2]?.answer();
    expect(await Promise.all([...second, ...third])).toEqual(['v3', undefined, 'v5', 'v6']);
  });

  it('fails those alone that were asked for together, and goes on', async () => {
    const { asked, batches, keys } = slow();
    const first = batches.get(1);
    await aTurn();
    const failures = Promise.allSettled([batches.get(2), batches.get(3)]);
    await aTurn();
    const fourth = batches.get(4);
    asked[1]?.fail(new Error('PostgreSQL is away'));
    expect(await failures).toMatchObject([
      { status: 'rejected', reason: { message: 'PostgreSQL is away' } },
      { status: 'rejected', reason: { message: 'PostgreSQL is away' } },
    ]);
    await aTurn();
    expect(keys()).toEqual([[1], [2, 3], [4]]);
    asked[0]?.answer();
    asked[2]?.answer();
    expect(await Promise.all([first, fourth])).toEqual(['v1', 'v4']);
  });

  it('asks for no more than 128 at once, and the others beside them', async () => {
    const { batches, keys } = slow();
    for (let key = 0; key < 300; key += 1) void batches.get(key);
    await aTurn();
    expect(keys().map(({ length }) => length)).toEqual([128, 128]);
  });

  it('counts what questions take of a batch: one that is larger goes by itself', async () => {
    const { asked, batches, keys } = slow((key) => key);
    for (const size of [100, 28, 1, 500]) void batches.get(size);
    await aTurn();
    expect(keys()).toEqual([[100, 28], [1]]);
    asked[0]?.answer();
    await aTurn();
    expect(keys()).toEqual([[100, 28], [1], [500]]);
  });
});
