import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { likeness } from './likeness.js';
import { readPage } from './read-page.js';

const text = readFileSync(new URL('../../../samples/pages/jining-gaoxin-857.txt', import.meta.url), 'utf8');
const { articles } = readPage(text);

describe('likeness', () => {
  it('tells the articles of one page apart, though they share place and people', () => {
    for (const [at, one] of articles.entries()) {
      for (const other of articles.slice(at + 1)) expect(likeness(one.raw, other.raw)).toBeLessThan(0.3);
    }
  });

  it('recognises an article after a correction', () => {
    for (const { raw } of articles) {
      const lines = raw.split('\n');
      expect(likeness(raw, raw.replace(/\d+/, '999').replace('刘菲', '刘非'))).toBeGreaterThan(0.9);
      expect(likeness(raw, ['全新的标题换了说法', ...lines.slice(1)].join('\n'))).toBeGreaterThan(0.5);
      // One of its paragraphs written anew; the shortest article here has two.
      const body = lines.filter((line) => line.length > 60);
      const shortest = body.reduce(
        (least, line) => (line.length < least.length ? line : least),
        body[0] ?? '',
      );
      expect(likeness(raw, raw.replace(shortest, '这一段完全重写，说的是另外一件事情。'))).toBeGreaterThan(
        0.5,
      );
    }
  });

  it('does not see spaces, punctuation and width', () => {
    expect(likeness('本报讯(记者 张三)2025年', '本报讯（记者　张三）２０２５年')).toBe(1);
  });

  it('is symmetric and within 0 and 1', () => {
    const [a, b] = articles.map(({ raw }) => raw);
    expect(likeness(a ?? '', b ?? '')).toBe(likeness(b ?? '', a ?? ''));
    expect(likeness('', '')).toBe(0);
    expect(likeness('甲', '乙')).toBe(0);
    expect(likeness('甲', '甲')).toBe(1);
  });
});
