import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { DestinationSlots, type Slot } from './destination-slots.js';
import { PUT_OFF_MAX_MS } from './queue.js';

function releasing(slot: Slot): () => void {
  if ('againInMs' in slot) throw new Error('no slot was free');
  return slot.release;
}
function wait(slot: Slot): number {
  if (!('againInMs' in slot)) throw new Error('a slot was free');
  return slot.againInMs;
}

describe('DestinationSlots', () => {
  it('gives a destination that has not answered yet two, and all of them once it has', async () => {
    const slots = new DestinationSlots(8);
    const first = releasing(await slots.take('a'));
    releasing(await slots.take('a'));
    wait(await slots.take('a'));
    first();
    for (let count = 1; count < 8; count += 1) releasing(await slots.take('a'));
    wait(await slots.take('a'));
  });

  it('hands all of them to those that wait for the first answer', async () => {
    const slots = new DestinationSlots(8);
    const first = releasing(await slots.take('a'));
    releasing(await slots.take('a'));
    const waiting = Array.from({ length: 4 }, () => slots.take('a'));
    first();
    for (const slot of await Promise.all(waiting)) releasing(slot);
  });

  it('lets nobody wait for a destination whose requests hang already', async () => {
    const slots = new DestinationSlots(8);
    for (let count = 0; count < 2; count += 1) releasing(await slots.take('a'));
    // Each of these may wait a tenth of a second: that long, at least, the requests have taken by then.
    for (let count = 0; count < 3; count += 1) wait(await slots.take('a'));
    const next = await Promise.race([slots.take('a'), setImmediate('it waits')]);
    expect(next).not.toBe('it waits');
  });

  it('gives each destination its own, and one that was given back again', async () => {
    const slots = new DestinationSlots(2);
    const first = releasing(await slots.take('a'));
    releasing(await slots.take('a'));
    wait(await slots.take('a'));
    releasing(await slots.take('b'));
    first();
    // A second return of the same slot gives nothing away.
    first();
    releasing(await slots.take('a'));
    wait(await slots.take('a'));
  });

  it('hands a slot that comes free to the turn that has waited longest', async () => {
    const slots = new DestinationSlots(1);
    const first = releasing(await slots.take('a'));
    const order: string[] = [];
    const second = slots.take('a').then((slot) => {
      order.push('second');
      return releasing(slot);
    });
    const third = slots.take('a').then((slot) => {
      order.push('third');
      return releasing(slot);
    });
    first();
    (await second)();
    (await third)();
    expect(order).toEqual(['second', 'third']);
    releasing(await slots.take('a'));
  });

  it('puts off each turn at a busy destination longer than the one before, and none for ever', async () => {
    const slots = new DestinationSlots(1);
    releasing(await slots.take('a'));
    const waits: number[] = [];
    for (const slot of await Promise.all(Array.from({ length: 5_000 }, () => slots.take('a'))))
      waits.push(wait(slot));
    expect(Math.min(...waits)).toBeGreaterThan(0);
    expect(Math.max(...waits)).toBe(PUT_OFF_MAX_MS);
    // Spread, not all at once.
    expect(new Set(waits).size).toBeGreaterThan(500);
  });
});
