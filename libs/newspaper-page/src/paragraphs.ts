import { endsSentence, lengthWithoutSpaces } from './characters.js';
import type { Draft } from './draft.js';
import { canBeSubhead, endsInAddress, isLabelled, isListItem, isNumbered } from './line-kinds.js';
import type { ItemKind } from './items.js';
import { joinPieces } from './seams.js';
import { closesQuoteFirst } from './punctuation.js';

/** A fragment of a body on its way to a paragraph. */
export interface BodyPiece {
  draft: Draft;
  kind: ItemKind;
  indent: number;
  level: number;
  bold: boolean;
}

export interface Paragraph {
  draft: Draft;
  /** The fragments it was put together from stopped within a sentence. */
  joined: boolean;
  /** A paragraph by itself whatever it ends in: a subhead, a verse, an item of a list. */
  closed: boolean;
}

const SALUTATION = 20;

/**
 * Puts the fragments of a body together: one that does not end a sentence goes on in the next, whatever gap stands
 * between them.
 * @param indents the page indents its paragraphs, so that an indented fragment begins one
 */
export function paragraphsOf(pieces: readonly BodyPiece[], indents: boolean): Paragraph[] {
  const paragraphs: Paragraph[] = [];
  let group: BodyPiece[] = [];
  let state = new OpenMarks();
  const flush = (): void => {
    const [first] = group;
    if (first === undefined) return;
    const drafts = group.map((piece) => piece.draft);
    const draft = group.length === 1 ? first.draft : joinPieces(drafts, 'fragments-joined');
    paragraphs.push({
      draft,
      joined: group.length > 1,
      closed: first.kind === 'closed' || (group.length === 1 && isHeading(first)),
    });
    group = [];
    state = new OpenMarks();
  };
  for (const piece of pieces) {
    const last = group.at(-1);
    if (last !== undefined && !goesOn(last, group.length === 1, piece, state, indents)) flush();
    group.push(piece);
    state.read(piece.draft.text);
  }
  flush();
  return paragraphs;
}

function isHeading(piece: BodyPiece): boolean {
  return piece.kind === 'head' && (piece.level > 0 || piece.bold || canBeSubhead(piece.draft.text));
}

function goesOn(
  last: BodyPiece,
  alone: boolean,
  next: BodyPiece,
  state: OpenMarks,
  indents: boolean,
): boolean {
  const text = last.draft.text;
  const after = next.draft.text;
  if (
    last.kind === 'closed' ||
    next.kind === 'closed' ||
    next.kind === 'note' ||
    last.kind === 'byline' ||
    next.kind === 'byline'
  )
    return false;
  if (next.level > 0 || next.bold || (alone && isHeading(last))) return false;
  // No paragraph ends in a comma, whatever the next line is indented by.
  if (indents && next.indent >= 2 && !/[，、,]$/u.test(text)) return false;
  // 增长3. and 5%: a point behind a digit, with a digit below it, ends no sentence for sure.
  if (/\d\.$/.test(text) && /^\d/.test(after)) return true;
  const startsQuote = /^["“「『]/u.test(after);
  if (endsSentence(text)) {
    // A full stop within a quotation or a bracket does not end the paragraph, if the next fragment closes it.
    return state.isClosedBy(after) && !startsQuote && next.kind === 'text' && !isListItem(after);
  }
  if (next.kind === 'head' && (isNumbered(after) || endsInAddress(text))) return false;
  if (/[：:；;]$/u.test(text)) {
    if (isListItem(after) || (isLabelled(after) && /[：:]$/u.test(text))) return false;
    // A salutation stands alone: 亲爱的读者：
    if (alone && /[：:]$/u.test(text) && lengthWithoutSpaces(text) <= SALUTATION && !/[，。,]/u.test(text))
      return false;
  }
  if (isListItem(text) && isNumbered(after)) return false;
  return true;
}

/** Quotes and brackets of a paragraph that wait for their other half. */
class OpenMarks {
  private quotes = 0;
  private straight = 0;
  private brackets = 0;

  read(text: string): void {
    for (const char of text) {
      if (char === '“') this.quotes += 1;
      else if (char === '”') this.quotes = Math.max(0, this.quotes - 1);
      else if (char === '"') this.straight += 1;
      else if (char === '（' || char === '(' || char === '《') this.brackets += 1;
      else if (char === '）' || char === ')' || char === '》') this.brackets = Math.max(0, this.brackets - 1);
    }
  }

  /** An open mark alone is no reason to go on: it can be a misprint. */
  isClosedBy(text: string): boolean {
    if (this.quotes > 0 || this.straight % 2 === 1) return closesQuoteFirst(text);
    return this.brackets > 0 && /^[^（(《）)》]*[）)》]/u.test(text);
  }
}
