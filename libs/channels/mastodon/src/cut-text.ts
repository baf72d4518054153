import { graphemesOf } from './length-of-status.js';

const ELLIPSIS = '…';
/** The end of a sentence with the quotes and brackets that close after it; of half-width marks those before a space or the end. */
const SENTENCE_END = /(?:[。！？…]+|[.!?]+(?=\s|$))[”’」』）》〉】)]*/gu;

/** Sentences that end before this share of the room are not worth leaving the rest of it empty. */
const WORTH_ENDING_AT = 0.5;

/**
 * The beginning of a text within `room` graphemes: whole if it fits, else whole sentences as long as they fill half of
 * the room, else up to the last grapheme that fits; what is cut ends with "…". Empty where not even that has room.
 */
export function beginningOf(text: string, room: number): string {
  const graphemes = graphemesOf(text);
  if (graphemes.length <= room) return text;
  if (room < 2) return '';
  const within = graphemes.slice(0, room - ELLIPSIS.length).join('');
  const ends = [...within.matchAll(SENTENCE_END)].map(({ index, 0: mark }) => index + mark.length);
  const end = ends.at(-1) ?? 0;
  const kept =
    graphemesOf(within.slice(0, end)).length >= room * WORTH_ENDING_AT ? within.slice(0, end) : within;
  return kept.trimEnd() + ELLIPSIS;
}
