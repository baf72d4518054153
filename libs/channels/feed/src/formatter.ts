import { bodyParagraphs } from '@newsrelay/channel-kit/article-text';
import type { Formatter } from '@newsrelay/channel-kit/connector';
import type { ReleasedArticle, RenditionDraft, WithdrawnArticle } from '@newsrelay/channel-kit/rendition';
import { articleHtml, correctionNote, leadHtml, summaryArticleHtml } from './article-html.js';
import { asciiUrl } from './ascii-url.js';
import type { FeedItem } from './feed-item.js';
import { fragmentsOf } from './fragments.js';
import { leadOf } from './lead.js';
import type { FeedItemRendition, FeedWithdrawalRendition } from './rendition.js';
import type { FeedSettings } from './settings.js';

const filled = (texts: readonly string[]) => texts.filter((text) => text.trim() !== '');

function itemOf(
  article: ReleasedArticle,
  headline: string,
  lead: string,
): Omit<FeedItem, 'summaryHtml' | 'contentHtml'> {
  return {
    articleId: article.id,
    link: article.canonicalUrl,
    title: headline,
    summary: [correctionNote(article) ?? '', lead].filter((part) => part !== '').join(' '),
    authors: filled(article.bylines.map(({ name }) => name)),
    categories: [...new Set(filled([...article.sections, ...article.keywords]))],
    source: article.source,
    alternatives: filled([article.kicker ?? '', article.subtitle ?? '']),
    editor: article.editor,
    media: article.media,
    language: article.language,
    publishedAt: article.publishedAt,
    modifiedAt: article.releasedAt,
    extension: {
      version: article.version,
      source: article.source,
      kicker: article.kicker,
      subtitle: article.subtitle,
      dateline: article.dateline,
      bylines: article.bylines,
      editor: article.editor,
      note: article.note,
    },
  };
}

function withAsciiUrls(article: ReleasedArticle): ReleasedArticle {
  const media = article.media.map((one) => ({ ...one, url: asciiUrl(one.url) }));
  return { ...article, canonicalUrl: asciiUrl(article.canonicalUrl), media };
}

function render(given: RenditionDraft): FeedItemRendition {
  const draft = { ...given, article: withAsciiUrls(given.article) };
  const { article, fitted } = draft;
  const lead = leadOf(bodyParagraphs(draft));
  const item = itemOf(article, fitted.headline, lead);
  // An empty description is none, and content:encoded may not stand alone: then the headline says what there is.
  const shown = lead === '' ? fitted.headline : lead;
  return {
    kind: 'item',
    full: fragmentsOf({ ...item, summaryHtml: leadHtml(article, shown), contentHtml: articleHtml(draft) }),
    summary: fragmentsOf({ ...item, summaryHtml: summaryArticleHtml(article, shown), contentHtml: null }),
  };
}

function renderWithdrawal(article: WithdrawnArticle): FeedWithdrawalRendition {
  return {
    kind: 'withdrawal',
    articleId: article.id,
    version: article.version,
    withdrawnAt: article.withdrawnAt.toISOString(),
    language: article.language,
  };
}

/** No setting shapes an item: title, language and number belong to the document, and both contents are in the rendition. */
export const feedFormatter: Formatter<FeedSettings> = { shape: () => ({}), render, renderWithdrawal };
