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

/** A number with its unit (45.5%, 21.5亿元, 2025年1月) or a Latin word; counted in UTF-16 units of the headline. */
const UNCUTTABLE =
  /[\p{Nd}A-Za-z]+(?:[.,:-][\p{Nd}A-Za-z]+)*[%％‰℃]?[十百千万亿余多]{0,3}(?:平方|立方|公)?[元年月日时分秒岁个名家人次吨亩米里户项件顷斤克]{0,2}/gu;

/** The cuts that would fall inside a number, its unit, or a Latin word, as UTF-16 offsets. */
function forbiddenCuts(headline: string): Set<number> {
  const cuts = new Set<number>();
  for (const { index, 0: text } of headline.matchAll(UNCUTTABLE)) {
    for (let offset = 1; offset < text.length; offset += 1) cuts.add(index + offset);
  }
  return cuts;
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
  const forbidden = forbiddenCuts(headline);
  for (let length = limit - 1; length > 0; length -= 1) {
    const kept = graphemes.slice(0, length);
    const last = kept.at(-1) ?? '';
    if (last.trim() === '' || last in PAIRS || forbidden.has(kept.join('').length)) continue;
    const closers = openPairs(kept).reverse();
    if (kept.length + ELLIPSIS.length + closers.length <= limit) {
      return { headline: kept.join('') + ELLIPSIS + closers.join(''), cut: true };
    }
  }
  return { headline: graphemes.slice(0, Math.max(0, limit - 1)).join('') + ELLIPSIS, cut: true };
}
