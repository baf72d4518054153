import { mend, type Draft, type Edit } from './draft.js';

/**
 * Radicals of the Unicode blocks 2E80–2EFF and 2F00–2FDF look like characters and are none: fonts of PDF files map some
 * characters to them. Kangxi radicals have a compatibility decomposition; of the others those that are characters by
 * themselves are listed (Unicode, CJK Radicals Supplement).
 */
const SUPPLEMENT: Readonly<Record<string, string>> = {
  '⺠': '民',
  '⻁': '虎',
  '⻄': '西',
  '⻅': '见',
  '⻆': '角',
  '⻉': '贝',
  '⻋': '车',
  '⻓': '长',
  '⻔': '门',
  '⻘': '青',
  '⻙': '韦',
  '⻚': '页',
  '⻛': '风',
  '⻜': '飞',
  '⻝': '食',
  '⻢': '马',
  '⻣': '骨',
  '⻤': '鬼',
  '⻥': '鱼',
  '⻦': '鸟',
  '⻨': '麦',
  '⻩': '黄',
  '⻬': '齐',
  '⻮': '齿',
  '⻰': '龙',
};
const RADICAL = /[\u2e80-\u2fd5]/gu;

/** The character that a radical stands for, itself where none is known. */
function characterOf(radical: string): string {
  return SUPPLEMENT[radical] ?? radical.normalize('NFKC');
}

/** A text with its radicals made characters. */
export function foldRadicals(text: string): string {
  return text.replace(RADICAL, characterOf);
}

/** Makes the radicals of a line characters, with one note for all. */
export function withoutRadicals(draft: Draft): Draft {
  const edits: Edit[] = [];
  for (const match of draft.text.matchAll(RADICAL)) {
    const character = characterOf(match[0]);
    if (character !== match[0]) edits.push({ at: match.index, remove: match[0].length, insert: character });
  }
  return mend(draft, edits, 'radical-character', true);
}
