import { cells, endsSentence, isDigit, isLatin, lengthWithoutSpaces } from './characters.js';
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
import type { Doubt } from './article-doubts.js';
import type { ArticleSource } from './find-articles.js';
import { headlineBlock } from './headline-block.js';
import {
  canBeHeadline,
  continuedMarkLength,
  continuesElsewhereAt,
  endsInAddress,
  isLabelled,
  isListItem,
} from './line-kinds.js';
import { proposeMisreadings } from './misreadings.js';
import type { FieldName, Hold, PageArticle, Repair } from './page-reading.js';
import type { Item } from './items.js';
import { paragraphsOf, type BodyPiece, type Paragraph } from './paragraphs.js';
import {
  closesQuoteFirst,
  isWholeQuotation,
  opensQuote,
  withFullWidthPunctuation,
  withoutSpacesAtMarks,
} from './punctuation.js';
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

function boundaryMessage({ because, line }: Doubt): string {
  switch (because) {
    case 'heading':
      return `“${line}”一行可能是另一篇稿件的开头，请核对本文到哪里结束。`;
    case 'page-break':
      return `本文与“${line}”之间隔着报头或版面信息，前后可能不是同一篇稿件，请核对原版。`;
    case 'interruption':
      return `正文中间夹有“${line}”一行，可能是广告、栏目名或正文的一部分，请核对原版。`;
    case 'after-end':
      return `“${line}”排在本文署名或来源之后，可能属于另一篇稿件或图片说明，请核对原版。`;
    case 'left-over':
      return `正文下方的“${line}”未收入正文，可能是广告，也可能是本文的最后一行，请核对原版。`;
    case 'seam':
      return `“${line}”之前的一句没有说完，可能有文字缺失，请核对原版。`;
    case 'advert':
      return `最后一段“${line}”可能是广告，请核对原版。`;
    case 'caption':
      return `最后一段“${line}”可能是图片说明，请核对原版。`;
  }
}

const LONG_ENOUGH_TO_JUDGE = 20;

function holdsOf(
  work: ArticleInWork,
  repairs: readonly Repair[],
  headTooLong: boolean,
  paragraphs: readonly Paragraph[],
): Hold[] {
  const holds: Hold[] = [];
  const proposals = repairs.filter((repair) => repair.class === 'propose').length;
  if (proposals > 0)
    holds.push({
      code: 'repairs-to-decide',
      message: `有${proposals}处疑似差错，请逐处核对原版后决定是否采纳修改。`,
    });
  if (work.headLines.length === 0)
    holds.push({ code: 'no-headline', message: '版面上未找到本文标题，请核对原版后补上标题。' });
  else if (work.source.headDoubtful || work.titleBelow || headTooLong)
    holds.push({
      code: 'headline-doubtful',
      message: '正文上方的标题行可能不属于本文或有缺漏，请核对原版的肩题、主题和副题。',
    });
  if (work.source.unannounced)
    holds.push({
      code: 'no-dateline',
      message: '本文没有电头，也没有题下署名，起止位置是按标题和段落推断的，请核对原版。',
    });
  if (paragraphs.length === 0) holds.push({ code: 'no-body', message: '标题下没有找到正文，请核对原版。' });
  if (work.source.boundaryDoubtful !== null)
    holds.push({
      code: 'boundary-doubtful',
      message: boundaryMessage(work.source.boundaryDoubtful),
    });
  if (work.bylines.some(({ doubtful }) => doubtful))
    holds.push({
      code: 'byline-doubtful',
      message: '署名可能被换行截断、连写或夹有其他文字，人名不作自动修改，请核对原版。',
    });
  else if (work.source.bylineDoubtful)
    holds.push({
      code: 'byline-doubtful',
      message: '署名排在两篇稿件之间，不能确定属于哪一篇，请核对原版。',
    });
  if (work.continued)
    holds.push({ code: 'continuation', message: '本文标有“上接”，开头在其他版面，请与前文合并后再发布。' });
  if (work.continuesElsewhere)
    holds.push({
      code: 'continued-elsewhere',
      message: '本文标有“下转”，其余部分在其他版面，请补齐后再发布。',
    });
  const unfinished = paragraphs.findIndex((_, at) => isUnfinished(paragraphs, at));
  if (unfinished !== -1 && !(work.continuesElsewhere && unfinished === paragraphs.length - 1))
    holds.push({
      code: 'body-unfinished',
      message:
        unfinished === paragraphs.length - 1
          ? '正文最后一段没有句末标点，可能有文字缺失，请核对原版。'
          : `正文第${unfinished + 1}段没有句末标点，可能有文字缺失或分段有误，请核对原版。`,
    });
  return holds;
}

/** A paragraph that stops within a sentence, though no list and no verse explains it. */
function isUnfinished(paragraphs: readonly Paragraph[], at: number): boolean {
  const paragraph = paragraphs[at];
  const next = paragraphs[at + 1];
  if (paragraph === undefined || paragraph.closed) return false;
  const { text } = paragraph.draft;
  if (endsSentence(text) || endsInAddress(text)) return false;
  // A short line without any mark within it can be a signature or a heading.
  const isText = lengthWithoutSpaces(text) > LONG_ENOUGH_TO_JUDGE || /[，。；,;]/u.test(text);
  if (next === undefined) return isText;
  if (/[，、,]$/u.test(text)) return true;
  if (/[：:；;]$/u.test(text) || [text, next.draft.text].some((one) => isListItem(one) || isLabelled(one)))
    return false;
  return isText;
}
