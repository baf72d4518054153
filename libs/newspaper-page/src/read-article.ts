import { cells, endsSentence, isDigit, isLatin } from './characters.js';
import { endByline, endEditor } from './article-ends.js';
import type { BylineReading } from './byline.js';
import { findWraps } from './column-width.js';
import { proposeMarks } from './doubtful-marks.js';
import {
  dropEnd,
  dropStart,
  flagged,
  mend,
  proposal,
  trimDraft,
  type Draft,
  withNotes,
  type DraftNote,
  type Edit,
} from './draft.js';
import type { ArticleSource } from './find-articles.js';
import { holdsOf } from './article-holds.js';
import { headlineBlock } from './headline-block.js';
import { canBeHeadline, continuedMarkLength, continuesElsewhereAt } from './line-kinds.js';
import { proposeMisreadings } from './misreadings.js';
import type { FieldName, PageArticle, Repair } from './page-reading.js';
import type { Item } from './items.js';
import { paragraphsOf, type BodyPiece, type Paragraph } from './paragraphs.js';
import {
  closesQuoteFirst,
  isWholeQuotation,
  opensQuote,
  withFullWidthPunctuation,
  withoutSpacesAtMarks,
} from './punctuation.js';
import { mayTellOfPicture } from './pictures.js';
import { foldRadicals } from './radicals.js';
import { repeatedStart } from './repetition.js';

/** An article whose parts are told apart and whose wraps are not yet judged: that takes the whole page. */
export interface ArticleInWork {
  source: ArticleSource;
  headLines: Item[];
  dateline: string | null;
  bylines: BylineReading[];
  editor: string | null;
  pieces: (BodyPiece & Lead)[];
  continuesElsewhere: boolean;
  continued: boolean;
  /** 题：春到山乡 behind the dateline, under a headline that says something else or nothing of it. */
  titleBelow: boolean;
}

/** What was taken off the start of a piece. */
interface Lead {
  /** Its cells. */
  lead: number;
  /** It ended in a space. */
  leadEndsLine: boolean;
}

const NO_LEAD: Lead = { lead: 0, leadEndsLine: false };

/** 新华社北京3月5日电 题：春到山乡 */
const AGENCY_TITLE = /^题\s?[：:]\s?/u;

/** Takes dateline, bylines, editor and continuation marks off the text of an article. */
export function partsOf(source: ArticleSource): ArticleInWork {
  const work: ArticleInWork = {
    source,
    headLines: source.head.filter(({ kind }) => kind === 'head'),
    dateline: null,
    bylines: source.head.flatMap(({ byline }) => (byline === null ? [] : [byline])),
    editor: source.body.findLast(({ editorBelow }) => editorBelow !== null)?.editorBelow ?? null,
    pieces: [],
    continuesElsewhere: false,
    continued: false,
    titleBelow: false,
  };
  for (const item of source.head)
    if (item.kind === 'note') work.pieces.push(pieceOf(item, item.fragment.draft, NO_LEAD));
  const lastText = source.body.findLastIndex(
    ({ kind, fragment }) =>
      (kind === 'text' || kind === 'opening' || kind === 'continued' || kind === 'closed') &&
      continuesElsewhereAt(fragment.draft.text) !== 0,
  );
  for (const [at, item] of source.body.entries()) {
    if (item.kind === 'byline' && item.byline !== null) {
      work.bylines.push(item.byline);
      continue;
    }
    let draft = item.fragment.draft;
    if (continuesElsewhereAt(draft.text) === 0) {
      work.continuesElsewhere = true;
      continue;
    }
    let lead = NO_LEAD;
    if (item.kind === 'continued' || item.kind === 'opening' || at === 0) {
      const mark = continuedMarkLength(draft.text);
      if (mark > 0) {
        work.continued = true;
        draft = withoutMark(draft, 0, mark);
      }
    }
    if (
      item.kind === 'continued' &&
      at === 0 &&
      draft.text !== '' &&
      canBeHeadline(draft.text) &&
      work.headLines.length === 0 &&
      standsApart(source.body[1])
    ) {
      // 上接第1版 with the headline once more behind it.
      work.headLines.push({ ...item, kind: 'head', fragment: { ...item.fragment, draft } });
      continue;
    }
    if (item.kind === 'opening' && item.opening !== null) {
      const { dateline, byline, length } = item.opening;
      work.dateline = dateline;
      if (byline !== null) work.bylines.push(byline);
      const taken = draft.text.slice(0, length);
      lead = { lead: cells(taken), leadEndsLine: /\s$/u.test(taken) };
      draft = dropStart(draft, length);
      const title = dateline === null ? null : AGENCY_TITLE.exec(draft.text);
      if (title !== null) {
        const rest = dropStart(draft, title[0].length);
        if (work.headLines.length === 0 && canBeHeadline(rest.text)) {
          work.headLines.push({ ...item, kind: 'head', fragment: { ...item.fragment, draft: rest } });
          continue;
        }
        work.titleBelow = true;
        if (canBeHeadline(rest.text)) {
          work.pieces.push({ ...pieceOf(item, draft, lead), kind: 'closed' });
          continue;
        }
      }
    }
    if (at === lastText) draft = withoutTail(draft, work);
    if (draft.text !== '') work.pieces.push(pieceOf(item, draft, lead));
  }
  return work;
}

/** A line right below, without a blank line or an indentation, can be the rest of a sentence. */
function standsApart(below: Item | undefined): boolean {
  return below !== undefined && (below.fragment.gap > 0 || below.fragment.indent >= 2);
}

function pieceOf(item: Item, draft: Draft, lead: Lead): BodyPiece & Lead {
  return {
    draft,
    kind: item.kind,
    indent: item.fragment.indent,
    level: item.fragment.level,
    bold: item.fragment.bold,
    ...lead,
  };
}

function withoutMark(draft: Draft, at: number, length: number): Draft {
  return trimDraft(mend(draft, [{ at, remove: length, insert: '' }], 'continuation-mark', false));
}

/** Editor, byline and continuation mark stand in any order after the last sentence. */
function withoutTail(draft: Draft, work: ArticleInWork): Draft {
  let rest = draft;
  for (let round = 0; round < 3; round += 1) {
    const mark = continuesElsewhereAt(rest.text);
    if (mark !== -1) {
      work.continuesElsewhere = true;
      rest = withoutMark(rest, mark, rest.text.length - mark);
      continue;
    }
    const editor = endEditor(rest.text);
    if (editor !== null) {
      work.editor ??= editor.editor;
      rest = trimDraft(dropEnd(rest, editor.at));
      continue;
    }
    const byline = endByline(rest.text);
    if (byline === null) break;
    work.bylines.push(byline.reading);
    rest = trimDraft(dropEnd(rest, byline.at));
  }
  return rest;
}

/** Takes the spaces of wrapped lines out of the bodies of all articles of a page. */
export function withoutWraps(articles: readonly ArticleInWork[], indents: boolean): ArticleInWork[] {
  const running = articles.flatMap(({ pieces }) => pieces.filter(({ kind }) => kind !== 'closed'));
  const wraps = findWraps(
    running.map(({ draft, lead, leadEndsLine, indent }) => ({
      text: draft.text,
      lead,
      leadEndsLine,
      indent: indents ? indent : null,
    })),
  );
  const mended = new Map(running.map((piece, at) => [piece, wrapped(piece.draft, wraps[at] ?? [])]));
  return articles.map((article) => ({
    ...article,
    pieces: article.pieces.map((piece) => ({ ...piece, draft: mended.get(piece) ?? piece.draft })),
  }));
}

function wrapped(draft: Draft, places: readonly number[]): Draft {
  const { text } = draft;
  const edits: Edit[] = [];
  const numbers: number[] = [];
  for (const at of places) {
    const before = text[at - 1];
    const after = text[at + 1];
    if (isLatin(before) && isLatin(after)) continue;
    // Two numbers run together make a third one: that is for a person.
    if (isDigit(before) && isDigit(after)) numbers.push(at);
    else edits.push({ at, remove: 1, insert: '' });
  }
  const doubts = numbers.map((at) => proposal(text, 'number-across-lines', at, 1, ''));
  return mend(withNotes(draft, doubts), edits, 'line-wrap', false);
}

/** Puts an article together: paragraphs, punctuation, proposals, holds. */
export function finishArticle(
  work: ArticleInWork,
  page: { indents: boolean; editor: string | null },
): PageArticle {
  const block = headlineBlock(
    work.headLines.map(({ fragment }) => ({
      draft: fragment.draft,
      level: fragment.level,
      bold: fragment.bold,
    })),
  );
  const title = (draft: Draft | null): Draft | null =>
    draft === null ? null : proposeMisreadings(withFullWidthPunctuation(draft));
  const kicker = title(block.kicker);
  let headline = title(block.headline);
  const subtitle = title(block.subtitle);
  if (headline !== null && block.chosen)
    headline = withNotes(headline, [flagged(headline.text, 'headline-choice', 0, headline.text.length)]);
  const paragraphs = paragraphsOf(work.pieces, page.indents);
  const body = finishBody(paragraphs);
  const bylines = work.bylines.flatMap((reading) => reading.bylines);
  const fields: [FieldName, readonly DraftNote[]][] = [
    ['kicker', kicker?.notes ?? []],
    ['headline', headline?.notes ?? []],
    ['subtitle', subtitle?.notes ?? []],
    ['bylines', bylineNotes(work)],
    ...body.map((draft, at): [FieldName, readonly DraftNote[]] => [`body/${at}`, draft.notes]),
  ];
  const repairs = numbered(fields);
  return {
    kicker: kicker?.text ?? null,
    headline: headline?.text ?? '',
    subtitle: subtitle?.text ?? null,
    dateline: work.dateline,
    bylines,
    editor: work.editor ?? page.editor,
    body: body.map(({ text }) => text),
    holds: holdsOf(work, repairs, block.doubtful, paragraphs),
    repairs,
    raw: rawOf(work.source),
  };
}

function finishBody(paragraphs: readonly Paragraph[]): Draft[] {
  const body: Draft[] = [];
  let closedBefore = false;
  let opensBefore = false;
  for (const [at, paragraph] of paragraphs.entries()) {
    const next = paragraphs[at + 1]?.draft.text ?? '';
    // In a quotation of several paragraphs each opens with a quote and only the last one closes.
    const closesAfter =
      opensQuote(paragraph.draft.text) && (closesQuoteFirst(next) || isWholeQuotation(next));
    let draft = withFullWidthPunctuation(paragraph.draft, { opensBefore, closesAfter });
    if (!paragraph.closed) draft = withoutSpacesAtMarks(draft);
    opensBefore = closesAfter && closesQuoteFirst(next);
    draft = proposeMarks(proposeMisreadings(draft));
    // Verse repeats on purpose.
    if (!paragraph.closed)
      draft = proposeRepetitions(draft, closedBefore ? null : (body.at(-1)?.text ?? null));
    if (at > 0 && mayTellOfPicture(draft.text))
      draft = withNotes(draft, [flagged(draft.text, 'possible-caption', 0, draft.text.length)]);
    closedBefore = paragraph.closed;
    body.push(draft);
  }
  return body.filter(({ text }) => text !== '');
}

/** At the border to the paragraph before, and at the seams where fragments were put together. */
function proposeRepetitions(draft: Draft, before: string | null): Draft {
  const found = new Map<number, DraftNote>();
  const repeat = (at: number, previous: string, cut: boolean): void => {
    if (found.has(at)) return;
    const length = repeatedStart(previous, draft.text.slice(at), cut);
    if (length > 0) found.set(at, proposal(draft.text, 'repeated-text', at, length, ''));
  };
  if (before !== null) repeat(0, before, !endsSentence(before));
  for (const { kind, offset } of draft.notes) {
    if (kind === 'fragments-joined')
      repeat(offset, draft.text.slice(Math.max(0, offset - 600), offset), true);
  }
  return withNotes(draft, [...found.values()]);
}

function bylineNotes({ bylines, source }: ArticleInWork): DraftNote[] {
  const flag = (kind: string, shown: string): DraftNote => ({
    class: 'flag',
    kind,
    offset: 0,
    before: shown,
    after: shown,
    count: 1,
    proposal: null,
  });
  const printed = rawOf(source);
  return bylines.flatMap(({ bylines: named, others }) => [
    ...named.flatMap(({ name }) => [
      ...(/^\p{Script=Han} \p{Script=Han}$/u.test(name) ? [flag('name-spacing', name)] : []),
      // A name is mended by no machine unseen, not even from a radical to the character that it shows.
      ...(!printed.includes(name) && foldRadicals(printed).includes(name)
        ? [flag('name-character', name)]
        : []),
    ]),
    // 等 is no name, and who the others are is not printed.
    ...(others ? [flag('others-not-named', `${named.at(-1)?.name ?? ''} 等`)] : []),
  ]);
}

function rawOf({ head, body }: ArticleSource): string {
  return [...head, ...body].flatMap(({ fragment }) => fragment.lines.map(({ raw }) => raw)).join('\n');
}

function numbered(fields: readonly [FieldName, readonly DraftNote[]][]): Repair[] {
  const repairs: Repair[] = [];
  for (const [field, notes] of fields) {
    for (const entry of [...notes].sort((a, b) => a.offset - b.offset)) {
      const { class: repairClass, kind, before, after, count, offset, proposal } = entry;
      const place = proposal === null ? null : { field, offset, ...proposal };
      repairs.push({
        id: `r${repairs.length + 1}`,
        class: repairClass,
        kind,
        field,
        before,
        after,
        count,
        place,
      });
    }
  }
  return repairs;
}
