import { Random } from './random.js';

/** How an outlet treats what is sent to it. */
export type Temper =
  | 'healthy'
  | 'slow'
  | 'dripping'
  | 'endless'
  | 'rate-limiting'
  | 'flapping'
  | 'forgetful'
  | 'resetting'
  | 'gone'
  | 'down'
  | 'hanging'
  | 'absent';

interface TemperFacts {
  /** Outlets of it among the fifty. */
  readonly outlets: number;
  /** Whether it takes everything once the faults are over; what does not is sent to until the end. */
  readonly endsWell: boolean;
  readonly about: string;
}

export const TEMPERS: Readonly<Record<Temper, TemperFacts>> = {
  healthy: { outlets: 20, endsWell: true, about: 'takes everything at once' },
  slow: { outlets: 4, endsWell: true, about: 'answers after one to four seconds' },
  dripping: { outlets: 3, endsWell: true, about: 'answers 200, and its body comes byte by byte' },
  endless: { outlets: 2, endsWell: true, about: 'answers 200, and its body never ends' },
  'rate-limiting': { outlets: 3, endsWell: true, about: 'at times 429 with Retry-After' },
  flapping: { outlets: 3, endsWell: true, about: 'two of five requests get 500' },
  forgetful: { outlets: 3, endsWell: true, about: 'takes it, and breaks the connection before the answer' },
  resetting: { outlets: 3, endsWell: true, about: 'resets most connections, before or after the body' },
  gone: { outlets: 2, endsWell: true, about: '410 for a time; an operator resumes the channel' },
  down: { outlets: 2, endsWell: true, about: 'its port is closed for a long stretch' },
  hanging: { outlets: 3, endsWell: false, about: 'takes everything and never answers' },
  absent: { outlets: 2, endsWell: false, about: 'its port is never open' },
};

export const TEMPER_NAMES = Object.keys(TEMPERS) as Temper[];

/** Milliseconds from the start of the run. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface OutletPlan {
  /** Of its channel too. */
  readonly id: string;
  readonly temper: Temper;
  readonly endsWell: boolean;
  /** When it is as its temper says; for most the whole run. */
  readonly ill: readonly Stretch[];
}

/** An outlet that ends well is away for no longer than its deliveries are tried for (`RETRY_SCHEDULE`), milliseconds. */
const LONGEST_STRETCH_MS = 240_000;

/** Milliseconds; a number that JSON can tell. */
const FOR_EVER = Number.MAX_SAFE_INTEGER;

export function planOutlets(seed: string, durationMs: number): OutletPlan[] {
  const random = new Random(seed, 'outlets');
  return TEMPER_NAMES.flatMap((temper) =>
    Array.from({ length: TEMPERS[temper].outlets }, (_, index) => ({
      id: `${temper}-${index + 1}`,
      temper,
      endsWell: TEMPERS[temper].endsWell,
      ill: stretchesOf(temper, durationMs, random),
    })),
  );
}

function stretchesOf(temper: Temper, durationMs: number, random: Random): Stretch[] {
  const between = (least: number, most: number) =>
    Math.round(durationMs * (least + random.next() * (most - least)));
  const stretch = (fromMs: number, lengthMs: number): Stretch => ({
    fromMs,
    toMs: fromMs + Math.min(lengthMs, LONGEST_STRETCH_MS),
  });
  switch (temper) {
    case 'healthy':
      return [];
    case 'gone':
      return [stretch(between(0.1, 0.3), between(0.15, 0.25)), stretch(between(0.6, 0.7), between(0.1, 0.2))];
    case 'down':
      return [stretch(between(0.1, 0.4), between(0.3, 0.5))];
    case 'rate-limiting':
      return [0.1, 0.4, 0.7].map((from) => stretch(between(from, from + 0.1), between(0.1, 0.2)));
    case 'slow':
    case 'dripping':
    case 'endless':
    case 'flapping':
    case 'forgetful':
    case 'resetting':
      return [{ fromMs: 0, toMs: durationMs }];
    case 'hanging':
    case 'absent':
      return [{ fromMs: 0, toMs: FOR_EVER }];
  }
}

export function isIll({ ill }: OutletPlan, atMs: number): boolean {
  return ill.some(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
}
