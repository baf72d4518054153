import { describe, expect, it } from '@jest/globals';
import { paragraphsOfHtml, sanitiseHtml } from './sanitise-html.js';

describe('sanitiseHtml', () => {
  it.each([
    ['<p onclick="x()">一</p>', '<p>一</p>'],
    ['<script>x</script><style>y</style>二', '二'],
    ['<a href="javascript:x">三</a>', '<a>三</a>'],
    ['<a href="JaVaScRiPt&#58;x">三</a>', '<a>三</a>'],
    ['<a href="//evil.example">四</a>', '<a>四</a>'],
    ['<a href="mailto:a@example.org">五</a>', '<a href="mailto:a@example.org">五</a>'],
    ['<img src="data:image/png;base64,AA">', ''],
    ['<img src="/relative.png">', ''],
    ['<img src="https://example.org/a.png" onerror="x">', '<img src="https://example.org/a.png" />'],
    ['<h1>题</h1><h6>小</h6>', '<h2>题</h2><h4>小</h4>'],
    ['<svg><circle/></svg><iframe src="https://x"></iframe><meta charset="x">', ''],
    ['a\u0000b\u0007', 'ab'],
  ])('makes %s to %s', (html, clean) => {
    expect(sanitiseHtml(html)).toBe(clean);
  });

  it.each([
    '<p><x><p>一</p></x></p>',
    '<p><x><p><y><p><z><p>一</p></z></p></y></p></x></p>',
    '<ul><b><li>一<li>二</b></ul>',
    '<table><td>一<table><td>二</table></table>',
    '&lt;script&gt;x&lt;/script&gt; &amp;amp; &nbsp;<b>粗',
    '<scr<script>x</script>ipt>alert(1)</scr</script>ipt>',
    '<!-- --!><img src=x onerror=y> -->',
    '<a href="https://example.org/?a=1&b=2">链</a>',
  ])('leaves what it made of %s as it is', (html) => {
    const once = sanitiseHtml(html);
    expect(sanitiseHtml(once)).toBe(once);
  });
});

describe('paragraphsOfHtml', () => {
  it.each([
    ['<p>一</p><p>二</p>', ['一', '二']],
    ['引<p>一</p>尾', ['引', '一', '尾']],
    ['<p>源码\n换行</p>', ['源码 换行']],
    ['<pre>诗一\n诗二</pre>', ['诗一', '诗二']],
    ['<table><tr><td>名</td><td>数</td></tr></table>', ['名 数']],
    ['<p>第一章\u3000总则</p>', ['第一章\u3000总则']],
    ['<p>&lt;b&gt; &amp;lt;</p>', ['<b> &lt;']],
    ['<p> </p><hr /><br />', []],
  ])('of %s are %j', (html, paragraphs) => {
    expect(paragraphsOfHtml(sanitiseHtml(html))).toEqual(paragraphs);
  });
});
