/** Where words begin and end, by the dictionary that the engine brings along. */

const words = new Intl.Segmenter('zh', { granularity: 'word' });
/** Characters on either side that are looked at: more than a word has. */
const NEAR = 4;

/** Whether a word reaches over the seam of two texts: 这件事并不简 and 单，还要多方协调. */
export function isOneWord(before: string, after: string): boolean {
  const left = before.slice(-NEAR);
  const seam = left.length;
  for (const { index, segment } of words.segment(left + after.slice(0, NEAR))) {
    if (index >= seam) return false;
    if (index + segment.length > seam) return true;
  }
  return false;
}
