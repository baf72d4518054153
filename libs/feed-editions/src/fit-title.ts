import { fitHeadline } from '@newsrelay/channel-kit/fit-headline';
import type { FittedHeadline, ReleasedArticle } from '@newsrelay/channel-kit/rendition';
import type { Profile } from './profile.js';

const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' });
const lengthOf = (text: string) => [...graphemes.segment(text)].length;

/** Ideographic space, the width of a character: what newspapers set between the lines of a headline block. */
const WIDE_SPACE = '\u3000';

export interface FittedTitle extends FittedHeadline {
  /** True if it is shorter than the profile's partner takes, and nothing could be added. */
  tooShort: boolean;
}

/**
 * The headline within the profile's lengths, in graphemes: a longer one cut as headlines are everywhere (`fitHeadline`), a
 * shorter one with kicker before and subtitle after it where the profile says so.
 */
export function fitTitle(
  { headline, kicker, subtitle }: Pick<ReleasedArticle, 'headline' | 'kicker' | 'subtitle'>,
  { min, max, short }: Profile['titles'],
): FittedTitle {
  let title = headline;
  if (short === 'lengthen') {
    if (lengthOf(title) < min && kicker !== null) title = kicker + WIDE_SPACE + title;
    if (lengthOf(title) < min && subtitle !== null) title = title + WIDE_SPACE + subtitle;
  }
  const fitted = fitHeadline(title, max ?? null);
  return {
    headline: fitted.headline,
    // Where only what was added had to give way, the text need not begin with the headline.
    cut: !fitted.headline.includes(headline),
    tooShort: lengthOf(fitted.headline) < min,
  };
}
