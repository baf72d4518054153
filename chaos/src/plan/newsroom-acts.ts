import { Random } from './random.js';

/** One thing that the newsroom does; nothing of an article is sent before what came before it was answered. */
export interface Act {
  readonly number: number;
  /** Not before this, milliseconds from the start of the run. */
  readonly atMs: number;
  readonly kind: 'post' | 'correct' | 'withdraw';
  /** Counted from 1. */
  readonly article: number;
  /** Counted from 1 for each article; what its headline names. */
  readonly edition: number;
}

/** Articles taken in and changed in a second. */
const ACTS_PER_SECOND = 1.2;
const SHARES = { post: 0.5, correct: 0.35 };
/** Of what is changed, so much follows at once, while the version before may still be on its way. */
const IN_A_ROW = 0.3;
const IN_A_ROW_MS = 150;
/** A row ends before anything else can happen, so that an article's acts stay in order. */
const LONGEST_ROW_MS = 400;
/** Changes are mostly of the newest articles, as they are in a newsroom. */
const NEWEST = 5;

export function planActs(seed: string, durationMs: number): Act[] {
  const random = new Random(seed, 'newsroom');
  const acts: Act[] = [];
  const editions = new Map<number, number>();
  let articles = 0;
  const add = (kind: Act['kind'], article: number, atMs: number): void => {
    const edition = (editions.get(article) ?? 0) + 1;
    acts.push({ number: acts.length + 1, atMs: Math.round(atMs), kind, article, edition });
    // Nothing is done to an article that was withdrawn.
    if (kind === 'withdraw') editions.delete(article);
    else editions.set(article, edition);
  };
  for (let atMs = 0; ;) {
    atMs += ((0.5 + random.next()) * 1000) / ACTS_PER_SECOND;
    if (atMs >= durationMs)
      return acts.sort((one, other) => one.atMs - other.atMs || one.number - other.number);
    const share = random.next();
    const open = [...editions.keys()];
    if (share < SHARES.post || open.length === 0) {
      articles += 1;
      add('post', articles, atMs);
      continue;
    }
    const article = random.pick(random.chance(0.7) ? open.slice(-NEWEST) : open);
    if (share >= SHARES.post + SHARES.correct) {
      add('withdraw', article, atMs);
      continue;
    }
    add('correct', article, atMs);
    for (let more = atMs; random.chance(IN_A_ROW) && editions.has(article);) {
      more += random.next() * IN_A_ROW_MS;
      if (more - atMs > LONGEST_ROW_MS) break;
      add(random.chance(0.3) ? 'withdraw' : 'correct', article, more);
    }
  }
}
