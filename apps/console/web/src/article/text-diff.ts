import { diffArrays } from 'diff';

/** A stretch of text that stands in both versions, or in one of them. */
export interface Stretch {
  kind: 'same' | 'added' | 'removed';
  text: string;
}

export type ParagraphDiff =
  | { kind: 'same'; paragraphs: string[] }
  | { kind: 'changed'; stretches: Stretch[] }
  | { kind: 'added' | 'removed'; text: string };

/** Beyond so many changes two texts are shown as one taken out and one put in. */
const MAX_EDITS = 2_000;

const words = new Intl.Segmenter('zh', { granularity: 'word' });
const split = (text: string) => [...words.segment(text)].map(({ segment }) => segment);

/** What changed within a line, by words of Chinese as the browser knows them: a changed word reads better than half of one. */
export function lineDiff(before: string, after: string): Stretch[] {
  if (before === after) return before === '' ? [] : [{ kind: 'same', text: before }];
  const changes = diffArrays(split(before), split(after), { maxEditLength: MAX_EDITS });
  if (changes === undefined) return whole(before, after);
  const stretches = changes.map(({ added, removed, value }) => ({
    kind: added ? ('added' as const) : removed ? ('removed' as const) : ('same' as const),
    text: value.join(''),
  }));
  return isPatchwork(stretches) ? whole(before, after) : stretches;
}

const whole = (before: string, after: string): Stretch[] => [
  ...(before === '' ? [] : [{ kind: 'removed' as const, text: before }]),
  ...(after === '' ? [] : [{ kind: 'added' as const, text: after }]),
];

/** Two texts that share single marks only are not one text that was changed. */
function isPatchwork(stretches: readonly Stretch[]): boolean {
  const size = (kind: Stretch['kind']) =>
    stretches.filter((stretch) => stretch.kind === kind).reduce((sum, { text }) => sum + text.length, 0);
  return size('same') * 4 < Math.max(size('added'), size('removed'));
}

/** What changed between two bodies: paragraphs that stayed are gathered, changed ones are shown word by word. */
export function bodyDiff(before: readonly string[], after: readonly string[]): ParagraphDiff[] {
  const changes = diffArrays([...before], [...after], { maxEditLength: MAX_EDITS });
  if (changes === undefined) {
    return [
      ...before.map((text) => ({ kind: 'removed' as const, text })),
      ...after.map((text) => ({ kind: 'added' as const, text })),
    ];
  }
  const shown: ParagraphDiff[] = [];
  let removed: string[] = [];
  let added: string[] = [];
  const flush = () => {
    shown.push(...paired(removed, added));
    removed = [];
    added = [];
  };
  for (const change of changes) {
    if (change.removed) removed.push(...change.value);
    else if (change.added) added.push(...change.value);
    else {
      flush();
      shown.push({ kind: 'same', paragraphs: change.value });
    }
  }
  flush();
  return shown;
}

/** Paragraphs that went and came at one place: in order, as far as they go. */
function paired(removed: readonly string[], added: readonly string[]): ParagraphDiff[] {
  const both = Math.min(removed.length, added.length);
  return [
    ...removed
      .slice(0, both)
      .map((text, index) => ({ kind: 'changed' as const, stretches: lineDiff(text, added[index] ?? '') })),
    ...removed.slice(both).map((text) => ({ kind: 'removed' as const, text })),
    ...added.slice(both).map((text) => ({ kind: 'added' as const, text })),
  ];
}
