import { describe, expect, it } from '@jest/globals';
import { DestinationSlots, type Slot } from './destination-slots.js';
import { PUT_OFF_MAX_MS } from './queue.js';

function freeing(slot: Slot): () => void {
  if ('againInMs' in slot) throw new Error('no slot was free');
  return slot.release;
}
function wait(slot: Slot): number {
  if (!('againInMs' in slot)) throw new Error('a slot was free');
  return slot.againInMs;
}

describe('DestinationSlots', () => {
  it('gives each destination its own, and one that was given back again', () => {
    const slots = new DestinationSlots(2);
    const [first] = [freeing(slots.take('a')), freeing(slots.take('a'))];
    wait(slots.take('a'));
    freeing(slots.take('b'));
    first();
    // A second return of the same slot gives nothing away.
    first();
    freeing(slots.take('a'));
    wait(slots.take('a'));
  });

  it('puts off each turn longer than the one before, and none for ever', () => {
    const slots = new DestinationSlots(1);
    freeing(slots.take('a'));
    const waits = Array.from({ length: 5_000 }, () => wait(slots.take('a')));
    expect(waits[0]).toBeGreaterThan(0);
    expect(
      waits.every(
        (each, index) => index === 0 || each >= Math.min(waits[index - 1] ?? 0, PUT_OFF_MAX_MS - 1_000),
      ),
    ).toBe(true);
    expect(Math.max(...waits)).toBe(PUT_OFF_MAX_MS);
  });
});
