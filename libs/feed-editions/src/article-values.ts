import {
  articleHtml,
  correctionNote,
  leadHtml,
  summaryArticleHtml,
} from '@newsrelay/channel-feed/article-html';
import { itemId } from '@newsrelay/channel-feed/feed-item';
import { leadOf } from '@newsrelay/channel-feed/lead';
import { mediaHtml } from '@newsrelay/channel-feed/media-html';
import { wordingFor } from '@newsrelay/channel-feed/wording';
import { escapeMarkup } from '@newsrelay/channel-feed/xml';
import { bodyParagraphs, bylineText, htmlBody, plainBody } from '@newsrelay/channel-kit/article-text';
import type { ReleasedArticle, RenditionDraft } from '@newsrelay/channel-kit/rendition';
import type { Media } from '@newsrelay/contracts/article';
import type { EditionChannel, ShownArticle, WithdrawnArticle } from './edition-entry.js';
import { fitTitle } from './fit-title.js';
import type { GuidRule, Profile } from './profile.js';
import { subsetHtml } from './subset-html.js';
import { FieldValues, type Fields, type Rows, type Values } from './values.js';

/* What each field of `fields.ts` says. Pure functions of rows and profile: the same everywhere and at every time. */

const DAY_MS = 86_400_000;
/** Between paragraphs of plain text. */
const PARAGRAPH_BREAK = '\n\n';

/** An article as a profile shows it. */
export interface ArticleValues {
  whole: Values;
  /** The same with its summary for the text, for where the text is too long. */
  cut: Values;
}

/**
 * The last of a millisecond's orders: a feed is not updated before any of its items, which a reader that goes by it would
 * then leave unread.
 */
const AFTER_ALL_ITEMS = 999n;

/** @param updated last change of what the edition tells */
export function channelValues(channel: EditionChannel, updated: Date): Values {
  return new FieldValues({ ...channelFields(channel), 'channel.updated': updated }, AFTER_ALL_ITEMS);
}

function channelFields(channel: EditionChannel): Fields {
  return {
    'channel.id': channel.id,
    'channel.urn': channel.urn,
    'channel.title': channel.title,
    'channel.description': channel.description,
    'channel.language': channel.language,
    'channel.link': channel.link,
    'channel.self': channel.self,
    'channel.ttl': channel.ttlMinutes,
  };
}

function idOf(rule: GuidRule, articleId: string, page: string): string {
  if (rule.rule === 'urn-uuid') return itemId(articleId);
  if (rule.rule === 'uuid') return articleId;
  if (rule.rule === 'url') return page;
  return `tag:${rule.authority},${rule.date}:${articleId}`;
}

const filled = (texts: readonly string[]) => [...new Set(texts.filter((text) => text.trim() !== ''))];
const labels = (texts: readonly string[]) => texts.map((label) => ({ label }));
const isImage = ({ type }: Media) => type.startsWith('image/');

/** Null where the profile leaves the article out for its title. */
export function shownValues(
  profile: Profile,
  channel: EditionChannel,
  { article: released, page, releaseOrder }: ShownArticle,
): ArticleValues | null {
  const title = fitTitle(released, profile.titles);
  if (title.tooShort && profile.titles.short === 'leave-out') return null;
  const article = withAllowedMedia(profile, released);
  const images = article.media.filter(isImage);
  const [sections, keywords] = [filled(article.sections), filled(article.keywords)];
  const lists = {
    authors: filled(article.bylines.map(({ name }) => name)),
    sections,
    keywords,
    categories: filled([...sections, ...keywords]),
  };
  const { whole, cut } = textFields(profile, { article, fitted: title });
  const [image] = images;
  const fields: Fields = {
    ...channelFields(channel),
    ...dateFields(profile, article),
    ...lists,
    ...whole,
    id: idOf(profile.guid, article.id, page),
    uuid: article.id,
    version: article.version,
    status: isCorrection(article) ? profile.statuses.updated : profile.statuses.published,
    title: title.headline,
    headline: article.headline,
    kicker: article.kicker,
    subtitle: article.subtitle,
    dateline: article.dateline,
    link: article.canonicalUrl,
    page,
    byline: bylineText(article.bylines),
    editor: article.editor,
    source: article.source,
    language: article.language,
    note: correctionNote(article),
    'image.url': image?.url ?? null,
    'image.type': image?.type ?? null,
    'image.caption': image?.caption ?? null,
    'image.credit': image?.credit ?? null,
    'image.alt': image?.alt ?? null,
  };
  const rows: Rows = {
    bylines: article.bylines.map(({ role, name }) => ({ 'byline.role': role, 'byline.name': name })),
    authors: labels(lists.authors),
    sections: labels(lists.sections),
    keywords: labels(lists.keywords),
    categories: labels(lists.categories),
    images: images.map(mediumFields),
    media: article.media.map(mediumFields),
  };
  const values = new FieldValues(fields, BigInt(releaseOrder), rows);
  return { whole: values, cut: values.with(cut) };
}

const isCorrection = ({ releasedAt, firstReleasedAt }: ReleasedArticle) => releasedAt > firstReleasedAt;

const moves = ({ corrections }: Profile, date: 'modified' | 'published') =>
  corrections.move === date || corrections.move === 'both';

/** As the profile says that a correction moves them. */
function dateFields(profile: Profile, article: ReleasedArticle): Fields {
  const { publishedAt, releasedAt, firstReleasedAt } = article;
  const corrected = isCorrection(article);
  const published = corrected && moves(profile, 'published') ? releasedAt : publishedAt;
  const modified = moves(profile, 'modified') ? releasedAt : firstReleasedAt;
  const start = profile.expires?.after === 'modified' ? modified : published;
  return {
    published,
    modified,
    corrected: corrected ? releasedAt : null,
    expires: profile.expires === undefined ? null : new Date(start.getTime() + profile.expires.days * DAY_MS),
  };
}

/** Texts and HTML, and what stands in their places where the whole is too long. */
function textFields(profile: Profile, draft: RenditionDraft): { whole: Fields; cut: Fields } {
  const { article, fitted } = draft;
  const tags = new Set(profile.html.tags);
  const subset = (lines: readonly string[]) => subsetHtml(lines.join('\n'), tags);
  // What has pictures alone says its headline, as everywhere.
  const lead = leadOf(bodyParagraphs(draft)) || fitted.headline;
  const note = correctionNote(article);
  const noted = (text: string) => (note === null ? text : note + PARAGRAPH_BREAK + text);
  const noteHtml = note === null ? [] : [`<p><strong>${escapeMarkup(note)}</strong></p>`];
  const illustrated = profile.html.media === 'omit' ? { ...article, media: [] } : article;
  const summaryHtml = () => subset([leadHtml(article, lead)]);
  return {
    whole: {
      summary: lead,
      summaryHtml,
      bodyText: () => noted(plainBody(draft)),
      body: () => subset([...noteHtml, htmlBody(draft), ...mediaHtml(illustrated)]),
      fullHtml: () => subset([articleHtml({ ...draft, article: illustrated })]),
    },
    cut: {
      bodyText: () => noted(lead),
      body: summaryHtml,
      fullHtml: () => subset([summaryArticleHtml(article, lead)]),
    },
  };
}

/** With ASCII addresses, and with the pictures that the profile lets through. */
function withAllowedMedia({ images }: Profile, article: ReleasedArticle): ReleasedArticle {
  const { types, httpsOnly, max } = images;
  const media = article.media.map((one) => ({ ...one, url: new URL(one.url).href }));
  const allowed = media
    .filter(isImage)
    .filter(({ type, url }) => (types?.includes(type) ?? true) && (!httpsOnly || url.startsWith('https:')))
    .slice(0, max);
  return {
    ...article,
    canonicalUrl: new URL(article.canonicalUrl).href,
    media: media.filter((one) => !isImage(one) || allowed.includes(one)),
  };
}

function mediumFields(media: Media): Fields {
  return {
    'media.url': media.url,
    'media.type': media.type,
    'media.medium': media.type.split('/')[0] ?? null,
    'media.caption': media.caption,
    'media.credit': media.credit,
    'media.alt': media.alt,
  };
}

/** The notice in the place of a withdrawn article: ids, times and our own words, nothing of its content. */
export function withdrawnValues(
  profile: Profile,
  channel: EditionChannel,
  entry: WithdrawnArticle,
): ArticleValues {
  const { articleId, version, publishedAt, withdrawnAt, language, page } = entry;
  const wording = wordingFor(language);
  const notice = wording.withdrawn(withdrawnAt);
  const html = `<p>${escapeMarkup(notice)}</p>`;
  const values = new FieldValues(
    {
      ...channelFields(channel),
      id: idOf(profile.guid, articleId, page),
      uuid: articleId,
      version,
      status: profile.statuses.withdrawn,
      title: wording.withdrawnTitle,
      headline: wording.withdrawnTitle,
      link: page,
      page,
      // A partner that goes by this date alone must hear of it too.
      published: moves(profile, 'published') ? withdrawnAt : publishedAt,
      modified: withdrawnAt,
      withdrawn: withdrawnAt,
      expires: withdrawnAt,
      language,
      summary: notice,
      summaryHtml: html,
      bodyText: notice,
      body: html,
      fullHtml: html,
    },
    BigInt(entry.releaseOrder),
  );
  return { whole: values, cut: values };
}
