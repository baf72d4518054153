import { isDigit, isFullWidthMark, isHan, isLatin, isSpace } from './characters.js';
import { flagged, mend, withNotes, type Draft, type Edit } from './draft.js';

const FULL: Readonly<Record<string, string>> = { ',': '，', ';': '；', ':': '：', '!': '！', '?': '？' };
const HALF_WIDTH_FORMS: Readonly<Record<string, string>> = {
  '｡': '。',
  '､': '、',
  '｢': '「',
  '｣': '」',
  '･': '・',
};
/** Marks that a look for the next word passes over. */
const TRANSPARENT = new Set('"\'“”‘’()（）《》【】「」『』,.;:!?，。；：！？、…—-');

function isSolid(char: string): boolean {
  return !TRANSPARENT.has(char) && !isSpace(char);
}
/** Addresses and domain names: nothing in them is Chinese punctuation. */
const ADDRESS =
  /(?:https?|ftp):\/\/[\x21-\x7e]+|www\.[\x21-\x7e]+|[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,5}/gi;

/**
 * Half-width Chinese punctuation and straight quotes become full-width, quotes as pairs.
 * Numbers, times, ratios, Latin text and addresses keep theirs. To be asked for whole paragraphs only: a quote that a
 * column border cut apart pairs wrongly.
 * @param insideQuote a quotation of the paragraph before is still open
 */
export function withFullWidthPunctuation(draft: Draft, insideQuote = false): Draft {
  const text = draft.text;
  if (!/[,.;:!?()"'\uff61-\uff65]|--/.test(text)) return draft;
  const scanner = new Scanner(text);
  const edits: Edit[] = [...scanner.marks(), ...scanner.brackets()].sort((a, b) => a.at - b.at);
  let result = mend(draft, edits, 'punctuation-width', true);
  const quotes = pairedQuotes(result.text, insideQuote);
  result = mend(result, quotes.edits, 'quotes', true);
  const odd = scanner.unpaired.map((at) =>
    flagged(result.text, 'unpaired-bracket', Math.min(at, result.text.length - 1), 1),
  );
  if (quotes.odd !== null) odd.push(flagged(result.text, 'unpaired-quote', quotes.odd, 1));
  return withNotes(result, odd);
}

/** Whether the text leaves a quotation open that its next paragraph may close. */
export function leavesQuoteOpen(text: string): boolean {
  return text.lastIndexOf('“') > text.lastIndexOf('”');
}

/** Spaces beside Chinese marks in running text: typesetting never puts them there. */
export function withoutSpacesAtMarks(draft: Draft): Draft {
  const text = draft.text;
  const edits: Edit[] = [];
  for (const match of text.matchAll(
    /(?<=[，。；：！？、“‘（《]) +(?=\S)|(?<=\S) +(?=[，。；：！？、”’）》])/gu,
  )) {
    // Latin words and numbers beside a mark may carry the space of their own setting: 3： 1.
    edits.push({ at: match.index, remove: match[0].length, insert: '' });
  }
  return edits.length === 0 || isVerse(text) ? draft : mend(draft, edits, 'space-at-mark', false);
}

/** 春眠不觉晓， 处处闻啼鸟。: pieces of the same length, each with its mark, are lines of verse. */
function isVerse(text: string): boolean {
  const pieces = text.split(/ +/u);
  if (pieces.length < 2 || text.length > 400) return false;
  const [first] = pieces;
  return (
    first !== undefined &&
    pieces.every((piece) => piece.length === first.length && /[，。；：！？、]$/u.test(piece))
  );
}

class Scanner {
  readonly unpaired: number[] = [];
  private readonly before: (string | undefined)[];
  private readonly after: (string | undefined)[];
  private readonly address: [number, number][];
  private readonly chinese: boolean;

  constructor(private readonly text: string) {
    const size = text.length;
    this.before = new Array<string | undefined>(size);
    this.after = new Array<string | undefined>(size);
    let solid: string | undefined;
    let han = 0;
    let latin = 0;
    for (let at = 0; at < size; at += 1) {
      this.before[at] = solid;
      const char = text[at] ?? '';
      if (isHan(char)) han += 1;
      else if (isLatin(char)) latin += 1;
      if (isSolid(char)) solid = char;
    }
    solid = undefined;
    for (let at = size - 1; at >= 0; at -= 1) {
      this.after[at] = solid;
      const char = text[at] ?? '';
      if (isSolid(char)) solid = char;
    }
    this.chinese = han > latin;
    this.address = [...text.matchAll(ADDRESS)].map((match) => [match.index, match.index + match[0].length]);
  }

  marks(): Edit[] {
    const { text } = this;
    const edits: Edit[] = [];
    let nextAddress = 0;
    for (let at = 0; at < text.length; at += 1) {
      const char = text[at] ?? '';
      while ((this.address[nextAddress]?.[1] ?? Infinity) <= at) nextAddress += 1;
      const address = this.address[nextAddress];
      if (address !== undefined && at >= address[0]) continue;
      const wide = HALF_WIDTH_FORMS[char];
      if (wide !== undefined) {
        edits.push({ at, remove: 1, insert: wide });
        continue;
      }
      if (char === '.') {
        const run = /^\.+/.exec(text.slice(at, at + 12))?.[0].length ?? 1;
        const insert = this.stop(at, run);
        if (insert !== null) edits.push({ at, remove: run, insert });
        at += run - 1;
        continue;
      }
      if (
        char === '-' &&
        text[at + 1] === '-' &&
        text[at - 1] !== '-' &&
        text[at + 2] !== '-' &&
        isHan(this.before[at]) &&
        isHan(this.after[at + 1])
      ) {
        edits.push({ at, remove: 2, insert: '——' });
        at += 1;
        continue;
      }
      const full = FULL[char];
      if (full !== undefined && this.isChineseMark(at, char)) edits.push({ at, remove: 1, insert: full });
    }
    return edits;
  }

  private isChineseMark(at: number, char: string): boolean {
    const previous = this.text[at - 1];
    const next = this.text[at + 1];
    // 1,000 and 10:30 and 3:1
    if ((char === ',' || char === ':') && isDigit(previous) && isDigit(next)) return false;
    const before = this.before[at];
    const after = this.after[at];
    if (isHan(before) || isFullWidthMark(previous)) return true;
    if (char === '!' || char === '?')
      return this.chinese && before !== undefined && (after === undefined || isHan(after));
    if (isHan(after)) return !(isSpace(next) && isLatin(previous) && !this.chinese);
    // Between two Latin words or numbers of a Chinese sentence: an English mark would have a space after it.
    if (char === ':' && (isLatin(previous) || isDigit(previous))) return false;
    return (
      this.chinese && before !== undefined && after !== undefined && next !== undefined && !isSpace(next)
    );
  }

  private stop(at: number, run: number): string | null {
    const previous = this.text[at - 1];
    const next = this.text[at + run];
    const beside = isHan(this.before[at]) || isHan(this.after[at]);
    if (run >= 3) return beside ? '……' : null;
    if (run !== 1) return null;
    const afterChinese =
      isHan(previous) || (previous !== undefined && /["'”’)）》]/u.test(previous) && isHan(this.before[at]));
    // Between two Chinese characters it can be the dot of a foreign name, which no machine mends.
    if (!afterChinese || isHan(next) || isDigit(next) || isLatin(next)) return null;
    // 一. opens a list.
    if (/^[一二三四五六七八九十]{1,3}$/u.test(this.text.slice(0, at))) return null;
    return '。';
  }

  brackets(): Edit[] {
    const { text } = this;
    const edits: Edit[] = [];
    const open: number[] = [];
    let hanUpTo = 0;
    const hanCount: number[] = [];
    const positions: number[] = [];
    let nextAddress = 0;
    for (let at = 0; at < text.length; at += 1) {
      const char = text[at] ?? '';
      if (isHan(char)) hanUpTo += 1;
      while ((this.address[nextAddress]?.[1] ?? Infinity) <= at) nextAddress += 1;
      const address = this.address[nextAddress];
      if (address !== undefined && at >= address[0]) continue;
      if (char === '(' || char === '（') {
        open.push(at);
        hanCount.push(hanUpTo);
      } else if (char === ')' || char === '）') {
        const start = open.pop();
        const hanAtStart = hanCount.pop();
        if (start === undefined || hanAtStart === undefined) {
          // 1) opens a list.
          if (char === ')' && (isHan(text[at - 1]) || isHan(text[at + 1])) && !isDigit(text[at - 1]))
            edits.push({ at, remove: 1, insert: '）' });
          if (!isDigit(text[at - 1])) positions.push(at);
          continue;
        }
        const wide =
          text[start] === '（' ||
          char === '）' ||
          hanUpTo > hanAtStart ||
          isHan(text[start - 1]) ||
          isHan(text[at + 1]) ||
          isFullWidthMark(text[at + 1]);
        if (!wide) continue;
        if (text[start] === '(') edits.push({ at: start, remove: 1, insert: '（' });
        if (char === ')') edits.push({ at, remove: 1, insert: '）' });
      }
    }
    for (const at of open) {
      if (text[at] === '(' && (isHan(text[at - 1]) || isHan(text[at + 1])))
        edits.push({ at, remove: 1, insert: '（' });
      positions.push(at);
    }
    const first = positions[0];
    if (first !== undefined) this.unpaired.push(first);
    return edits;
  }
}

function pairedQuotes(text: string, insideQuote: boolean): { edits: Edit[]; odd: number | null } {
  const doubles = pairs(text, '"', '“', '”', insideQuote);
  const singles = pairs(text, "'", '‘', '’', false);
  return {
    edits: [...doubles.edits, ...singles.edits].sort((a, b) => a.at - b.at),
    odd: doubles.odd ?? singles.odd,
  };
}

function pairs(
  text: string,
  straight: '"' | "'",
  left: string,
  right: string,
  insideQuote: boolean,
): { edits: Edit[]; odd: number | null } {
  const places: { at: number; char: string }[] = [];
  // Only the first mark can be a measure: behind another one it closes a quotation.
  const firstDouble = text.includes('“') ? -1 : text.indexOf('"');
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (char === straight && !isNoQuote(text, at, straight, firstDouble)) places.push({ at, char });
    else if (straight === '"' && (char === left || char === right)) places.push({ at, char });
  }
  const first = places.find(({ char }) => char === straight);
  if (first === undefined) return { edits: [], odd: null };
  let open = false;
  if (insideQuote && places.length % 2 === 1 && first.at > 0) open = true;
  else if (places.length % 2 === 1) {
    // A quotation over several paragraphs is opened in each and closed in the last one only.
    const opensOnly = places.length === 1 && first.at === 0;
    if (!opensOnly) return { edits: [], odd: first.at };
  }
  const edits: Edit[] = [];
  let start: number | null = null;
  for (const { at, char } of places) {
    const opens: boolean = char === left || (char === straight && !open);
    if (char === straight) {
      if (opens) start = at;
      else if (start !== null && isLatinQuotation(text, start, at)) {
        // An English quotation within English words keeps its own marks.
        edits.pop();
        open = false;
        start = null;
        continue;
      }
      edits.push({ at, remove: 1, insert: opens ? left : right });
    }
    open = opens;
  }
  return { edits, odd: null };
}

/** An apostrophe (don't), a measure (5.5") or a year ('98). */
function isNoQuote(text: string, at: number, straight: string, firstDouble: number): boolean {
  const previous = text[at - 1];
  const next = text[at + 1];
  if (straight === "'")
    return (
      (isLatin(previous) && (isLatin(next) || next === ' ')) ||
      (isDigit(next) && isDigit(text[at + 2]) && !isHan(previous))
    );
  return isDigit(previous) && at === firstDouble;
}

function isLatinQuotation(text: string, start: number, end: number): boolean {
  const passed = (at: number): boolean =>
    at >= 0 && at < text.length && /[\s.,;:!?()'-]/.test(text[at] ?? '');
  // A few steps find the next word; long runs of marks are no quotation anyway.
  let before = start - 1;
  while (before > start - 9 && passed(before)) before -= 1;
  let after = end + 1;
  while (after < end + 9 && passed(after)) after += 1;
  const isOutside = (at: number): boolean =>
    at < 0 || at >= text.length || isLatin(text[at]) || isDigit(text[at]);
  return (
    isOutside(before) &&
    isOutside(after) &&
    !/[\p{Script=Han}]/u.test(text.slice(start, Math.min(end, start + 400)))
  );
}
