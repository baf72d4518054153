import { withoutFeedTokens } from '@newsrelay/contracts/feed-token';
import { cleanText } from '@newsrelay/contracts/text';

/** Longest name that is kept, UTF-16 units. */
const LONGEST = 100;

/** How many people a service reads for: another number every day, and none of the name. */
const SUBSCRIBERS = /[;,]?\s*\d+\s+(?:subscribers?|readers?)\b/gi;
/** `Mozilla/5.0 (compatible; Feedly/1.0; …)`: who it really is. */
const COMPATIBLE = /^Mozilla\/\S+ \(compatible; ([^;)]+)/i;
const COMMENTS = /\s*\([^()]*\)/g;

/**
 * How a reader is called in the figures: the products of its `User-Agent` (RFC 9110, section 10.1.5), without comments. Empty
 * where it says nothing.
 */
export function readerNameOf(userAgent: string | undefined): string {
  // Nothing long is taken apart.
  const said = cleanText((userAgent ?? '').slice(0, 1_000)).replace(SUBSCRIBERS, '');
  const name = COMPATIBLE.exec(said)?.[1] ?? said.replace(COMMENTS, '');
  return withoutFeedTokens(name).replace(/\s+/g, ' ').slice(0, LONGEST).toWellFormed().trim();
}
