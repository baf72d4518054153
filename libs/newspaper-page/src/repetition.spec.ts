import { describe, expect, it } from '@jest/globals';
import { repeatedStart } from './repetition.js';

describe('text repeated at a border', () => {
  it('is found with the space after it, whatever the width of marks', () => {
    const text = '提供一站式服务,确保项目早投产、早达效。 济宁高新区发展改革局';
    const length = repeatedStart('积极为企业提供一站式服务，确保项目早投产、早达效。', text, false);
    expect(text.slice(length)).toBe('济宁高新区发展改革局');
  });

  it('is found where a sentence was cut', () => {
    expect(repeatedStart('会议由济宁高新区管委会', '济宁高新区管委会主办', true)).toBe(8);
  });

  it('is found for a whole paragraph, however long', () => {
    const paragraph = `${'很长的一段话，'.repeat(80)}完了。`;
    expect(repeatedStart(paragraph, paragraph, false)).toBe(paragraph.length);
  });

  it.each([
    ['大家的事大家办。', '大家的事大家商量，才能办好。'],
    ['这就是发展。', '发展要靠产业。'],
    ['会议召开。', '会议召开后，与会人员参观了展览。'],
  ])('%s / %s repeats nothing', (before, text) => {
    expect(repeatedStart(before, text, false)).toBe(0);
  });
});
