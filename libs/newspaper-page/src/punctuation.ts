import { isDigit, isFullWidthMark, isHan, isLatin, isSpace } from './characters.js';
import { flagged, mend, proposal, withNotes, type Draft, type DraftNote, type Edit } from './draft.js';

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
 * A double quote without a partner stays as printed and is proposed (`doubtful-mark`): an editor must look.
 */
export function withFullWidthPunctuation(draft: Draft, neighbours: QuoteNeighbours = ALONE): Draft {
  const text = draft.text;
  if (!/[,.;:!?()"'“”\uff61-\uff65]|--/u.test(text)) return draft;
  const scanner = new Scanner(text);
  const edits: Edit[] = [...scanner.marks(), ...scanner.brackets()].sort((a, b) => a.at - b.at);
  let result = mend(draft, edits, 'punctuation-width', true);
  const singles = pairedSingles(result.text);
  const doubles = pairedDoubles(result.text, neighbours);
  const quotes = [...singles.edits, ...doubles.edits].sort((a, b) => a.at - b.at);
  result = withNotes(mend(result, quotes, 'quotes', true), doubles.doubts);
  const odd = scanner.unpaired.map((at) =>
    flagged(result.text, 'unpaired-bracket', Math.min(at, result.text.length - 1), 1),
  );
  if (singles.odd !== null) odd.push(flagged(result.text, 'unpaired-quote', singles.odd, 1));
  return withNotes(result, odd);
}

/** Whether the text leaves a quotation open that its next paragraph may close. */
export function opensQuote(text: string): boolean {
  const left = text.match(/“/gu)?.length ?? 0;
  const right = text.match(/”/gu)?.length ?? 0;
  const straight = text.match(/"/gu)?.length ?? 0;
  return (left + right + straight) % 2 === 1 && (straight > 0 || left > right);
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
    // 增长3.5%. at the end of a Chinese paragraph; 1. opens a list.
    if (
      next === undefined &&
      this.chinese &&
      /[\d%％]/u.test(previous ?? '') &&
      /\p{Script=Han}/u.test(this.text)
    )
      return '。';
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

/** What the paragraphs around one leave open or close of a quotation that runs over both. */
export interface QuoteNeighbours {
  /** The paragraph before leaves a quotation open that this one may close. */
  opensBefore: boolean;
  /** A quotation that this paragraph leaves open is closed by the next one. */
  closesAfter: boolean;
}

const ALONE: QuoteNeighbours = { opensBefore: false, closesAfter: false };
/** Marks that cannot follow an opening quote, and those that cannot stand before a closing one. */
const NO_OPENING_BEFORE = /[，。、；：！？”）》」』】,.;:!?)]/u;
const NO_CLOSING_AFTER = /[：、（《“‘「『【:(]/u;

interface Quote {
  at: number;
  char: string;
  /** Its neighbours allow it to open a quotation. */
  opens: boolean;
  closes: boolean;
}

function quotesOf(text: string, straight: '"' | "'", left: string, right: string): Quote[] {
  const quotes: Quote[] = [];
  // Only the first mark can be a measure: behind another one it closes a quotation.
  const firstDouble = text.includes('“') ? -1 : text.indexOf('"');
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (char === left || char === right)
      quotes.push({ at, char, opens: char === left, closes: char === right });
    else if (char === straight && !isNoQuote(text, at, straight, firstDouble)) {
      const after = nextVisible(text, at, 1);
      const before = nextVisible(text, at, -1);
      quotes.push({
        at,
        char,
        opens: after !== undefined && !NO_OPENING_BEFORE.test(after),
        closes: before !== undefined && !NO_CLOSING_AFTER.test(before),
      });
    }
  }
  return quotes;
}

function nextVisible(text: string, at: number, step: 1 | -1): string | undefined {
  let place = at + step;
  // Spaces in a row were made one before.
  if (isSpace(text[place])) place += step;
  return text[place];
}

type Role = 'open' | 'close' | 'alone';

/** One way to pair the quotes of a text: what each is, and whether it is the only way with so few left alone. */
interface Pairing {
  roles: Role[];
  /** Quotes that have no partner in this text or its neighbours, the one left open at the end included. */
  alone: number;
  only: boolean;
}

/** Pairs quotes so that as few as possible stay alone; each must fit what stands beside it. Takes one pass. */
function pairing(quotes: readonly Quote[], neighbours: QuoteNeighbours): Pairing {
  // For both states, outside and inside of a quotation: fewest quotes alone, ways to get there, and the last step.
  let cost = [0, neighbours.opensBefore ? 0 : Infinity];
  let ways = [1, neighbours.opensBefore ? 1 : 0];
  const steps: [number, Role][][] = [];
  for (const { opens, closes } of quotes) {
    const next = [Infinity, Infinity];
    const count = [0, 0];
    const step: [number, Role][] = [
      [0, 'alone'],
      [1, 'alone'],
    ];
    const go = (from: number, to: number, role: Role, price: number): void => {
      const sum = (cost[from] ?? Infinity) + price;
      if (sum === Infinity || sum > (next[to] ?? Infinity)) return;
      count[to] = sum === next[to] ? Math.min(2, (count[to] ?? 0) + (ways[from] ?? 0)) : (ways[from] ?? 0);
      if (sum !== next[to]) step[to] = [from, role];
      next[to] = sum;
    };
    if (opens) go(0, 1, 'open', 0);
    if (closes) go(1, 0, 'close', 0);
    go(0, 0, 'alone', 1);
    go(1, 1, 'alone', 1);
    cost = next;
    ways = count;
    steps.push(step);
  }
  const inside = (cost[1] ?? Infinity) + (neighbours.closesAfter ? 0 : 1);
  const outside = (cost[0] ?? Infinity) + (neighbours.closesAfter ? 1 : 0);
  let state = inside < outside ? 1 : 0;
  const roles: Role[] = [];
  const last = state;
  for (let at = steps.length - 1; at >= 0; at -= 1) {
    const [from, role] = steps[at]?.[state] ?? [0, 'alone'];
    roles.push(role);
    state = from;
  }
  roles.reverse();
  if (last === 1 && !neighbours.closesAfter) roles[roles.lastIndexOf('open')] = 'alone';
  return {
    roles,
    alone: Math.min(inside, outside),
    only: inside !== outside && (ways[last] ?? 0) === 1,
  };
}

/** Straight double quotes become pairs; what has no partner stays as printed and is proposed to a person. */
function pairedDoubles(text: string, neighbours: QuoteNeighbours): { edits: Edit[]; doubts: DraftNote[] } {
  const edits: Edit[] = [];
  const doubts: DraftNote[] = [];
  const quotes = quotesOf(text, '"', '“', '”');
  if (quotes.length === 0) return { edits, doubts };
  if (quotes.every(({ char }) => char !== '"'))
    return { edits, doubts: nestedAlone(text, quotes, neighbours) };
  const { roles, alone, only } = pairing(quotes, neighbours);
  const pairs = pairsOf(quotes, roles);
  const sure = alone === 0 || only;
  if (!sure || pairs.some(({ start, end }) => isUnlikely(text, start, end))) {
    // More than one reading: all marks stay as printed.
    const first = quotes.find(({ char }, at) => char === '"' && (sure || roles[at] === 'alone')) ?? quotes[0];
    return { edits, doubts: first === undefined ? [] : [doubt(text, first)] };
  }
  const latin = new Set<number>();
  for (const { start, end } of pairs) {
    // An English quotation within English words keeps its own marks.
    if (start !== null && end !== null && isLatinQuotation(text, start, end)) latin.add(start).add(end);
  }
  for (const [at, quote] of quotes.entries()) {
    const role = roles[at];
    if (role === 'alone') doubts.push(doubt(text, quote));
    else if (quote.char === '"' && !latin.has(quote.at))
      edits.push({ at: quote.at, remove: 1, insert: role === 'open' ? '“' : '”' });
  }
  return { edits, doubts };
}

interface QuotePair {
  start: number | null;
  end: number | null;
}

function pairsOf(quotes: readonly Quote[], roles: readonly Role[]): QuotePair[] {
  const pairs: QuotePair[] = [];
  let start: number | null = null;
  for (const [at, { at: place }] of quotes.entries()) {
    if (roles[at] === 'open') start = place;
    else if (roles[at] === 'close') {
      pairs.push({ start, end: place });
      start = null;
    }
  }
  return pairs;
}

const LONGEST_QUOTED = 400;

/** A pair that stands between words on both sides and holds a full stop is two halves of other pairs: 抓好菜篮子"工程。抓好"米袋子. */
function isUnlikely(text: string, start: number | null, end: number | null): boolean {
  if (start === null || end === null) return false;
  if (end === start + 1) return true;
  if (!isHan(text[start - 1]) || !isHan(text[end - 1]) || !isHan(text[end + 1])) return false;
  return /[。！？]/u.test(text.slice(start, Math.min(end, start + LONGEST_QUOTED)));
}

/** Full-width quotes say themselves what they are and may stand one within another. */
function nestedAlone(text: string, quotes: readonly Quote[], neighbours: QuoteNeighbours): DraftNote[] {
  const open: Quote[] = [];
  const notes: DraftNote[] = [];
  let before = neighbours.opensBefore;
  for (const quote of quotes) {
    if (quote.char === '“') open.push(quote);
    else if (open.pop() === undefined) {
      if (!before) notes.push(doubt(text, quote));
      before = false;
    }
  }
  if (neighbours.closesAfter) open.pop();
  for (const quote of open) notes.push(doubt(text, quote));
  return notes;
}

/** What an editor is asked about a quote without a partner. */
function doubt(text: string, { at, char, opens, closes }: Quote): DraftNote {
  if (char === '“') return proposal(text, 'doubtful-mark', text.length, 0, '”');
  if (char === '”') return proposal(text, 'doubtful-mark', at, 1, '');
  const before = nextVisible(text, at, -1);
  const opening =
    opens && (!closes || before === undefined || !isHan(text[at + 1]) || /[，。]/u.test(before));
  return proposal(text, 'doubtful-mark', at, 1, opening || (opens && isHan(before)) ? '“' : '”');
}

/** Whether the first quote of a text closes a quotation that was opened before it. */
export function closesQuoteFirst(text: string): boolean {
  const at = text.search(/["“”]/u);
  if (at === -1) return false;
  const char = text[at];
  if (char !== '"') return char === '”';
  const straight = text.match(/"/gu)?.length ?? 0;
  if (straight % 2 === 0) return false;
  const before = nextVisible(text, at, -1);
  const after = nextVisible(text, at, 1);
  if (before === undefined) return false;
  return (
    /[。！？…]/u.test(before) || (isHan(before) && (after === undefined || NO_OPENING_BEFORE.test(after)))
  );
}

/** A paragraph that is a quotation from its first character to its last. */
export function isWholeQuotation(text: string): boolean {
  return /^["“][^"“”]+["”]$/u.test(text);
}

function pairedSingles(text: string): { edits: Edit[]; odd: number | null } {
  const places = quotesOf(text, "'", '‘', '’').filter(({ char }) => char === "'");
  const first = places[0];
  if (first === undefined) return { edits: [], odd: null };
  if (places.length % 2 === 1) return { edits: [], odd: first.at };
  const edits: Edit[] = [];
  for (let at = 0; at + 1 < places.length; at += 2) {
    const start = places[at]?.at ?? 0;
    const end = places[at + 1]?.at ?? 0;
    if (isLatinQuotation(text, start, end)) continue;
    edits.push({ at: start, remove: 1, insert: '‘' }, { at: end, remove: 1, insert: '’' });
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
