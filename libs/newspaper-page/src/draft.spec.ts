import { describe, expect, it } from '@jest/globals';
import { draftOf, dropStart, excerpt, joinAll, mend, proposal, withNotes } from './draft.js';

describe('draft', () => {
  it('notes each edit with an excerpt of both sides', () => {
    const draft = mend(
      draftOf('一二 三四 五六'),
      [
        { at: 2, remove: 1, insert: '' },
        { at: 5, remove: 1, insert: '' },
      ],
      'line-wrap',
      false,
    );
    expect(draft.text).toBe('一二三四五六');
    expect(draft.notes.map(({ offset, before, after }) => [offset, before, after])).toEqual([
      [2, '一二 三四 五六', '一二三四五六'],
      [4, '一二 三四 五六', '一二三四五六'],
    ]);
  });

  it('counts edits of one kind together', () => {
    const draft = mend(
      draftOf('甲,乙,丙'),
      [
        { at: 1, remove: 1, insert: '，' },
        { at: 3, remove: 1, insert: '，' },
      ],
      'punctuation-width',
      true,
    );
    expect(draft.notes).toHaveLength(1);
    expect(draft.notes[0]).toMatchObject({ count: 2, before: '甲,乙,丙', after: '甲，乙，丙' });
  });

  it('carries the places of earlier notes along', () => {
    const noted = withNotes(draftOf('甲--乙丙丁'), [proposal('甲--乙丙丁', 'x', 4, 1, '戊')]);
    const mended = mend(noted, [{ at: 1, remove: 2, insert: '——！' }], 'y', true);
    const [first] = mended.notes;
    expect(mended.text.slice(first?.offset, (first?.offset ?? 0) + 1)).toBe('丙');
    expect(dropStart(mended, 2).notes[0]?.offset).toBe((first?.offset ?? 0) - 2);
  });

  it('joins pieces and notes the seams', () => {
    const draft = joinAll(
      [
        { draft: draftOf('注入不'), glue: '' },
        { draft: draftOf('竭动力'), glue: '' },
      ],
      'fragments-joined',
    );
    expect(draft.text).toBe('注入不竭动力');
    expect(draft.notes).toMatchObject([{ offset: 3, before: '注入不⏎竭动力', after: '注入不竭动力' }]);
  });

  it('keeps excerpts short and never cuts a character in two', () => {
    const text = '𠮷'.repeat(60);
    const cut = excerpt(text, 41, 60);
    expect(cut.length).toBeLessThanOrEqual(44);
    expect(cut.isWellFormed()).toBe(true);
  });
});
