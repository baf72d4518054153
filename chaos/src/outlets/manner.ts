import { Random } from '../plan/random.js';
import { isIll, type OutletPlan } from '../plan/tempers.js';

/** What is done with one request. */
export type Manner =
  | { readonly do: 'answer'; readonly status: number; readonly afterMs: number; readonly retryAfter?: number }
  | { readonly do: 'drip' }
  | { readonly do: 'pour' }
  | { readonly do: 'hang' }
  | { readonly do: 'reset'; readonly when: 'head' | 'body' };

export interface Asked {
  readonly seed: string;
  readonly outlet: OutletPlan;
  /** Milliseconds from the start of the run. */
  readonly atMs: number;
  readonly webhookId: string;
  /** Requests with this id so far, this one included. */
  readonly nth: number;
}

const TAKE: Manner = { do: 'answer', status: 200, afterMs: 0 };
/** A second time in a row is rare enough that no delivery runs out of attempts. */
const FLAPS = 0.4;
const FORGETS = 0.3;
const RESETS = 0.6;
const LIMITS = 0.7;

/** Follows from the seed and from which request it is: a run with the same seed meets the same outlets. */
export function mannerOf({ seed, outlet, atMs, webhookId, nth }: Asked): Manner {
  if (!isIll(outlet, atMs)) return TAKE;
  const random = new Random(seed, 'manner', outlet.id, webhookId, nth);
  switch (outlet.temper) {
    case 'healthy':
    case 'absent':
    case 'down':
      return TAKE;
    case 'slow':
      return { do: 'answer', status: 200, afterMs: random.whole(1_000, 4_000) };
    case 'dripping':
      return { do: 'drip' };
    case 'endless':
      return { do: 'pour' };
    case 'rate-limiting':
      return random.chance(LIMITS)
        ? { do: 'answer', status: 429, afterMs: 0, retryAfter: random.whole(1, 4) }
        : TAKE;
    case 'flapping':
      return random.chance(FLAPS) ? { do: 'answer', status: 500, afterMs: 0 } : TAKE;
    case 'forgetful':
      return random.chance(FORGETS) ? { do: 'reset', when: 'body' } : TAKE;
    case 'resetting':
      return random.chance(RESETS) ? { do: 'reset', when: random.chance(0.5) ? 'head' : 'body' } : TAKE;
    case 'gone':
      return { do: 'answer', status: 410, afterMs: 0 };
    case 'hanging':
      return { do: 'hang' };
  }
}
