import { useWords } from '../words/language.js';

/** What a repair is of and where, in words; a kind that is not known yet is shown as it is. */
export function useRepairWords() {
  const { say, sayIfKnown } = useWords();
  return {
    kindOf: (kind: string) => sayIfKnown(`kind.${kind}`) ?? kind,
    fieldOf: (field: string) => {
      const paragraph = /^body\/(\d+)$/.exec(field)?.[1];
      if (paragraph !== undefined) return say('field.body', { n: Number(paragraph) + 1 });
      return sayIfKnown(`field.${field}`) ?? field;
    },
  };
}
