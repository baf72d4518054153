/** Characters of one shingle. Three of them tell articles about the same place and people apart. */
const SHINGLE = 3;
const IGNORED = /[^\p{L}\p{N}]+/gu;

/**
 * How like two articles are by their text, 0 to 1: the share of three-character pieces that both have. Spaces,
 * punctuation and the width of characters do not count. A corrected article stays above 0.5, another article about the
 * same place and people below 0.3.
 */
export function likeness(a: string, b: string): number {
  const first = plain(a);
  const second = plain(b);
  if (first === second) return first === '' ? 0 : 1;
  const left = shingles(first);
  const right = shingles(second);
  let shared = 0;
  for (const [piece, count] of left) shared += Math.min(count, right.get(piece) ?? 0);
  const sizes = size(first) + size(second);
  return sizes === 0 ? 0 : (2 * shared) / sizes;
}

function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(IGNORED, '');
}

function size(text: string): number {
  return Math.max(0, text.length - SHINGLE + 1);
}

function shingles(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (let at = 0; at + SHINGLE <= text.length; at += 1) {
    const piece = text.slice(at, at + SHINGLE);
    counts.set(piece, (counts.get(piece) ?? 0) + 1);
  }
  return counts;
}
