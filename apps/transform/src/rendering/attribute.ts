import type { ReleasedArticle } from '@newsrelay/channel-kit/rendition';

/** What every push must carry is missing; no channel may get the article. */
export class Unattributable extends Error {
  override readonly name = 'Unattributable';
}

/**
 * The first stage: what every push must carry (newsroom rule "What every push must carry") is there. Nothing is invented
 * for what is not: an article without a byline goes out without one.
 * @throws Unattributable
 */
export function attribute(article: ReleasedArticle): ReleasedArticle {
  if (article.headline.trim() === '') throw new Unattributable('标题为空，不能推送');
  if (article.source.trim() === '') throw new Unattributable('来源为空，不能推送');
  return article;
}
