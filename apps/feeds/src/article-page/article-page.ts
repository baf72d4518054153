import { correctionNote } from '@newsrelay/channel-feed/article-html';
import { directionOf } from '@newsrelay/channel-feed/direction';
import { mediaHtml } from '@newsrelay/channel-feed/media-html';
import { rfc3339, timeForPeople } from '@newsrelay/channel-feed/times';
import { wordingFor } from '@newsrelay/channel-feed/wording';
import { escapeMarkup } from '@newsrelay/channel-feed/xml';
import { bylineText, htmlBody } from '@newsrelay/channel-kit/article-text';
import type { PublicArticle } from '@newsrelay/ledger/public-article';
import { pageFrame } from './page-frame.js';

const line = (element: string, kind: string, text: string | null) =>
  text === null || text === '' ? [] : [`<${element} class="${kind}">${escapeMarkup(text)}</${element}>`];

/** The article as a page of its own. `canonicalUrl` is its address here; an article with an address elsewhere names that. */
export function articlePage(article: PublicArticle, canonicalUrl: string): string {
  const { content } = article;
  const released = { ...article, ...content, canonicalUrl: content.url ?? canonicalUrl };
  const draft = { article: released, fitted: { headline: content.headline, cut: false } };
  const wording = wordingFor(content.language);
  const facts = [
    `<time datetime="${rfc3339(article.publishedAt)}">${timeForPeople(article.publishedAt, content.language)}</time>`,
    ...[wording.source + wording.colon + article.source, content.dateline ?? '', bylineText(content.bylines)]
      .filter((text) => text !== '')
      .map((text) => escapeMarkup(text)),
  ];
  return pageFrame({
    language: content.language,
    direction: directionOf(content.language),
    title: content.headline,
    head: [`<link rel="canonical" href="${escapeMarkup(released.canonicalUrl)}">`],
    main: [
      '<article>',
      '<header>',
      ...line('p', 'kicker', content.kicker),
      `<h1>${escapeMarkup(content.headline)}</h1>`,
      ...line('p', 'subtitle', content.subtitle),
      `<p class="facts">${facts.map((fact) => `<span>${fact}</span>`).join('')}</p>`,
      '</header>',
      ...line('p', 'correction', correctionNote(released)),
      htmlBody(draft),
      ...mediaHtml(content),
      ...(content.editor === null
        ? []
        : line('p', 'editor', wording.editor + wording.colon + content.editor)),
      '</article>',
    ],
  });
}

/** What is there instead of a withdrawn article: nothing of it. */
export function withdrawnPage({ content }: PublicArticle, withdrawnAt: Date): string {
  const wording = wordingFor(content.language);
  return noticePage(content.language, wording.withdrawnTitle, wording.withdrawn(withdrawnAt));
}

/** What is there where no article is, for people. */
export function missingPage(language: string): string {
  const wording = wordingFor(language);
  return noticePage(language, wording.missingTitle, wording.missing);
}

function noticePage(language: string, title: string, notice: string): string {
  return pageFrame({
    language,
    title,
    head: ['<meta name="robots" content="noindex">'],
    main: [`<h1>${escapeMarkup(title)}</h1>`, ...line('p', 'notice', notice)],
  });
}
