import { describe, expect, it } from '@jest/globals';
import { articleInput, correctionInput } from '@newsrelay/contracts/article';
import { Problem } from '@newsrelay/contracts/problem';
import { contentOfInput, hashOfStored, inputHash, withoutStaleBody } from './article-content.js';

const input = (fields: object) =>
  articleInput.parse({ source: 'a', sourceId: '1', headline: '题', body: ['文'], ...fields });
const hashOf = (fields: object) => inputHash(contentOfInput(input(fields)), null);

describe('contentOfInput', () => {
  it('makes paragraphs of HTML where none came, and leaves those that did', () => {
    expect(contentOfInput(input({ body: undefined, bodyHtml: '<p>一</p>' }))).toMatchObject({
      body: ['一'],
      bodyHtml: '<p>一</p>',
    });
    expect(contentOfInput(input({ bodyHtml: '<h2>文</h2>' })).body).toEqual(['文']);
    expect(() => contentOfInput(input({ bodyHtml: '<p>一</p>' }))).toThrow('bodyHtml: does not say the same');
  });
  it('has no HTML where nothing is left of it', () => {
    for (const bodyHtml of [null, '', ' ', '<script>x</script>'])
      expect(contentOfInput(input({ bodyHtml })).bodyHtml).toBeNull();
  });
  it('refuses HTML without a text and without a picture', () => {
    for (const bodyHtml of ['<script>x</script>', '<img src="/relative.png">', '<table></table>']) {
      expect(() => contentOfInput(input({ body: undefined, bodyHtml }))).toThrow(Problem);
    }
  });
  it('takes pictures without a text', () => {
    const bodyHtml = '<figure><img src="https://example.org/a.png" /></figure>';
    expect(contentOfInput(input({ body: undefined, bodyHtml }))).toMatchObject({ body: [], bodyHtml });
    expect(contentOfInput(input({ body: [], bodyHtml }))).toMatchObject({ body: [], bodyHtml });
  });
});

describe('inputHash', () => {
  it('is the same for what means the same', () => {
    expect(hashOf({ headline: ' 题\n', kicker: '', keywords: [] })).toBe(hashOf({}));
  });
  it('is another for any change, the embargo included', () => {
    const hashes = [
      hashOf({}),
      hashOf({ headline: '题 ' + '二' }),
      hashOf({ body: ['文', '文'] }),
      hashOf({ bylines: [{ role: '记者', name: '曹俐' }] }),
      hashOf({ bylines: [{ role: null, name: '曹俐' }] }),
      inputHash(contentOfInput(input({})), new Date(0)),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe('what an earlier build stored', () => {
  const bodyHtml = '<p>一<a>二</a></p><p></p>';
  const sent = input({ body: undefined, bodyHtml });
  const stored = { ...contentOfInput(sent), bodyHtml };

  it('is the same again where only our way of writing it changed', () => {
    expect(contentOfInput(sent).bodyHtml).not.toBe(bodyHtml);
    expect(hashOfStored(stored, null)).toBe(inputHash(contentOfInput(sent), null));
  });
  it('is told from what an editor changed beside it', () => {
    const correction = correctionInput.parse({ headline: '题', body: ['改'], bodyHtml });
    expect(withoutStaleBody(correction, stored)).toMatchObject({ body: ['改'], bodyHtml: null });
  });
});
