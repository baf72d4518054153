/** Classes of characters that the stages share. */

/** One Chinese character, the zero 〇 included. */
export const HAN = '[\\p{Script=Han}〇]';
const HAN_ONE = new RegExp(`^${HAN}$`, 'u');
const LATIN_ONE = /^[A-Za-z\u00c0-\u024f]$/u;
const DIGIT_ONE = /^[0-9\uff10-\uff19]$/u;
const FULL_WIDTH_MARK =
  /^[\u3001\u3002\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f\u3008-\u3011\u3014-\u301b\u201c\u201d\u2018\u2019\u2014\u2026\u00b7\u30fb]$/u;

/** Spaces that stand within a line; line ends are gone when this is asked. */
export const SPACE = '[ \\t\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000]';
const SPACE_ONE = new RegExp(`^${SPACE}$`, 'u');

export function isHan(char: string | undefined): boolean {
  return char !== undefined && HAN_ONE.test(char);
}

export function isLatin(char: string | undefined): boolean {
  return char !== undefined && LATIN_ONE.test(char);
}

export function isDigit(char: string | undefined): boolean {
  return char !== undefined && DIGIT_ONE.test(char);
}

export function isSpace(char: string | undefined): boolean {
  return char !== undefined && SPACE_ONE.test(char);
}

/** A mark that only Chinese typesetting uses, quotes and dashes included. */
export function isFullWidthMark(char: string | undefined): boolean {
  return char !== undefined && FULL_WIDTH_MARK.test(char);
}

const SENTENCE_END = /(?:[。！？!?｡]|…|\.{3,}|(?<=[\p{Script=Han}〇”’"'）)》])\.)["'”’」』）)》】〉]*$/u;

/** Whether a text stops where a sentence stops: 。！？ or …, closing quotes and brackets after it allowed. */
export function endsSentence(text: string): boolean {
  // A tail is enough, and keeps the test cheap on a line of megabytes.
  return SENTENCE_END.test(text.slice(-24).trimEnd());
}

/** Length in characters as a reader counts them, spaces left out. */
export function lengthWithoutSpaces(text: string): number {
  let length = 0;
  for (const char of text) if (!isSpace(char)) length += 1;
  return length;
}

/**
 * Width of a character in display cells: 2 for a full-width one, 1 for Latin letters and digits.
 * A half-width mark in Chinese text was printed full-width and then squeezed by the typesetter, so it counts between the two.
 */
export function cellsOfChar(char: string): number {
  if (/^[,.;:!?()"'\uff61-\uff64]$/u.test(char)) return 1.5;
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x1100) return 1;
  // Quotes, dashes and ellipses are of ambiguous width; Chinese fonts draw them full-width.
  if (code >= 0xff61 && code <= 0xffdc) return 1;
  if (code >= 0x2000 && code <= 0x200f) return 1;
  return 2;
}

/** Width of a text in display cells. */
export function cells(text: string): number {
  let sum = 0;
  for (const char of text) sum += cellsOfChar(char);
  return sum;
}
