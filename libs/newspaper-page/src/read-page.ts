import { findArticles } from './find-articles.js';
import { linesOf } from './lines.js';
import { mastheadOf } from './masthead.js';
import { NotANewspaperPage } from './not-a-newspaper-page.js';
import type { PageItems } from './items.js';
import { itemsOf } from './page-items.js';
import type { LeftOver, PageReading } from './page-reading.js';
import { finishArticle, partsOf, withoutWraps, type ArticleInWork } from './read-article.js';

export { NotANewspaperPage } from './not-a-newspaper-page.js';

/** Fewer Chinese characters hold no article. */
const FEWEST_HAN = 20;
/** Smallest share of Chinese characters among all that are no spaces. */
const HAN_SHARE = 0.2;
/** Parts of a masthead that together are no chance. */
const ENOUGH_MASTHEAD = 2;
/** A page has some hundred lines, a few thousand where each printed line stands alone. */
const MOST_LINES = 20_000;

/**
 * Reads one newspaper page as text extraction left it (plain text or markdown).
 * The same text always gives the same reading; nothing that is not printed is made up.
 * @throws NotANewspaperPage when nothing in the text shows a newspaper page with an article
 */
export function readPage(text: string): PageReading {
  refuseOtherFormats(text);
  const lines = linesOf(text);
  if (lines.length > MOST_LINES)
    throw new NotANewspaperPage(`The text has more than ${MOST_LINES} lines, more than any page.`);
  const page = itemsOf(lines);
  const { articles: sources, stray } = findArticles(page);
  const parts = sources.map(partsOf);
  refuseOtherTexts(page, parts);
  const { indents } = page;
  const editorOf = editorsOf(page);
  const { masthead, repairs } = mastheadOf(
    page.masthead.map(({ line, fragment }) => ({ line, draft: fragment.draft })),
  );
  const articles = withoutWraps(parts, indents).map((article) =>
    finishArticle(article, { indents, editor: editorOf(article) }),
  );
  const left = [...page.leftOver, ...stray.map(({ fragment }) => ({ fragment, reason: 'stray' as const }))];
  const leftOver: LeftOver[] = left
    .flatMap(({ fragment, reason }) => fragment.lines.map(({ index, raw }) => ({ index, text: raw, reason })))
    .sort((a, b) => a.index - b.index)
    .map(({ text, reason }) => ({ text, reason }));
  return { masthead, mastheadRepairs: repairs, articles, leftOver };
}

function refuseOtherFormats(text: string): void {
  const start = text
    .replace(/^\ufeff/, '')
    .trimStart()
    .slice(0, 400);
  if (start === '') throw new NotANewspaperPage('The text is empty.');
  if (/^<(?:!doctype|html|head|body|\?xml|rss|feed|svg)\b/i.test(start))
    throw new NotANewspaperPage('The text is an HTML or XML document.');
  if (/^\{\s*"|^\[\s*[{["]/.test(start)) throw new NotANewspaperPage('The text is JSON.');
  if (isMail(start)) throw new NotANewspaperPage('The text is an e-mail.');
  let han = 0;
  let visible = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code <= 0x20 || code === 0x3000) continue;
    visible += 1;
    if ((code >= 0x4e00 && code <= 0x9fff) || (code >= 0x3400 && code <= 0x4dbf) || code >= 0x20000) han += 1;
  }
  if (han < FEWEST_HAN || han / visible < HAN_SHARE)
    throw new NotANewspaperPage('The text has hardly any Chinese characters.');
}

const MAIL_HEADER = /^(发件人|收件人|抄送|主题|发送时间|From|To|Cc|Subject)\s?[:：]/iu;

/** Who sent it and to whom or on what, in the first lines. */
function isMail(start: string): boolean {
  const headers = new Set(
    start.split(/\r?\n/u).flatMap((line) => MAIL_HEADER.exec(line.trim())?.[1]?.toLowerCase() ?? []),
  );
  return headers.size >= 2 && (headers.has('发件人') || headers.has('from'));
}

function refuseOtherTexts(page: PageItems, articles: readonly ArticleInWork[]): void {
  const bodies = articles.filter(({ pieces }) => pieces.length > 0);
  if (bodies.length === 0)
    throw new NotANewspaperPage('No article was found: no headline with paragraphs, no dateline, no byline.');
  const masthead = page.masthead.reduce(
    (sum, { line }) => sum + line.strong + (line.found.publication === undefined ? 0 : 1),
    0,
  );
  if (masthead >= ENOUGH_MASTHEAD) return;
  const announced = bodies.some(
    ({ source, dateline, bylines }) =>
      dateline !== null ||
      (!source.unannounced && bylines.length > 0) ||
      bylines.some(({ hasRole }) => hasRole),
  );
  const continued = bodies.some((article) => article.continued || article.continuesElsewhere);
  if (!announced && !continued)
    throw new NotANewspaperPage('Neither a masthead nor any dateline or byline was found.');
}

/**
 * An editor speaks for the articles of one page. Where a text holds several, for those of the page that names the editor;
 * where one page names two, for none.
 */
function editorsOf(page: PageItems): (article: ArticleInWork) => string | null {
  const named = new Map<number, Set<string>>();
  for (const { sheet, line } of page.masthead) {
    const { editor } = line.found;
    if (editor != null) named.set(sheet, (named.get(sheet) ?? new Set()).add(editor));
  }
  return ({ source }) => {
    const sheet = (source.head[0] ?? source.body[0])?.sheet ?? 0;
    const [editor, other] = named.get(sheet) ?? [];
    return editor !== undefined && other === undefined ? editor : null;
  };
}
