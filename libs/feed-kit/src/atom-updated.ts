import { toShanghaiTime } from '@newsrelay/contracts/text';
import { updatedAt, type FeedEntry } from './feed-state.js';

const MICROSECONDS = 1000n;

/**
 * `atom:updated` of each entry, no two alike: readers that sort or compare by it must not mistake two articles of one
 * page for one change. The microseconds come from the order of release, so an entry's value does not depend on its
 * neighbours; only where even those meet, the later one moves on by one.
 */
export function distinctUpdated(entries: readonly FeedEntry[]): string[] {
  const taken = new Set<string>();
  // Oldest first: a new entry gives way to those that were there.
  const values = entries.toReversed().map((entry) => {
    const at = updatedAt(entry);
    let microseconds = BigInt(entry.releaseOrder) % MICROSECONDS;
    let value = inMicroseconds(at, microseconds);
    while (taken.has(value)) {
      microseconds = (microseconds + 1n) % MICROSECONDS;
      value = inMicroseconds(at, microseconds);
    }
    taken.add(value);
    return value;
  });
  return values.reverse();
}

/** 2025-01-02T16:00:00.123Z and 45 → `2025-01-03T00:00:00.123045+08:00`, always with six digits. */
export function inMicroseconds(at: Date, microseconds: bigint): string {
  const time = toShanghaiTime(new Date(Math.floor(at.getTime())));
  const milliseconds = /\.(\d{3})\+/.exec(time)?.[1] ?? '000';
  const seconds = time.slice(0, '2025-01-03T00:00:00'.length);
  return `${seconds}.${milliseconds}${String(microseconds).padStart(3, '0')}${time.slice(-'+08:00'.length)}`;
}
