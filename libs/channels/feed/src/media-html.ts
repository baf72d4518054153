import { defaultTreeAdapter as tree, parseFragment, type DefaultTreeAdapterTypes } from 'parse5';
import type { ArticleContent, Media } from '@newsrelay/contracts/article';
import { wordingFor, type Medium, type Wording } from './wording.js';
import { escapeMarkup } from './xml.js';

/**
 * Pictures, film and sound of the article, each with its caption and credit. Of a picture that the body shows already only
 * what the body does not say of it.
 */
export function mediaHtml(
  article: Pick<ArticleContent, 'media' | 'body' | 'bodyHtml' | 'language'>,
): string[] {
  const wording = wordingFor(article.language);
  const pictures = imagesOf(article.bodyHtml ?? '');
  const said = withoutSpaces(article.body.join(''));
  const isSaid = (text: string) => said.includes(withoutSpaces(text));
  return article.media.flatMap((media) => {
    const medium = mediumOf(media);
    if (medium !== 'image' || !pictures.has(comparable(media.url))) {
      return figure(player(media, medium, wording), legendOf(media, medium, wording));
    }
    const unsaid = {
      caption: isSaid(media.caption) ? '' : media.caption,
      credit: isSaid(media.credit) ? '' : media.credit,
    };
    const legend = legendOf(unsaid, medium, wording);
    return legend === '' ? [] : figure('', legend);
  });
}

const withoutSpaces = (text: string) => text.replace(/\s+/g, '');

/** One address in one spelling; text that is none stands for itself. */
const comparable = (url: string) => URL.parse(url)?.href ?? url;

/** Addresses of the pictures in this HTML, read as a browser reads it. */
function imagesOf(html: string): Set<string> {
  const found = new Set<string>();
  const waiting: DefaultTreeAdapterTypes.ParentNode[] = [parseFragment(html)];
  for (let parent = waiting.pop(); parent !== undefined; parent = waiting.pop()) {
    for (const node of parent.childNodes) {
      if (!tree.isElementNode(node)) continue;
      waiting.push(node);
      const source = node.tagName === 'img' ? node.attrs.find(({ name }) => name === 'src') : undefined;
      if (source !== undefined) found.add(comparable(source.value));
    }
  }
  return found;
}

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

function legendOf(
  { caption, credit }: Pick<Media, 'caption' | 'credit'>,
  medium: Medium,
  wording: Wording,
): string {
  return (caption + (credit === '' ? '' : wording.credit(medium, credit))).trim();
}

function figure(shown: string, legend: string): string[] {
  const caption = legend === '' ? '' : `<figcaption>${escapeMarkup(legend)}</figcaption>`;
  return [`<figure>${shown}${caption}</figure>`];
}
