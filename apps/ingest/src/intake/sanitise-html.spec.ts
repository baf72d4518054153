import { describe, expect, it } from '@jest/globals';
import { Problem } from '@newsrelay/contracts/problem';
import { paragraphsOfHtml, sanitiseHtml } from './sanitise-html.js';

describe('sanitiseHtml', () => {
  it.each([
    ['<p onclick="x()">一</p>', '<p>一</p>'],
    ['<script>x</script><style>y</style>二', '二'],
    ['<a href="javascript:x">三</a>', '三'],
    ['<a href="JaVaScRiPt&#58;x">三</a>', '三'],
    ['<a href="//evil.example">四</a>', '四'],
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
    [
      '<a href="https://例子.中国/路径?q=中 文&amp;x=1">链</a>',
      'https://xn--fsqu00a.xn--fiqs8s/%E8%B7%AF%E5%BE%84?q=%E4%B8%AD%20%E6%96%87&amp;x=1',
    ],
    ['<a href=" HTTPS://Example.com ">链</a>', 'https://example.com/'],
    ['<a href="mailto:张@例子.中国">链</a>', 'mailto:%E5%BC%A0@%E4%BE%8B%E5%AD%90.%E4%B8%AD%E5%9B%BD'],
  ])('writes the address of %s in ASCII', (html, href) => {
    expect(sanitiseHtml(html)).toBe(`<a href="${href}">链</a>`);
  });

  it.each([
    '/rel/a.html',
    'b.html?x=1',
    '#top',
    'https:evil.com',
    'https:/evil.com',
    'http://',
    'ftp://x/',
    '',
    'tel:1',
  ])('leaves the text of a link that leads nowhere from elsewhere: %s', (href) => {
    expect(sanitiseHtml(`<p>前<a href="${href}">链<b>接</b></a>后</p>`)).toBe('<p>前链<b>接</b>后</p>');
    expect(sanitiseHtml(`<p>前<img src="${href}">后</p>`)).toBe('<p>前后</p>');
  });

  it('writes the addresses of images in ASCII', () => {
    expect(sanitiseHtml('<img alt="a>b" src="https://example.com/图 1.jpg">')).toBe(
      '<img src="https://example.com/%E5%9B%BE%201.jpg" alt="a&gt;b" />',
    );
  });

  it('lets no number make room that no page has', () => {
    const image = (size: string) => `<img src="https://example.org/a.png"${size} />`;
    expect(sanitiseHtml(image(' width="640" height="480"'))).toBe(image(' width="640" height="480"'));
    for (const size of ['99999', '-1', '0', '50%', '1e9', ' 640']) {
      expect(sanitiseHtml(image(` width="${size}" height="${size}"`))).toBe(image(''));
    }
    const cell = (span: string) => `<table><tbody><tr><td${span}>一</td></tr></tbody></table>`;
    expect(sanitiseHtml(cell(' colspan="2" rowspan="3"'))).toBe(cell(' colspan="2" rowspan="3"'));
    expect(sanitiseHtml(cell(' colspan="99999999" rowspan="-1"'))).toBe(cell(''));
  });

  it.each([
    ['<p>一<b>二<p>三', '<p>一<b>二</b></p><p><b>三</b></p>'],
    ['一</p>二</b>', '一二'],
    ['<p></p><p> &nbsp;</p>一<b></b><ul></ul>', '一'],
    ['一<b> </b>二&nbsp;&amp;nbsp;', '一<b> </b>二\u00a0&amp;nbsp;'],
    ['<li>一</li>', '<div>一</div>'],
    ['<ul><li>一<li>二</ul>', '<ul><li>一</li><li>二</li></ul>'],
    ['<td>一</td>二', '一二'],
    ['<table><td>一</table>', '<table><tbody><tr><td>一</td></tr></tbody></table>'],
    ['<figcaption>一</figcaption>', '<div>一</div>'],
    ['<pre>\n\n一\n二</pre>', '<pre>一\n二</pre>'],
    ['<p>一<br>二<hr>', '<p>一<br />二</p><hr />'],
  ])('builds %s as %s', (html, built) => {
    expect(sanitiseHtml(html)).toBe(built);
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
    '<pre>\n\n\n\n\n\n\n一</pre>',
    '<p><b><div><i>一</b>二<table><b><tr><i>三</table>四',
    '<li><ul><p>一</ul>',
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

describe('HTML that is nested', () => {
  const depth = (markup: string) => {
    try {
      sanitiseHtml(markup);
      return 'taken';
    } catch (error) {
      return error instanceof Problem ? error.errors?.map(({ path }) => path) : error;
    }
  };

  it.each(['<b>', '<div>', '<span>', '<svg>', '<x-y>', '<ul><li>', '<b><p>', '<table><tr><td>'])(
    'deeper than anybody writes is refused: %s',
    (tags) => {
      expect(depth(`${tags.repeat(201)}文`)).toEqual(['/bodyHtml']);
    },
  );

  it('is told from what stands beside each other, with or without its end tags', () => {
    expect(depth(`${'<b>'.repeat(100)}文`)).toBe('taken');
    for (const piece of [
      '<p>文',
      '<p>文</p>',
      '<br>',
      '<li>项',
      '</b>',
      '<b>字</b>',
      '1 < 2 ',
      '<tr><td>格<td>格',
    ])
      expect({ piece, came: depth(piece.repeat(3_000)) }).toEqual({ piece, came: 'taken' });
  });
});
