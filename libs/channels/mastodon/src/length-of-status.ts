/*
 * How Mastodon counts (its StatusLengthValidator): grapheme clusters of the text, in which every link counts as a fixed
 * number and of a mention only the part before the domain. Our texts hold no mention and one link (`defuse.ts`), so that
 * what counts is the graphemes and that link.
 */

const segmenter = new Intl.Segmenter('zh', { granularity: 'grapheme' });

export function graphemesOf(text: string): string[] {
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}

export function graphemeCount(text: string): number {
  let count = 0;
  for (const segment of segmenter.segment(text)) count += segment.segment === '' ? 0 : 1;
  return count;
}

/** A link that Mastodon surely takes as one: a name that ends in letters, a path of plain characters up to its end. */
const SURE =
  /^https?:\/\/(?:[a-z0-9-]+\.)+(?:[a-z]{2,}|xn--[a-z0-9-]+)(?::\d+)?(?:[/?#][\w\-.~/%&=+?#]*[\w/=-]|\/)?$/i;
/** One that it surely does not take: its host is an address or a single name, which have no top-level domain. */
const NO_DOMAIN = /^https?:\/\/(?:\[[^\]]*\]|\d+(?:\.\d+){3}|[a-z0-9-]+)(?:[:/?#]|$)/i;

/** What an ASCII link counts at most, in characters: where it is not sure how far Mastodon takes it as one, both ways of counting. */
export function linkLength(link: string, charactersPerUrl: number): number {
  if (SURE.test(link)) return charactersPerUrl;
  return NO_DOMAIN.test(link) ? link.length : charactersPerUrl + link.length;
}
