import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { articleInput } from './article.js';
import { channelInput } from './channel.js';
import { Problem } from './problem.js';
import { parseOrProblem } from './problem-from-zod.js';

function refusal(schema: z.ZodType, value: unknown, prefix?: string): Problem {
  try {
    parseOrProblem(schema, value, prefix);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('it was taken');
}
const pathsOf = (problem: Problem) => problem.errors?.map(({ path }) => path);

describe('a refused input', () => {
  const schema = z.strictObject({
    name: z.string(),
    list: z.array(z.strictObject({ n: z.int() })).default([]),
  });

  it('names each unknown field, escaped as RFC 6901 has it', () => {
    const problem = refusal(schema, { name: 'x', 'a/b': 1, 'c~d': 2, list: [{ n: 1, 'e/~': 3 }] });
    expect(pathsOf(problem)).toEqual(['/list/0/e~1~0', '/a~1b', '/c~0d']);
    expect(problem.status).toBe(422);
    expect(problem.detail).toContain('/a~1b: is not a known field');
  });
  it('says that a field is required', () => {
    expect(refusal(schema, {}).errors).toEqual([{ path: '/name', message: 'is required: string' }]);
  });
  it('names the body itself by the empty pointer', () => {
    expect(pathsOf(refusal(schema, undefined))).toEqual(['']);
    expect(refusal(schema, []).detail).toMatch(/^body: /);
  });
  it('takes a prefix for a part that is validated by itself', () => {
    expect(pathsOf(refusal(schema, { name: 1 }, '/settings'))).toEqual(['/settings/name']);
  });
  it('stays short however much is wrong', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_value, index) => [`field${index}`, 1]));
    const problem = refusal(schema, { name: 'x', ...many });
    expect(problem.errors).toHaveLength(500);
    expect(problem.detail.length).toBeLessThanOrEqual(1000);
  });
});

describe('an article', () => {
  const least = { source: 'a', sourceId: '1', headline: '题', body: ['文'] };
  it('needs a body of one kind', () => {
    expect(pathsOf(refusal(articleInput, { ...least, body: [' '] }))).toEqual(['/body']);
    expect(articleInput.parse({ ...least, body: undefined, bodyHtml: '<p>x</p>' }).body).toBeUndefined();
    expect(articleInput.parse(least)).toMatchObject({
      kicker: null,
      language: 'zh-CN',
      sections: [],
      media: [],
    });
  });
});

describe('a channel', () => {
  it('holds no text that PostgreSQL cannot keep', () => {
    const channel = { id: 'a', type: 'webhook', name: 'A' };
    for (const text of ['a\0b', '\ud800'])
      expect(pathsOf(refusal(channelInput, { ...channel, settings: { url: text } }))).toEqual([
        '/settings/url',
      ]);
    expect(channelInput.parse({ ...channel, settings: { url: '😀', n: 1 } }).enabled).toBe(true);
  });
});
