import { fitHeadline } from '@newsrelay/channel-kit/fit-headline';
import type { ReleasedArticle, RenditionDraft } from '@newsrelay/channel-kit/rendition';

/**
 * The headline as the type's limit leaves it; the article itself stays as it is. Where it was cut, formatters begin the
 * body with the full headline (`bodyParagraphs` of channel-kit): nothing that the newsroom wrote may be lost, and kicker or
 * subtitle are never promoted in its place.
 */
export function fitToLimit(article: ReleasedArticle, limit: number | null): RenditionDraft {
  return { article, fitted: fitHeadline(article.headline, limit) };
}
