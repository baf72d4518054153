import { describe, expect, it } from '@jest/globals';
import { HTML_TAGS, type HtmlTag } from './html-tags.js';
import { subsetHtml } from './subset-html.js';

const subset = (html: string, tags: readonly HtmlTag[] = []) => subsetHtml(html, new Set(tags));

describe('the HTML of an edition', () => {
  it.each([
    ['<p>a<br />b <strong>c</strong></p>', '<p>a\nb c</p>'],
    ['<h2>head</h2><p>text</p>', '<p>head</p><p>text</p>'],
    [
      '<ul><li>one</li><li>two<ol><li>deep</li></ol>end</li></ul>',
      '<p>one</p><p>two</p><p>deep</p><p>end</p>',
    ],
    [
      '<table><caption>c</caption><tbody><tr><th>1</th><td>2</td></tr></tbody></table>',
      '<p>c</p><p>1</p><p>2</p>',
    ],
    ['<blockquote><p>a</p>b</blockquote>', '<p>a</p><p>b</p>'],
    ['<div>a<div> </div></div>', '<p>a</p>'],
    ['<figure><img src="https://a.example/" alt="x"/><figcaption>c</figcaption></figure>', '<p>c</p>'],
    ['<p><a href="https://a.example/">link</a><img src="https://a.example/"/></p>', '<p>link</p>'],
    ['<video src="https://a.example/"><a href="https://a.example/">film</a></video>', 'film'],
    ['<p>1 &lt; 2 &amp;amp; \u00A0</p>', '<p>1 &lt; 2 &amp;amp; \u00A0</p>'],
  ])('without tags keeps the text of %j', (html, text) => {
    expect(subset(html)).toBe(text);
  });

  it('keeps what is allowed, with its parts and attributes', () => {
    expect(subset('<ul><li>a</li></ul><ol><li>b</li></ol>', ['ul'])).toBe('<ul><li>a</li></ul><p>b</p>');
    expect(subset('<ul><li>a<ol><li>b</li></ol></li></ul>', ['ul'])).toBe('<ul><li>a<p>b</p></li></ul>');
    expect(subset('<table><tbody><tr><td colspan="2"><em>x</em></td></tr></tbody></table>', ['table'])).toBe(
      '<table><tbody><tr><td colspan="2">x</td></tr></tbody></table>',
    );
    expect(subset('<pre>a\nb</pre>', ['br'])).toBe('<p>a<br/>b</p>');
    expect(subset('<figure><img src="https://a.example/?a=1&amp;b=2" alt="&quot;"/></figure>', ['img'])).toBe(
      '<p><img src="https://a.example/?a=1&amp;b=2" alt="&quot;"/></p>',
    );
  });

  it('with all tags is what it was', () => {
    const html =
      '<div dir="rtl"><h2>a</h2><ol><li>b<br/></li></ol><table><tbody><tr><td>c</td></tr></tbody></table><p><u>d</u></p></div>';
    expect(subset(html, HTML_TAGS)).toBe(html);
  });
});
