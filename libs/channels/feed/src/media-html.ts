import type { ArticleContent, Media } from '@newsrelay/contracts/article';
import { bodyImages, comparableUrl } from './body-images.js';
import { wordingFor, type Medium, type Wording } from './wording.js';
import { escapeMarkup } from './xml.js';

/**
 * Pictures, film and sound of the article, each with its caption and credit. Of a picture that the body shows already only
 * what the body does not say of it.
 */
export function mediaHtml(
  article: Pick<ArticleContent, 'media' | 'body' | 'bodyHtml' | 'language'>,
): string[] {
  if (article.media.length === 0) return [];
  const wording = wordingFor(article.language);
  const pictures = new Set(bodyImages(article.bodyHtml ?? '').map(({ url }) => url));
  const said = withoutSpaces(article.body.join(''));
  const isSaid = (text: string) => said.includes(withoutSpaces(text));
  return article.media.flatMap((media) => {
    const medium = mediumOf(media);
    if (medium !== 'image' || !pictures.has(comparableUrl(media.url))) {
      return [figure(media, player(media, medium, wording), medium, wording)];
    }
    return unsaidHtml(
      isSaid(media.caption) ? '' : media.caption,
      isSaid(media.credit) ? '' : media.credit,
      wording,
    );
  });
}

/** Apart from its picture, and so saying that it is of one. */
function unsaidHtml(caption: string, credit: string, { medium, colon, bracketed }: Wording): string[] {
  const legend = caption === '' || credit === '' ? caption + credit : caption + bracketed(credit);
  return legend === '' ? [] : [`<p>${escapeMarkup(medium.image + colon + legend)}</p>`];
}

const withoutSpaces = (text: string) => text.replace(/\s+/g, '');

function mediumOf({ type }: Media): Medium {
  const kind = type.split('/')[0];
  return kind === 'video' || kind === 'audio' ? kind : 'image';
}

function player({ url, alt, caption }: Media, medium: Medium, wording: Wording): string {
  const address = escapeMarkup(url);
  if (medium === 'image') return `<img src="${address}" alt="${escapeMarkup(alt || caption)}"/>`;
  // Readers that know no such element, or take it out, show the link in it.
  const link = `<a href="${address}">${escapeMarkup(wording.medium[medium])}</a>`;
  return `<${medium} src="${address}" controls="" preload="none">${link}</${medium}>`;
}

function figure({ caption, credit }: Media, shown: string, medium: Medium, wording: Wording): string {
  const credited = credit === '' ? '' : wording.bracketed(wording.medium[medium] + wording.colon + credit);
  const legend = (caption + credited).trim();
  return `<figure>${shown}${legend === '' ? '' : `<figcaption>${escapeMarkup(legend)}</figcaption>`}</figure>`;
}
