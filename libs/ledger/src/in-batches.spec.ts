import { describe, expect, it } from '@jest/globals';
import { InBatches } from './in-batches.js';

/** Answers when it is told to. */
function slow() {
  const asked: { keys: readonly number[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const batches = new InBatches<number, string>(
    (keys) =>
      new Promise((resolve, reject) => {
        const answer = () => {
          resolve(new Map(keys.filter((key) => key >= 0).map((key) => [key, `v${key}`])));
        };
        asked.push({ keys, answer, fail: reject });
      }),
  );
  return { asked, batches };
}

describe('questions in batches', () => {
  it('asks the first at once, and together what comes meanwhile', async () => {
    const { asked, batches } = slow();
    const answers = [1, 2, 3, -4, 5].map((key) => batches.get(key));
    expect(asked.map(({ keys }) => keys)).toEqual([[1], [2]]);
    asked[0]?.answer();
    expect(await answers[0]).toBe('v1');
    // One microtask later, as the place that it held is free.
    await Promise.resolve();
    expect(asked.map(({ keys }) => keys)).toEqual([[1], [2], [3, -4, 5]]);
    asked[1]?.answer();
    asked[2]?.answer();
    expect(await Promise.all(answers)).toEqual(['v1', 'v2', 'v3', undefined, 'v5']);
  });

  it('fails those alone that were asked for together, and goes on', async () => {
    const { asked, batches } = slow();
    const [first, second, third, fourth] = [1, 2, 3, 4].map((key) => batches.get(key));
    const failures = Promise.allSettled([second]);
    asked[1]?.fail(new Error('PostgreSQL is away'));
    expect(await failures).toMatchObject([{ status: 'rejected', reason: { message: 'PostgreSQL is away' } }]);
    await Promise.resolve();
    asked[0]?.answer();
    asked[2]?.answer();
    expect(await Promise.all([first, third, fourth])).toEqual(['v1', 'v3', 'v4']);
  });

  it('asks for no more than 128 at once', () => {
    const { asked, batches } = slow();
    for (let key = 0; key < 200; key += 1) void batches.get(key);
    asked[0]?.answer();
    return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      expect(asked.map(({ keys }) => keys.length)).toEqual([1, 1, 128]);
    });
  });
});
