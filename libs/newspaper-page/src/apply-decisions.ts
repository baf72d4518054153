import type { ArticleText, Repair } from './page-reading.js';

export type Decision = 'accept' | 'reject';
/** What applying needs to know of a repair. */
export type Decidable = Pick<Repair, 'id' | 'class' | 'place'>;

/**
 * Applies an editor's decisions: accepted replacements are made, rejected ones and undecided ones leave the text.
 * Places count in the text as delivered, so several in one paragraph are applied from the last to the first. Of two
 * accepted places that overlap the earlier one counts. A paragraph that an accepted repair empties goes away.
 * @throws RangeError when a place does not lie in the text: the repairs belong to another text
 */
export function applyDecisions<Fields extends ArticleText>(
  fields: Fields,
  repairs: readonly Decidable[],
  decisions: Readonly<Record<string, Decision>>,
): Fields {
  const accepted = repairs.flatMap(({ id, class: repairClass, place }) =>
    repairClass === 'propose' && place !== null && Object.hasOwn(decisions, id) && decisions[id] === 'accept'
      ? [place]
      : [],
  );
  const rewrite = (name: string, text: string): string => {
    const places = accepted.filter(({ field }) => field === name).sort((a, b) => a.offset - b.offset);
    let result = '';
    let from = 0;
    for (const { offset, length, replacement } of places) {
      if (offset < 0 || length < 0 || offset + length > text.length)
        throw new RangeError(`repair of ${name} at ${offset} lies outside its text`);
      if (offset < from) continue;
      result += text.slice(from, offset) + replacement;
      from = offset + length;
    }
    return result + text.slice(from);
  };
  return {
    ...fields,
    kicker: fields.kicker === null ? null : rewrite('kicker', fields.kicker),
    headline: rewrite('headline', fields.headline),
    subtitle: fields.subtitle === null ? null : rewrite('subtitle', fields.subtitle),
    body: fields.body
      .map((paragraph, at) => rewrite(`body/${at}`, paragraph))
      .filter((paragraph) => paragraph.trim() !== ''),
  };
}
