import { endsSentence } from './characters.js';
import { endsArticle } from './article-ends.js';
import { boundaryDoubt, type Checked, type Doubt } from './article-doubts.js';
import { announcedStarts, unannouncedStarts, withUnannounced, type Start } from './article-starts.js';
import { blankLinesOf, isTopDoubtful, type Block } from './block-doubts.js';
import type { Item, PageItems } from './items.js';
import { isDashLine, isPhotoCredit } from './line-kinds.js';

/** What is known about where an article begins and ends, before its text is read. */
export interface ArticleSource {
  /** Headline lines, bylines under the headline, editor's notes above the dateline. */
  head: Item[];
  body: Item[];
  /** Nothing but headline and paragraphs says that an article begins here. */
  unannounced: boolean;
  /** The headline block is longer than one should be, or stands above the date line. */
  headDoubtful: boolean;
  /** A short line right under its text that heads nothing and was left over. */
  strayBelow: string | null;
  /** The article may hold a piece of another, or the other way round: what the editor is to look at. */
  boundaryDoubtful: Doubt | null;
  /** The byline under it can be the one of the next article, or the other way round. */
  bylineDoubtful: boolean;
}

type PartedSource = Omit<ArticleSource, 'boundaryDoubtful' | 'bylineDoubtful'>;

export interface FoundArticles {
  articles: ArticleSource[];
  stray: Item[];
}

/** Cuts the items of a page into articles. */
export function findArticles(page: PageItems): FoundArticles {
  const { items } = page;
  const announced = announcedStarts(items, page.headAboveMasthead);
  const starts = announced.length > 0 ? withUnannounced(items, announced) : unannouncedStarts(items);
  const stray: Item[] = items.slice(0, starts[0]?.head ?? items.length);
  const sources = starts.map((start, at) =>
    sourceOf(items, start, starts[at + 1]?.head ?? items.length, stray),
  );
  const blocks = starts.map((start) => blockOf(items, start));
  const blanks = blankLinesOf(blocks, page.leastGap);
  const topDoubtful = starts.map(
    ({ unannounced }, at) => !unannounced && isTopDoubtful(blocks[at] ?? NO_BLOCK, blanks),
  );
  const articles = sources.map((source, at): ArticleSource => {
    const next = starts[at + 1];
    const first = next === undefined ? undefined : items[next.head];
    return {
      ...source,
      headDoubtful:
        source.headDoubtful ||
        topDoubtful[at] === true ||
        holdsTwoHeadlines(blocks[at], source, sources[at + 1]),
      boundaryDoubtful: boundaryDoubt(
        checkedOf(source, page, announced.length > 0),
        next === undefined || first === undefined
          ? null
          : { ...next, first, headless: next.head === next.body, topDoubtful: topDoubtful[at + 1] === true },
      ),
      bylineDoubtful: isBylineDoubtful(source, sources[at + 1], sources[at - 1]),
    };
  });
  return { articles, stray };
}

/** Two headlines together, and the next article has none: columns stood side by side. */
function holdsTwoHeadlines(
  block: Block | undefined,
  source: PartedSource,
  next: PartedSource | undefined,
): boolean {
  const lines = block?.heads.length ?? 0;
  return (
    lines > 1 &&
    !source.unannounced &&
    next?.head.length === 0 &&
    next.body[0]?.kind === 'opening' &&
    !next.body[0].barrier
  );
}

const NO_BLOCK: Block = { heads: [], above: null, below: undefined };

function blockOf(items: readonly Item[], { head, body }: Start): Block {
  const heads = items.slice(head, body).filter(({ kind }) => kind === 'head');
  const first = items[head];
  const last = heads.at(-1);
  return {
    heads,
    above: first?.barrier === true ? null : (items[head - 1] ?? null),
    below: last === undefined ? undefined : items[items.indexOf(last, head) + 1],
  };
}

/** 文/图 behind the names, 摄影报道: the report comes with a picture. */
const WITH_PICTURE = /文\s?[/／]\s?[图摄]|[图摄]\s?[/／]\s?文|文图|图文|文并摄|摄影报道/u;

function checkedOf(source: PartedSource, page: PageItems, pageIsAnnounced: boolean): Checked {
  const opening = source.body[0]?.opening ?? null;
  const named = [
    ...source.head.filter(({ kind }) => kind === 'byline').map(({ fragment }) => fragment.draft.text),
    source.body[0]?.fragment.draft.text.slice(0, opening?.length ?? 0) ?? '',
  ];
  return {
    body: source.body,
    announced: pageIsAnnounced && !source.unannounced,
    feature: opening?.dateline == null,
    strayBelow: source.strayBelow,
    indents: page.indents,
    dashed: source.head.some(({ fragment }) => isDashLine(fragment.draft.text)),
    pictured: named.some((text) => WITH_PICTURE.test(text)),
  };
}

/**
 * A byline between two articles, the upper of which names its writers already and the lower names none: it can be of
 * either.
 */
function isBylineDoubtful(
  source: PartedSource,
  below: PartedSource | undefined,
  above: PartedSource | undefined,
): boolean {
  const takes = (upper: PartedSource | undefined, lower: PartedSource | undefined): boolean =>
    upper !== undefined &&
    lower !== undefined &&
    hasByline(upper) &&
    endsInByline(upper) &&
    !hasByline(lower);
  return takes(source, below) || takes(above, source);
}

function hasByline({ head, body }: PartedSource): boolean {
  return head.some(({ byline }) => byline !== null) || (body[0]?.opening?.byline?.bylines.length ?? 0) > 0;
}

function endsInByline({ body }: PartedSource): boolean {
  const last = body.at(-1);
  return body.length > 1 && last?.byline != null && !isPhotoCredit(last.byline);
}

function sourceOf(items: readonly Item[], start: Start, end: number, stray: Item[]): PartedSource {
  const head = items.slice(start.head, start.body);
  const body = items.slice(start.body, end);
  let strayBelow: string | null = null;
  // Short lines at the end with nothing under them head nothing: they are left over from something else.
  while (body.length > 1 && body.at(-1)?.kind === 'head') {
    const last = body.at(-1);
    const before = body.at(-2);
    if (last === undefined || before === undefined) break;
    const goesOn =
      before.kind !== 'head' &&
      !endsSentence(before.fragment.draft.text) &&
      !endsArticle(before.fragment.draft.text) &&
      before.kind !== 'closed';
    if (goesOn) break;
    stray.push(last);
    strayBelow = last.barrier ? null : last.fragment.draft.text;
    body.pop();
  }
  return {
    head,
    body,
    unannounced: start.unannounced,
    headDoubtful: start.headDoubtful,
    strayBelow,
  };
}
