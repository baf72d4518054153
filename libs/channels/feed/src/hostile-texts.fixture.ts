/** Texts that break feeds, as the ledger can hold them: controls and lone surrogates are gone at intake. */
export const HOSTILE_TEXTS = [
  ']]> and again ]]> and ]]]]>',
  'R&D &amp; &lt;b&gt; &#38; &nbsp; &unknown;',
  '<script>alert(1)</script> <b onclick="x">b</b> 1 < 2 > 0',
  `"double" 'single' \`back\``,
  '😀👨‍👩‍👧‍👦 𠮷野家 é e\u0301',
  'line\u2028separator para\u2029graph',
  '<![CDATA[ <!-- --> <?xml version="1.0"?> <!DOCTYPE x>',
  '</item></channel></rss><item> </entry></feed><entry> <updated>2000-01-01T00:00:00.000Z</updated> <pubDate>x</pubDate>',
  '“引号” ‘单引’ 《书名》 …… —— ％',
  '$& $1 $$ \\u0041 %s {{x}}',
] as const;

/** Characters that XML 1.0 refuses or that no reader shows; a formatter may meet them and must leave them out. */
export const ILLEGAL_TEXT =
  'a\u0000b\u0008c\u000bd\u001fe\u007ff\u0085g\ufffeh\uffffi\ud800j\udc00k\ufdd0l\u{1fffe}';
