import { directionOf } from '@newsrelay/channel-feed/direction';
import { mediaHtml } from '@newsrelay/channel-feed/media-html';
import { rfc3339, timeForPeople } from '@newsrelay/channel-feed/times';
import { wordingFor } from '@newsrelay/channel-feed/wording';
import { escapeMarkup } from '@newsrelay/channel-feed/xml';
import { bylineText, htmlBody } from '@newsrelay/channel-kit/article-text';
import type { PublicArticle } from '@newsrelay/ledger/public-article';
import type { ListedFeed } from '../discovery/feed-directory.js';
import { feedLinks } from '../discovery/feed-links.js';
import type { Site } from '../site.js';
import { jsonLd, newsArticle } from './news-article.js';
import { openGraph } from './open-graph.js';
import { pageFrame } from './page-frame.js';
import { leadPicture } from './pictures.js';
import { shownArticle, type ShownArticle } from './shown-article.js';

const line = (element: string, kind: string, text: string | null) =>
  text === null || text === '' ? [] : [`<${element} class="${kind}">${escapeMarkup(text)}</${element}>`];

const meta = (name: string, content: string) =>
  content === '' ? [] : [`<meta name="${name}" content="${escapeMarkup(content)}">`];

/** The article as a page of its own, which leads to `feeds`. */
export function articlePage(found: PublicArticle, site: Site, feeds: readonly ListedFeed[]): string {
  const { content } = found;
  const shown = shownArticle(found, site);
  const { lead, others } = leadPicture(content);
  const wording = wordingFor(content.language);
  return pageFrame(
    {
      language: content.language,
      direction: directionOf(content.language),
      title: `${content.headline} · ${site.name}`,
      head: head(shown, site, feeds),
      main: [
        '<article>',
        '<header>',
        ...line('p', 'kicker', content.kicker),
        `<h1>${escapeMarkup(content.headline)}</h1>`,
        ...line('p', 'subtitle', content.subtitle),
        facts(found),
        '</header>',
        ...line('p', 'correction', shown.correction),
        ...mediaHtml({ ...content, media: lead }),
        '<div class="text">',
        htmlBody(shown.draft),
        '</div>',
        ...mediaHtml({ ...content, media: others }),
        ...(content.editor === null
          ? []
          : line('p', 'editor', wording.editor + wording.colon + content.editor)),
        '</article>',
      ],
    },
    site,
  );
}

function head(shown: ShownArticle, site: Site, feeds: readonly ListedFeed[]): string[] {
  const { article, canonicalUrl, description } = shown;
  return [
    `<link rel="canonical" href="${escapeMarkup(canonicalUrl)}">`,
    ...feedLinks(feeds, site),
    ...meta('description', description),
    ...meta('author', article.bylines.map(({ name }) => name).join(', ')),
    ...meta('robots', 'max-image-preview:large'),
    ...openGraph(shown, site),
    jsonLd(newsArticle(shown, site)),
  ];
}

/** When, from whom, where and by whom. */
function facts({ content, source, publishedAt }: PublicArticle): string {
  const wording = wordingFor(content.language);
  const spans = [
    `<time datetime="${rfc3339(publishedAt)}">${timeForPeople(publishedAt, content.language)}</time>`,
    ...[wording.source + wording.colon + source, content.dateline ?? '', bylineText(content.bylines)]
      .filter((text) => text !== '')
      .map((text) => escapeMarkup(text)),
  ];
  return `<p class="facts">${spans.map((span) => `<span>${span}</span>`).join('')}</p>`;
}

/** What is there instead of a withdrawn article: nothing of it. */
export function withdrawnPage({ content }: PublicArticle, withdrawnAt: Date, site: Site): string {
  const wording = wordingFor(content.language);
  return noticePage(content.language, wording.withdrawnTitle, wording.withdrawn(withdrawnAt), site);
}

/** What is there where no article is, for people. */
export function missingPage(language: string, site: Site): string {
  const wording = wordingFor(language);
  return noticePage(language, wording.missingTitle, wording.missing, site);
}

function noticePage(language: string, title: string, notice: string, site: Site): string {
  return pageFrame(
    {
      language,
      title,
      head: ['<meta name="robots" content="noindex">'],
      main: [`<h1>${escapeMarkup(title)}</h1>`, ...line('p', 'notice', notice)],
    },
    site,
  );
}
