/**
 * The look of all our pages. Newspaper text: a serif face where there is one, lines of thirty-eight characters at most, two
 * characters of indent and strict line breaking in Chinese (clreq). Colours have a contrast of 4.5 or more, in light and dark.
 * Pictures, tables and preformatted text are never wider than the page; what does not fit scrolls in its own place.
 */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fdfcf9; --ink: #1f1c19; --quiet: #655f57; --rule: #ddd7cc; --mark: #a3231b; --note: #f6efe6; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #17181a; --ink: #dfdbd3; --quiet: #a29c92; --rule: #3a3c40; --mark: #ec8076; --note: #232220; }
}
* { box-sizing: border-box; }
html { font-size: 112.5%; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.7; overflow-wrap: anywhere;
  font-family: Charter, "Iowan Old Style", "Noto Serif", Cambria, "Songti SC", "Noto Serif CJK SC", "Source Han Serif SC", SimSun, serif; }
:lang(zh) { line-break: strict; text-autospace: normal; text-spacing-trim: trim-start; }
body:lang(zh) { line-height: 1.9;
  font-family: "Songti SC", "Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", STSong, SimSun, serif; }
body:is(:lang(zh-Hant), :lang(zh-TW), :lang(zh-HK), :lang(zh-MO)) {
  font-family: "Songti TC", "Noto Serif CJK TC", "Noto Serif TC", "Source Han Serif TC", PMingLiU, serif; }
.site, .facts, .editor, figcaption, .kicker, th, .address span, .items p {
  font-family: system-ui, -apple-system, "PingFang SC", "Hiragino Sans GB", "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", sans-serif; }
.site, main { max-width: 38rem; margin-inline: auto; padding-inline: 1.25rem; }
.site { display: flex; justify-content: space-between; gap: 1em; padding-block: 1.1rem .6rem; font-size: .8rem; line-height: 1.5; }
.site a { color: var(--quiet); text-decoration: none; }
.site .name { color: var(--ink); font-weight: 600; }
.site a:hover { text-decoration: underline; text-underline-offset: .25em; }
main { padding-block: 1.6rem 2.5rem; }
a { color: inherit; text-decoration-color: var(--mark); text-underline-offset: .2em; }
a:focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }
h1 { margin: 0; font-size: clamp(1.55rem, 1.2rem + 1.9vw, 2.1rem); line-height: 1.35; font-weight: 700; text-wrap: balance; }
h2, h3, h4 { margin: 1.8em 0 .6em; font-size: 1.15em; line-height: 1.45; text-wrap: balance; }
h3, h4 { font-size: 1em; }
.kicker { margin: 0 0 .5rem; color: var(--mark); font-size: .85rem; line-height: 1.6; font-weight: 600; }
.subtitle { margin: .7rem 0 0; color: var(--quiet); font-size: 1.1rem; line-height: 1.6; text-wrap: balance; }
.facts { display: flex; flex-wrap: wrap; gap: .1em 1.2em; margin: 1.2rem 0 1.8rem; padding: .65rem 0; border-block: 1px solid var(--rule);
  color: var(--quiet); font-size: .78rem; line-height: 1.7; }
.facts time { direction: ltr; unicode-bidi: isolate; }
p { margin: .95em 0; text-wrap: pretty; }
/* A headline of phrases breaks between them; one that is longer than a line breaks where it must. */
:is(h1, .subtitle):lang(zh) { word-break: keep-all; }
:lang(zh) .text > p, :lang(zh) .text > div > p { margin-block: .7em; text-indent: 2em; text-align: justify; text-justify: inter-ideograph;
  hanging-punctuation: allow-end; }
:lang(zh) .text > p:has(img) { text-align: start; text-indent: 0; }
.correction, .explained { margin: 0 0 1.6rem; padding: .7rem 1rem; border-inline-start: .25rem solid var(--mark); background: var(--note); font-size: .92rem; }
.explained { margin-top: 1.4rem; }
.explained > p:first-child { margin-top: 0; }
.editor { margin: 2rem 0 0; color: var(--quiet); font-size: .78rem; text-align: end; }
.notice { margin-top: 1.2rem; }
img, video { max-width: 100%; height: auto; }
audio { width: 100%; }
figure { margin: 1.6rem 0; }
figure img, figure video { display: block; margin: 0 auto; }
figcaption { margin-top: .55rem; color: var(--quiet); font-size: .8rem; line-height: 1.6; text-align: center; text-wrap: balance; }
blockquote { margin: 1.2em 0; padding-inline-start: 1.1em; border-inline-start: 2px solid var(--rule); color: var(--quiet); }
ul, ol { padding-inline-start: 1.8em; }
hr { border: 0; border-top: 1px solid var(--rule); margin: 2em auto; width: 6em; }
pre { overflow-x: auto; overflow-wrap: normal; padding: .8em 1em; background: var(--note); font-size: .85em; line-height: 1.6; }
table { display: block; width: max-content; max-width: 100%; margin: 1.4em auto; overflow-x: auto; overflow-wrap: normal; border-collapse: collapse; font-size: .88em; }
caption { margin-bottom: .4em; color: var(--quiet); text-align: start; }
th, td { min-width: 3em; padding: .35em .7em; border: 1px solid var(--rule); line-height: 1.5; vertical-align: top; text-align: start; }
:where(th, td) p { margin: 0; text-indent: 0; text-align: start; }
code { overflow-wrap: anywhere; }
.feeds { margin: 1.6rem 0 0; padding: 0; list-style: none; }
.feeds > li { padding: 1.1rem 0; border-top: 1px solid var(--rule); }
.feeds h2 { margin: 0 0 .2rem; font-size: 1.1rem; }
.feeds p:not(.address) { margin: .2rem 0 .5rem; color: var(--quiet); font-size: .9rem; }
.address { display: flex; gap: .9em; margin: .15rem 0; font-size: .82rem; line-height: 1.6; }
.address span { flex: none; width: 5.2em; color: var(--quiet); }
.address a { font-family: ui-monospace, Consolas, monospace; user-select: all; text-decoration: none; }
.address a:hover { text-decoration: underline; }
.items { margin: 0; padding: 0; list-style: none; }
.items > li { padding: .75rem 0; border-top: 1px solid var(--rule); line-height: 1.6; }
.items a { text-decoration: none; }
.items a:hover { text-decoration: underline; }
.items p { margin: .1rem 0 0; color: var(--quiet); font-size: .78rem; }
@media (max-width: 30rem) { html { font-size: 106.25%; } main { padding-block: 1.1rem 2rem; } }
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; --quiet: #444; --rule: #999; --mark: #000; --note: #fff; }
  @page { margin: 2cm; }
  html { font-size: 11pt; }
  .site, main { max-width: none; padding-inline: 0; }
  .site .subscribe, video, audio { display: none; }
  p { orphans: 2; widows: 2; }
  h1, h2, h3, h4 { break-after: avoid; }
  figure, table, blockquote { break-inside: avoid; }
  a { text-decoration: none; }
}
`;
