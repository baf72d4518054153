/** Classes of characters that the stages share. */

/** Spaces that stand within a line, as a class for patterns; line ends are gone when this is asked. */
export const SPACE = '[ \\t\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000]';

// These run for every character of a page of up to four megabytes, so they compare codes and use no patterns.

/** One Chinese character, the zero 〇 included. Of a character beyond the basic plane the first half is asked for. */
export function isHan(char: string | undefined): boolean {
  if (char === undefined || char === '') return false;
  const code = char.charCodeAt(0);
  return (
    (code >= 0x3400 && code <= 0x9fff) ||
    code === 0x3005 ||
    code === 0x3007 ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xd840 && code <= 0xd888)
  );
}

export function isLatin(char: string | undefined): boolean {
  if (char === undefined || char === '') return false;
  const code = char.charCodeAt(0);
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || (code >= 0xc0 && code <= 0x24f);
}

export function isDigit(char: string | undefined): boolean {
  if (char === undefined || char === '') return false;
  const code = char.charCodeAt(0);
  return (code >= 0x30 && code <= 0x39) || (code >= 0xff10 && code <= 0xff19);
}

export function isSpace(char: string | undefined): boolean {
  if (char === undefined || char === '') return false;
  const code = char.charCodeAt(0);
  return (
    code === 0x20 ||
    code === 0x09 ||
    code === 0xa0 ||
    code === 0x3000 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x202f ||
    code === 0x205f
  );
}

const FULL_WIDTH_MARKS = new Set('、。！（），：；？〈〉《》「」『』【】〔〕〖〗“”‘’—…·・');

/** A mark that only Chinese typesetting uses, quotes and dashes included. */
export function isFullWidthMark(char: string | undefined): boolean {
  return char !== undefined && FULL_WIDTH_MARKS.has(char);
}

const SENTENCE_END = /(?:[。！？!?｡]|…|\.{3,}|(?<=[\p{Script=Han}〇”’"'）)》%％\d])\.)["'”’」』）)》】〉]*$/u;
/** （据《某报》）, （作者单位：某局）: what stands in brackets behind the last sentence closes the paragraph. */
const CLOSING_REMARK = /(?:[。！？!?｡…]["'”’」』]?)\s?[（(][^（()）。！？\n]{1,40}[）)]$/u;

/**
 * Whether a text stops where a sentence stops: 。！？ or …, closing quotes and brackets after it allowed, or a remark in
 * brackets behind it.
 */
export function endsSentence(text: string): boolean {
  // A tail is enough, and keeps the test cheap on a line of megabytes.
  const tail = text.slice(-48).trimEnd();
  return SENTENCE_END.test(tail) || CLOSING_REMARK.test(tail);
}

/** Length in characters as a reader counts them, spaces left out. */
export function lengthWithoutSpaces(text: string): number {
  let length = 0;
  for (const char of text) if (!isSpace(char)) length += 1;
  return length;
}

const HALF_MARKS = new Set(',.;:!?()"\'｡､｢｣');

/**
 * Width of a character in display cells: 2 for a full-width one, 1 for Latin letters and digits.
 * A half-width mark in Chinese text was printed full-width and then squeezed by the typesetter, so it counts between the two.
 */
export function cellsOfChar(char: string): number {
  if (HALF_MARKS.has(char)) return 1.5;
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
