import { bodyImages, comparableUrl } from '@newsrelay/channel-feed/body-images';
import type { ArticleContent } from '@newsrelay/contracts/article';

/** A picture of an article for those who read its head: search engines and the cards of social networks. */
export interface Picture {
  url: string;
  /** Media type, where the newsroom named one. */
  type: string | null;
  /** CSS pixels, where the body's HTML names them. */
  width: number | null;
  height: number | null;
  alt: string;
  caption: string;
  credit: string;
}

/** More are of no use to anybody, and a page of a hundred pictures would have a head as long as its text. */
const MOST = 6;

type Pictured = Pick<ArticleContent, 'media' | 'bodyHtml'>;

/** The article's pictures, the newsroom's own first, then those that its body shows besides. */
export function picturesOf({ media, bodyHtml }: Pictured): Picture[] {
  const shown = new Map(bodyImages(bodyHtml ?? '').map((image) => [image.url, image]));
  const pictures = new Map<string, Picture>();
  for (const { url: given, type, alt, caption, credit } of media) {
    if (!type.startsWith('image/')) continue;
    const url = comparableUrl(given);
    const { width = null, height = null } = shown.get(url) ?? {};
    pictures.set(url, { url, type, width, height, alt: alt || caption, caption, credit });
  }
  for (const { url, alt, width, height } of shown.values()) {
    if (pictures.has(url)) continue;
    pictures.set(url, { url, type: null, width, height, alt, caption: '', credit: '' });
  }
  return [...pictures.values()].slice(0, MOST);
}

/** Media with the picture that stands above the text, unless the text shows it already; and all the others. */
export function leadPicture({ media, bodyHtml }: Pictured) {
  const [first] = media;
  const shown = new Set(bodyImages(bodyHtml ?? '').map(({ url }) => url));
  const leads = first?.type.startsWith('image/') === true && !shown.has(comparableUrl(first.url));
  return leads ? { lead: [first], others: media.slice(1) } : { lead: [], others: media };
}
