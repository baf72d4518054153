import { isDigit, isLatin } from './characters.js';
import { joinAll, proposal, withNotes, type Draft, type DraftNote } from './draft.js';

/** Where two pieces of one text meet: what belongs between them, and what only a person can tell. */

/** An address that the end of a line cut: https://www.gov. and cn/fuwu. */
const OPEN_ADDRESS = /(?:https?:\/\/|www\.)[\w./?=&%#:~-]*$|[\w.+-]+@[\w.-]*$/iu;
/** Longest address whose beginning is looked for. */
const MOST_UNITS = 160;

interface Seam {
  glue: string;
  /** The two may as well be one number or one word: taking the space out is proposed. */
  doubt: 'number-across-lines' | 'word-across-lines' | null;
}

/** Puts the pieces of one text together; a seam that can be read in two ways is proposed. */
export function joinPieces(drafts: readonly Draft[], kind: 'line-wrap' | 'fragments-joined'): Draft {
  const seams = drafts.map((draft, at): Seam =>
    at === 0 ? { glue: '', doubt: null } : seamBetween(drafts[at - 1]?.text ?? '', draft.text),
  );
  const joined = joinAll(
    drafts.map((draft, at) => ({ draft, glue: seams[at]?.glue ?? '' })),
    kind,
  );
  const doubts: DraftNote[] = [];
  let length = 0;
  for (const [at, { glue, doubt }] of seams.entries()) {
    if (doubt !== null) doubts.push(proposal(joined.text, doubt, length, glue.length, ''));
    length += glue.length + (drafts[at]?.text.length ?? 0);
  }
  return withNotes(joined, doubts);
}

function seamBetween(before: string, after: string): Seam {
  const last = before.at(-1);
  const first = after[0];
  const goesOnInAddress =
    /[\w./?=&%#:~@-]/u.test(first ?? '') && OPEN_ADDRESS.test(before.slice(-MOST_UNITS));
  if (goesOnInAddress) return { glue: '', doubt: null };
  // 56 and 2024 are two numbers or one; a full stop behind a digit can be its decimal point.
  if (isDigit(first) && (isDigit(last) || /\d\.$/.test(before)))
    return { glue: ' ', doubt: 'number-across-lines' };
  if (isLatin(last) && isLatin(first))
    return { glue: ' ', doubt: isNewWord(before, after) ? null : 'word-across-lines' };
  const spaced =
    (isLatin(last) && isDigit(first)) ||
    (/[,.;:!?]/.test(last ?? '') && isLatin(first) && /[A-Za-z][,.;:!?]$/.test(before));
  return { glue: spaced ? ' ' : '', doubt: null };
}

/** Green and Valley are two words; iPh and one can be one. */
function isNewWord(before: string, after: string): boolean {
  return /[a-z]$/.test(before) && /^[A-Z]/.test(after);
}
