import { fitHeadline } from '@newsrelay/channel-kit/fit-headline';
import { legalText } from './xml.js';

/** Graphemes that a summary of several sentences has at most. */
const LEAD_GRAPHEMES = 120;
/**
 * The marks of Chinese bring their own space; after all else what follows stands apart: Latin sentences, and headings,
 * cells and list items, which end without any.
 */
const ENDS_WIDE = /[\u3000-\u303F\uFF00-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF40\uFF5B-\uFF65“”‘’…—]$/;
/** A first sentence longer than this is cut with "…". */
const SENTENCE_GRAPHEMES = 200;

const OPENING = '“‘「『（《〈【(';
const CLOSING = '”’」』）》〉】)';

const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' });
const lengthOf = (text: string) => [...graphemes.segment(text)].length;

/**
 * Sentences of a paragraph, each with the marks and spaces after it. They end at 。！？ outside quotes and brackets;
 * `Intl.Segmenter` breaks inside quotes. Of the half-width marks only those before a space or the end count: 3.5 is one number.
 */
export function sentencesOf(paragraph: string): string[] {
  const sentences: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < paragraph.length; at += 1) {
    const mark = paragraph.charAt(at);
    if (OPENING.includes(mark)) depth += 1;
    else if (CLOSING.includes(mark)) depth = Math.max(0, depth - 1);
    if (depth > 0) continue;
    const end = /^(?:[。！？]+|[.!?]+(?=\s|$))\s*/u.exec(paragraph.slice(at, at + 20));
    if (end === null) continue;
    at += end[0].length - 1;
    sentences.push(paragraph.slice(start, at + 1));
    start = at + 1;
  }
  if (start < paragraph.length) sentences.push(paragraph.slice(start));
  return sentences;
}

/**
 * The article's own first sentences, as many as stay within 120 graphemes, at least one: an extract cut by rule, nothing
 * is written anew. Empty where the paragraphs are.
 */
export function leadOf(paragraphs: readonly string[]): string {
  let lead = '';
  for (const paragraph of paragraphs.map((text) => legalText(text).replace(/\s+/g, ' '))) {
    for (const sentence of sentencesOf(paragraph)) {
      if (lead === '') {
        lead = fitHeadline(sentence.trim(), SENTENCE_GRAPHEMES).headline;
        continue;
      }
      const next = lead + (ENDS_WIDE.test(lead) ? '' : ' ') + sentence.trim();
      if (lengthOf(next) > LEAD_GRAPHEMES) return lead;
      lead = next;
    }
  }
  return lead;
}
