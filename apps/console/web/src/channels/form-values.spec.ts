import { describe, expect, it } from '@jest/globals';
import { listOf, numbersOf } from './form-values.js';

const schema = {
  properties: { title: { type: 'string' }, maxItems: { type: 'integer' }, open: { type: 'boolean' } },
};

describe('listOf', () => {
  it('takes what people type between the parts', () => {
    expect(listOf('要闻，经济、文化, 民生\n要闻;')).toEqual(['要闻', '经济', '文化', '民生']);
    expect(listOf('  ')).toEqual([]);
  });
});

describe('numbersOf', () => {
  it('makes of texts what the schema wants', () => {
    expect(numbersOf(schema, { title: ' 要闻 ', maxItems: '20', open: 'false' }, false)).toEqual({
      title: '要闻',
      maxItems: 20,
      open: false,
    });
  });
  it('leaves out what is empty, and takes it away in a patch', () => {
    expect(numbersOf(schema, { title: '要闻', maxItems: '' }, false)).toEqual({ title: '要闻' });
    expect(numbersOf(schema, { title: '要闻', maxItems: '' }, true)).toEqual({
      title: '要闻',
      maxItems: null,
    });
  });
});
