import { describe, expect, it } from '@jest/globals';
import { Reading } from './reading.js';

describe('Reading', () => {
  it('is shared by the gauges of one scrape', async () => {
    let asked = 0;
    const reading = new Reading(() => ++asked);
    expect(await Promise.all([reading.now(), reading.now()])).toEqual([1, 1]);
    expect(await reading.now()).toBe(1);
    expect(reading.outcome).toMatchObject({ success: true });
  });

  it('asks again once it is old', async () => {
    let asked = 0;
    const reading = new Reading(() => ++asked, 1_000, 0);
    await reading.now();
    expect(await reading.now()).toBe(2);
  });

  it('says nothing where the server fails', async () => {
    const reading = new Reading(() => Promise.reject(new Error('away')));
    expect(await reading.now()).toBeNull();
    expect(reading.outcome).toMatchObject({ success: false });
  });

  it('waits no longer than it may, and asks nothing again of a server that hangs', async () => {
    let asked = 0;
    const { promise, resolve } = Promise.withResolvers<string>();
    const reading = new Reading(
      () => {
        asked += 1;
        return promise;
      },
      20,
      0,
    );
    expect(await reading.now()).toBeNull();
    expect(await reading.now()).toBeNull();
    expect(asked).toBe(1);
    resolve('late');
    await promise;
    expect(await reading.now()).toBe('late');
  });
});
