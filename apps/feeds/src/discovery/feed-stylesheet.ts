/**
 * Makes a page of an RSS or Atom document where a browser shows it as XML: what it is, its title, its newest items. Texts
 * by `content` cannot be marked and copied, so the address is the one in the browser's address bar. Links of XML cannot be
 * followed without a script; they can be marked whole.
 */
export const FEED_STYLESHEET = `@namespace atom url("http://www.w3.org/2005/Atom");
:root { color-scheme: light dark; --paper: #fdfcf9; --ink: #1f1c19; --quiet: #655f57; --rule: #ddd7cc; --mark: #a3231b; --note: #f6efe6; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #17181a; --ink: #dfdbd3; --quiet: #a29c92; --rule: #3a3c40; --mark: #ec8076; --note: #232220; }
}
rss, atom|feed { display: block; box-sizing: border-box; max-width: 42rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem;
  background: var(--paper); color: var(--ink); font: 1.0625rem/1.7 "Songti SC", "Noto Serif CJK SC", SimSun, Charter, serif; overflow-wrap: anywhere; }
rss *, atom|feed * { display: none; }
rss > channel, channel > item, atom|feed > atom|entry { display: block; }
rss::before, atom|feed::before { display: block; margin-bottom: 1.5rem; padding: .9rem 1.1rem; border-inline-start: .25rem solid var(--mark);
  background: var(--note); font-size: .92rem; white-space: pre-line;
  content: "这是一个订阅源。复制浏览器地址栏中的地址，粘贴到您的阅读器的“添加订阅”中，新文章、更正与撤回便会自动送达。\\a This is a feed. Copy the address from your browser’s address bar and paste it into your reader: new articles, corrections and withdrawals will come to you by themselves."; }
channel > title, atom|feed > atom|title { display: block; font-size: 1.75rem; line-height: 1.4; font-weight: 700; }
channel > description, atom|feed > atom|subtitle { display: block; margin: .4rem 0 1.6rem; color: var(--quiet); }
channel > item, atom|feed > atom|entry { padding: .9rem 0; border-top: 1px solid var(--rule); }
item > title, atom|entry > atom|title { display: block; font-weight: 600; line-height: 1.5; }
item > pubDate, atom|entry > atom|published { display: block; color: var(--quiet); font: .8rem/1.7 system-ui, sans-serif; }
item > link { display: block; color: var(--mark); font: .78rem/1.6 ui-monospace, Consolas, monospace; user-select: all; }
atom|entry > atom|link[href]:not([rel]), atom|entry > atom|link[rel="alternate"] { display: block; color: var(--mark); font: .78rem/1.6 ui-monospace, Consolas, monospace; }
atom|entry > atom|link[href]:not([rel])::before, atom|entry > atom|link[rel="alternate"]::before { content: attr(href); }
`;
