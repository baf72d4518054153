import { correctionNote } from '@newsrelay/channel-feed/article-html';
import { leadOf } from '@newsrelay/channel-feed/lead';
import { bodyParagraphs } from '@newsrelay/channel-kit/article-text';
import type { ReleasedArticle, RenditionDraft } from '@newsrelay/channel-kit/rendition';
import type { PublicArticle } from '@newsrelay/ledger/public-article';
import { articlePageUrl } from '@newsrelay/feed-kit/addresses';
import type { Site } from '../site.js';
import { picturesOf, type Picture } from './pictures.js';

/** An article as its page, its Open Graph and its JSON-LD all tell of it. */
export interface ShownArticle {
  article: ReleasedArticle;
  draft: RenditionDraft;
  /** Its own address, else its page here; in ASCII. */
  canonicalUrl: string;
  /** Its own first sentences, or its headline where it has none. */
  description: string;
  pictures: Picture[];
  /** When its text last changed; never before its publication. */
  modifiedAt: Date;
  /** The visible note of a correction; null for a first version. */
  correction: string | null;
}

export function shownArticle(found: PublicArticle, { publicUrl }: Site): ShownArticle {
  const { content } = found;
  const canonicalUrl = new URL(content.url ?? articlePageUrl(publicUrl, found.id)).href;
  const article = { ...found, ...content, canonicalUrl };
  const draft = { article, fitted: { headline: content.headline, cut: false } };
  const modifiedAt = found.releasedAt > found.publishedAt ? found.releasedAt : found.publishedAt;
  return {
    article,
    draft,
    canonicalUrl,
    description: leadOf(bodyParagraphs(draft)) || content.headline,
    pictures: picturesOf(content),
    modifiedAt,
    correction: correctionNote(article),
  };
}
