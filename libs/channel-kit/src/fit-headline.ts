import type { FittedHeadline } from './rendition.js';

const PAIRS: Record<string, string> = {
  '“': '”',
  '‘': '’',
  '《': '》',
  '〈': '〉',
  '「': '」',
  '『': '』',
  '（': '）',
  '【': '】',
  '(': ')',
};
const CLOSERS = new Set(Object.values(PAIRS));
const ELLIPSIS = '…';

function openPairs(graphemes: readonly string[]): string[] {
  const open: string[] = [];
  for (const grapheme of graphemes) {
    const closer = PAIRS[grapheme];
    if (closer !== undefined) open.push(closer);
    else if (CLOSERS.has(grapheme) && open.at(-1) === grapheme) open.pop();
  }
  return open;
}

/** True if a cut between these would part a number from its unit or split a number or a Latin word (45.5%, 21.5亿元). */
function partsANumber(before: string, after: string): boolean {
  return /[\dA-Za-z.,]/.test(before) && /[\dA-Za-z.,%‰℃亿万千百元年月日时分个人名家]/.test(after);
}

/**
 * The headline within `limit` graphemes: unchanged if it fits, else the editor's short title if that fits, else cut at a
 * grapheme with "…", quotes and 《》 balanced, a number left with its unit. Rule of the newsroom: "What every push must carry".
 */
export function fitHeadline(
  headline: string,
  limit: number | null,
  shortTitle: string | null = null,
): FittedHeadline {
  const split = (text: string) =>
    [...new Intl.Segmenter('zh', { granularity: 'grapheme' }).segment(text)].map((part) => part.segment);
  if (limit === null) return { headline, cut: false };
  const graphemes = split(headline);
  if (graphemes.length <= limit) return { headline, cut: false };
  if (shortTitle !== null && split(shortTitle).length <= limit) return { headline: shortTitle, cut: true };
  for (let length = limit - 1; length > 0; length -= 1) {
    const kept = graphemes.slice(0, length);
    const last = kept.at(-1) ?? '';
    if (last.trim() === '' || last in PAIRS || partsANumber(last, graphemes[length] ?? '')) continue;
    const closers = openPairs(kept).reverse();
    if (kept.length + ELLIPSIS.length + closers.length <= limit) {
      return { headline: kept.join('') + ELLIPSIS + closers.join(''), cut: true };
    }
  }
  return { headline: graphemes.slice(0, Math.max(0, limit - 1)).join('') + ELLIPSIS, cut: true };
}
