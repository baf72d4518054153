import { fitHeadline } from '@newsrelay/channel-kit/fit-headline';
import type { ReleasedArticle, RenditionDraft } from '@newsrelay/channel-kit/rendition';

/**
 * The headline as the type's limit leaves it. Where it was cut, the body begins with the full headline: nothing that the
 * newsroom wrote may be lost, and kicker or subtitle are never promoted in its place.
 */
export function fitToLimit(article: ReleasedArticle, limit: number | null): RenditionDraft {
  const fitted = fitHeadline(article.headline, limit);
  if (!fitted.cut) return { article, fitted };
  return { article: { ...article, body: [article.headline, ...article.body] }, fitted };
}
