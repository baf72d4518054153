import { isHan, isSpace } from './characters.js';

const LONGEST = 240;
/** Fewer Chinese characters than this can repeat by chance, or on purpose. */
const FEWEST_WHOLE = 8;
const FEWEST_CUT = 6;

/**
 * How much of the start of `text` says again what `before` ends with, as happens where a column or a picture cuts a
 * paragraph and the extraction takes one line twice. Width of punctuation and spaces do not count.
 * @param cut `before` stops within a sentence, so that a repetition cannot be on purpose
 * @returns UTF-16 units at the start of `text`, the space after them included; 0 for none
 */
export function repeatedStart(before: string, text: string, cut: boolean): number {
  // Most borders repeat nothing, and that shows at once.
  if (!before.slice(-LONGEST * 2).includes(text.slice(0, 1))) return 0;
  if (before.length >= FEWEST_WHOLE && text.startsWith(before)) return before.length;
  if (!before.slice(-LONGEST * 2).includes(text.slice(0, 2))) return 0;
  const tail = plain(before.slice(-LONGEST * 2)).slice(-LONGEST);
  const head = plain(text.slice(0, LONGEST * 2)).slice(0, LONGEST);
  for (let length = Math.min(tail.length, head.length); length > 0; length -= 1) {
    if (!sameAt(tail, head, length)) continue;
    const repeated = head.slice(0, length);
    const han = repeated.filter(({ char }) => isHan(char)).length;
    const last = repeated.at(-1);
    if (last === undefined || han < (cut ? FEWEST_CUT : FEWEST_WHOLE)) return 0;
    let end = last.at + 1;
    while (end < text.length && isSpace(text[end])) end += 1;
    return end;
  }
  return 0;
}

interface Placed {
  char: string;
  at: number;
}

function sameAt(tail: readonly Placed[], head: readonly Placed[], length: number): boolean {
  const from = tail.length - length;
  for (let at = 0; at < length; at += 1) if (tail[from + at]?.char !== head[at]?.char) return false;
  return true;
}

const WIDTH: Readonly<Record<string, string>> = {
  '，': ',',
  '；': ';',
  '：': ':',
  '！': '!',
  '？': '?',
  '（': '(',
  '）': ')',
  '“': '"',
  '”': '"',
  '‘': "'",
  '’': "'",
};

function plain(text: string): Placed[] {
  const placed: Placed[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (!isSpace(char)) placed.push({ char: WIDTH[char] ?? char, at });
  }
  return placed;
}
