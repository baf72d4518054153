import type { RepairClass } from './page-reading.js';

/** One change to a text: at `at`, `remove` UTF-16 units go and `insert` comes. */
export interface Edit {
  at: number;
  remove: number;
  insert: string;
}

/** A repair while the text is still in work; it gets its field and id when the article is put together. */
export interface DraftNote {
  class: RepairClass;
  kind: string;
  /** UTF-16 offset in the text as it stands now. */
  offset: number;
  before: string;
  after: string;
  count: number;
  /** For proposals: how many units from `offset` the replacement takes the place of. */
  proposal: { length: number; replacement: string } | null;
}

const CONTEXT = 8;
const LONGEST_CHANGE = 20;

/**
 * A text in the course of its repairs: what it says now and what was done to it.
 * Immutable; each mend gives a new draft in which the places of earlier notes are carried along.
 */
export interface Draft {
  readonly text: string;
  readonly notes: readonly DraftNote[];
}

export function draftOf(text: string): Draft {
  return { text, notes: [] };
}

/** Applies edits (sorted by place, not overlapping) without a note: what later stages explain themselves. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = '';
  let from = 0;
  for (const edit of edits) {
    result += text.slice(from, edit.at) + edit.insert;
    from = edit.at + edit.remove;
  }
  return result + text.slice(from);
}

/**
 * Applies the edits and notes them as automatic repairs.
 * @param together one note for all of them instead of one for each
 */
export function mend(draft: Draft, edits: readonly Edit[], kind: string, together: boolean): Draft {
  const first = edits[0];
  if (first === undefined) return draft;
  const text = applyEdits(draft.text, edits);
  const added: DraftNote[] = [];
  if (together) {
    // Where several edits stand close together, both excerpts show them all.
    const near = edits.slice(0, 6).filter((edit) => edit.at <= first.at + first.remove + CONTEXT);
    added.push({ ...shownEdit(draft.text, text, near, 0, kind), count: edits.length });
  } else {
    let shift = 0;
    for (const edit of edits) {
      added.push(shownEdit(draft.text, text, [edit], shift, kind));
      shift += edit.insert.length - edit.remove;
    }
  }
  return { text, notes: [...moveOffsets(draft.notes, edits), ...added] };
}

function shownEdit(
  old: string,
  text: string,
  edits: readonly Edit[],
  shift: number,
  kind: string,
): DraftNote {
  const start = edits[0]?.at ?? 0;
  const last = edits.at(-1);
  const end = last === undefined ? start : last.at + last.remove;
  const growth = edits.reduce((sum, edit) => sum + edit.insert.length - edit.remove, 0);
  return {
    class: 'auto',
    kind,
    offset: start + shift,
    before: excerpt(old, start, end - start),
    after: excerpt(text, start + shift, end - start + growth),
    count: 1,
    proposal: null,
  };
}

/** Adds notes without changing the text. All at once: a draft is copied by each addition. */
export function withNotes(draft: Draft, notes: readonly DraftNote[]): Draft {
  return notes.length === 0 ? draft : { text: draft.text, notes: [...draft.notes, ...notes] };
}

/** A proposal: the excerpts show the text with and without it. */
export function proposal(
  text: string,
  kind: string,
  offset: number,
  length: number,
  replacement: string,
): DraftNote {
  const start = Math.max(0, offset - CONTEXT - 1);
  const changed =
    text.slice(start, offset) + replacement + text.slice(offset + length, offset + length + CONTEXT + 1);
  return {
    class: 'propose',
    kind,
    offset,
    before: excerpt(text, offset, length),
    after: excerpt(changed, offset - start, replacement.length),
    count: 1,
    proposal: { length, replacement },
  };
}

/** Something odd that is shown to the editor; nothing is changed or held by it. */
export function flagged(text: string, kind: string, offset: number, length: number): DraftNote {
  const shown = excerpt(text, offset, length);
  return { class: 'flag', kind, offset, before: shown, after: shown, count: 1, proposal: null };
}

/** Takes away the first `length` units; notes inside them stay, at the start. */
export function dropStart(draft: Draft, length: number): Draft {
  if (length === 0) return draft;
  return {
    text: draft.text.slice(length),
    notes: draft.notes.map((entry) => ({ ...entry, offset: Math.max(0, entry.offset - length) })),
  };
}

/** Takes away everything from `offset` on; notes inside it stay, at the end. */
export function dropEnd(draft: Draft, offset: number): Draft {
  return {
    text: draft.text.slice(0, offset),
    notes: draft.notes.map((entry) => ({ ...entry, offset: Math.min(offset, entry.offset) })),
  };
}

export function trimDraft(draft: Draft): Draft {
  const start = draft.text.length - draft.text.trimStart().length;
  const text = draft.text.trim();
  return dropEnd(dropStart(draft, start), text.length);
}

/** Pieces of one text and what stands between each and the one before it. */
export interface Piece {
  draft: Draft;
  glue: string;
}

/** Puts pieces together in one pass and notes each seam as an automatic repair of the given kind. */
export function joinAll(pieces: readonly Piece[], kind: string): Draft {
  const texts: string[] = [];
  const notes: DraftNote[] = [];
  let length = 0;
  let before = '';
  for (const [index, { draft, glue }] of pieces.entries()) {
    if (index > 0) {
      const after = draft.text.slice(0, CONTEXT);
      notes.push({
        class: 'auto',
        kind,
        offset: length,
        before: `${before}⏎${after}`,
        after: before + glue + after,
        count: 1,
        proposal: null,
      });
      texts.push(glue);
      length += glue.length;
    }
    for (const entry of draft.notes) notes.push({ ...entry, offset: entry.offset + length });
    texts.push(draft.text);
    length += draft.text.length;
    before = draft.text.slice(-CONTEXT);
  }
  return { text: texts.join(''), notes };
}

/** A short piece of text for people around a place, cut at whole characters. */
export function excerpt(text: string, offset: number, length: number): string {
  const start = onCharacter(text, Math.max(0, offset - CONTEXT));
  const end = onCharacter(text, Math.min(text.length, offset + length + CONTEXT));
  if (length <= LONGEST_CHANGE) return text.slice(start, end);
  const head = text.slice(start, onCharacter(text, offset + LONGEST_CHANGE / 2));
  return `${head}…${text.slice(onCharacter(text, offset + length - LONGEST_CHANGE / 2), end)}`;
}

function onCharacter(text: string, offset: number): number {
  const code = text.charCodeAt(offset);
  return code >= 0xdc00 && code <= 0xdfff ? offset - 1 : offset;
}

function moveOffsets(notes: readonly DraftNote[], edits: readonly Edit[]): DraftNote[] {
  const sorted = [...notes].sort((a, b) => a.offset - b.offset);
  const moved: DraftNote[] = [];
  let shift = 0;
  let next = 0;
  for (const entry of sorted) {
    for (
      let edit = edits[next];
      edit !== undefined && edit.at + edit.remove <= entry.offset;
      edit = edits[next]
    ) {
      shift += edit.insert.length - edit.remove;
      next += 1;
    }
    moved.push({ ...entry, offset: Math.max(0, entry.offset + shift) });
  }
  return moved;
}
