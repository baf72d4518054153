import type { Key } from './zh.js';

/** What keeps a replay back, as the ledger says it. */
const KNOWN: Readonly<Record<string, Key>> = {
  'its own deliveries that are not over': 'replays.waits.own',
  'the channel, which is disabled': 'replays.waits.disabled',
  'the channel, which is paused': 'replays.waits.paused',
  'the outlet, which fails': 'replays.waits.failing',
  'other deliveries of the channel, which go first': 'replays.waits.others',
  'the routing of an article': 'replays.waits.routing',
};

/** In words of the page; null if it is none of those that are known. */
export function waitingKey(waitingFor: string): Key | null {
  return KNOWN[waitingFor] ?? null;
}
